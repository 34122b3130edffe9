"""What people type: to register, to correct themselves, to find a ticket again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from app.kernel.web.fields import Checkbox, Choice, Email, Field, Hidden, Phone, Revision, Search, Text, Wrong
from app.kernel.web.forms import Form
from app.kernel.web.i18n import N_
from app.registrations.tickets import contact
from app.registrations.tickets.consents import Purpose
from app.registrations.tickets.contact import Unfit
from app.registrations.tickets.registration import Wish
from app.registrations.tickets.self_service import Correction
from app.registrations.tickets.tables import PurposeKind

_CONTACT_NEEDED = N_("Cần ít nhất một cách liên hệ: thư điện tử để nhận vé, hoặc số điện thoại để tìm lại vé.")


class _Fitting(Field):
    """A field that one of `contact`'s rules judges."""

    @staticmethod
    def rule(text: str, /) -> str:
        """What a subclass puts in its place."""
        return text

    def convert(self, text: str) -> str:
        """What the rule makes of it, or its sentence beside the field."""
        try:
            return self.rule(text)
        except Unfit as unfit:
            raise Wrong(unfit.message, **unfit.params) from None


class PersonName(_Fitting, Text):
    """A person's name."""

    rule = staticmethod(contact.clean_name)


class ContactEmail(_Fitting, Email):
    """An e-mail address that a ticket can be sent to."""

    rule = staticmethod(contact.clean_email)


class ContactPhone(_Fitting, Phone):
    """A phone number, Vietnamese unless it says otherwise."""

    rule = staticmethod(contact.clean_phone)


class Organisation(_Fitting, Text):
    """Where somebody works or studies."""

    rule = staticmethod(contact.clean_organisation)


class RegistrationForm(Form[Wish]):
    """Four fields, then one box for each purpose of the edition (`fields=consent_fields(purposes)`)."""

    name = PersonName(N_("Họ và tên"), longest=contact.NAME_LENGTH, autocomplete="name")
    email = ContactEmail(N_("Thư điện tử"), required=False, hint=N_("Vé được gửi tới đây. Để trống cũng được nếu có số điện thoại."))
    phone = ContactPhone(N_("Số điện thoại"), required=False, hint=N_("Để tìm lại vé bằng mã vé và số này; hãy lưu ảnh vé."))
    organisation = Organisation(N_("Cơ quan, đơn vị"), required=False, longest=contact.ORGANISATION_LENGTH, autocomplete="organization")
    nonce = Hidden(longest=64)

    def check(self) -> None:
        """One way to reach the person must be there."""
        _need_contact(self)

    def consents(self) -> dict[str, bool]:
        """The answer to each purpose."""
        return {name.removeprefix("consent_"): bool(given) for name, given in self.more.items()}


class CorrectionForm(Form[Correction]):
    """The same four fields, with the revision they were read at."""

    name = PersonName(N_("Họ và tên"), longest=contact.NAME_LENGTH, autocomplete="name")
    email = ContactEmail(N_("Thư điện tử"), required=False, hint=N_("Đổi địa chỉ thì vé được gửi lại tới địa chỉ mới."))
    phone = ContactPhone(N_("Số điện thoại"), required=False)
    organisation = Organisation(N_("Cơ quan, đơn vị"), required=False, longest=contact.ORGANISATION_LENGTH, autocomplete="organization")
    revision = Revision(required=True)

    def check(self) -> None:
        """One way to reach the person must be there."""
        _need_contact(self)


class FindByCode(Form):
    """The code on a saved picture and the phone number of the registration."""

    code = Text(N_("Mã vé"), longest=80, hint=N_("In dưới mã QR; hai nhóm đầu cũng đủ."), autocomplete="off")
    phone = ContactPhone(N_("Số điện thoại đã đăng ký"))


class FindByEmail(Form):
    """The address that the tickets were sent to."""

    email = ContactEmail(N_("Thư điện tử đã đăng ký"))


class ListFilter(Form):
    """What the organisers look for in the list of one activity. Read from the query; a wrong value shows everything."""

    q = Search(N_("Tìm theo tên, liên hệ, đơn vị hoặc mã vé"))
    state = Choice(
        N_("Trạng thái"),
        required=False,
        choices=(
            ("pending", N_("Chờ duyệt")),
            ("confirmed", N_("Đã xác nhận")),
            ("declined", N_("Không duyệt")),
            ("cancelled", N_("Đã hủy")),
        ),
    )


class ConsentBox(Checkbox):
    """One purpose's box. Its words come from the database, so the template writes them."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__("", required=purpose.kind == PurposeKind.necessary, must=N_("Cần đồng ý mục này thì mới cấp được vé."), longest=10)


def consent_fields(purposes: Sequence[Purpose]) -> dict[str, Field]:
    """One box, not ticked, for each purpose that asks."""
    return {purpose.field: ConsentBox(purpose) for purpose in purposes if purpose.asks}


_Slug = Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,100}$")]


class RegistrationBody(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON of `POST /api/v1/registrations`.

    `consents` names the purposes that were agreed to. `nonce` (any text of yours, one per person and attempt) makes a
    repeated request answer with the first one's registration.
    """

    edition: _Slug
    activity: _Slug
    name: str
    email: str = ""
    phone: str = ""
    organisation: str = ""
    consents: list[str] = []
    language: Literal["vi", "en"] = "vi"
    nonce: str = ""

    def as_form(self) -> Mapping[str, str]:
        """The same as a browser would send it, so that one set of rules judges both."""
        typed = {"name": self.name, "email": self.email, "phone": self.phone, "organisation": self.organisation, "nonce": self.nonce}
        return {**typed, **{f"consent_{code}": "1" for code in self.consents}}


def _need_contact(form: Form[Any]) -> None:
    if form.parsed.get("email") == "" and form.parsed.get("phone") == "":
        form.fail("email", _CONTACT_NEEDED)
