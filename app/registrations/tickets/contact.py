"""Names, e-mail addresses and phone numbers as people type them, and how they are shown to those who need not read them.

Each `clean_*` returns what is stored or raises `Unfit` with the sentence that stands beside the field.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from app.kernel.text import nfc
from app.kernel.web.i18n import N_

NAME_LENGTH = 120
ORGANISATION_LENGTH = 200
EMAIL_LENGTH = 254
PHONE_TYPED_LENGTH = 40

# Local parts in ASCII: a server that cannot do SMTPUTF8 would bounce the rest, and the person would wait for a ticket.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_IN_NAMES = frozenset(" .,'’-()")
_IN_ORGANISATIONS = _IN_NAMES | frozenset('&/:;+"“”–—·°@#%!?_*')


class Unfit(ValueError):
    """What was typed cannot be used. `message` is a msgid with `params`."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


def clean_name(typed: str) -> str:
    """A person's name: letters of any script, single spaces, at most 120 characters."""
    name = _one_line(typed)
    if not name:
        raise Unfit(N_("Hãy nhập họ và tên."))
    if len(name) > NAME_LENGTH:
        raise Unfit(N_("Họ và tên dài quá %(most)s ký tự."), most=NAME_LENGTH)
    if not _made_of(name, _IN_NAMES):
        raise Unfit(N_("Họ và tên chỉ gồm chữ cái, dấu cách, dấu chấm, dấu nháy và gạch nối."))
    if sum(c.isalpha() for c in name) < 2:
        raise Unfit(N_("Hãy nhập họ và tên đầy đủ."))
    return name


def clean_organisation(typed: str) -> str:
    """Where somebody works or studies; may be empty."""
    organisation = _one_line(typed)
    if len(organisation) > ORGANISATION_LENGTH:
        raise Unfit(N_("Tên cơ quan, đơn vị dài quá %(most)s ký tự."), most=ORGANISATION_LENGTH)
    if not _made_of(organisation, _IN_ORGANISATIONS):
        raise Unfit(N_("Tên cơ quan, đơn vị có ký tự không dùng được."))
    return organisation


def clean_email(typed: str) -> str:
    """An e-mail address, casefolded, its domain as DNS writes it; empty stays empty."""
    address = unicodedata.normalize("NFKC", typed).strip().casefold()
    if not address:
        return ""
    if len(address) > EMAIL_LENGTH:
        raise Unfit(N_("Địa chỉ thư điện tử dài quá %(most)s ký tự."), most=EMAIL_LENGTH)
    local, at, domain = address.rpartition("@")
    if not at or not domain or not local:
        raise Unfit(N_("Địa chỉ thư điện tử cần có dạng ten@noi.vn."))
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if domain.isprintable() else ""
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    fits = len(local) <= 64 and _LOCAL.fullmatch(local) and len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)
    # The last label of a host name is never all digits: "a@1.2" is a slip, not an address.
    if not fits or labels[-1].isdigit() or len(f"{local}@{ascii_domain}") > EMAIL_LENGTH:
        raise Unfit(N_("Địa chỉ thư điện tử này chưa đúng. Hãy kiểm tra lại từng ký tự."))
    return f"{local}@{ascii_domain}"


def clean_phone(typed: str) -> str:
    """A phone number as E.164 (+84912345678), Vietnamese unless it says otherwise; empty stays empty."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return ""
    digits = re.sub(r"[^0-9+]", "", text)
    if len(text) > PHONE_TYPED_LENGTH or re.search(r"[^0-9+().\s-]", text):
        raise Unfit(N_("Số điện thoại chỉ gồm chữ số, ví dụ 0912 345 678."))
    # Vietnamese often write the country code without the plus sign.
    if digits.startswith("84") and len(digits) in (11, 12):
        digits = "+" + digits
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException:
        raise Unfit(N_("Số điện thoại này chưa đúng. Ví dụ: 0912 345 678.")) from None
    if not phonenumbers.is_valid_number(number):
        raise Unfit(N_("Số điện thoại này chưa đúng. Ví dụ: 0912 345 678."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(phone: str) -> str:
    """A stored number as people write it: national for Vietnam, international for others."""
    if not phone:
        return ""
    number = phonenumbers.parse(phone)
    national = number.country_code == 84
    return phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def masked_phone(phone: str) -> str:
    """Enough for somebody to recognise their own number: `+84*****678`."""
    return f"{phone[:3]}{'*' * max(len(phone) - 6, 0)}{phone[-3:]}" if phone else ""


def masked_email(email: str) -> str:
    """Enough for somebody to recognise their own address: `n***@example.vn`."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}" if email else ""


def masked_name(name: str) -> str:
    """The given name and initials: `N. V. An`."""
    parts = name.split()
    return " ".join([*(f"{part[0]}." for part in parts[:-1]), *parts[-1:]])


def _one_line(typed: str) -> str:
    return " ".join(nfc(typed).split())


def _made_of(text: str, marks: frozenset[str]) -> bool:
    """Letters with their marks, digits and these marks: no markup, pictures, control or direction characters."""
    return all(c in marks or unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd" for c in text)
