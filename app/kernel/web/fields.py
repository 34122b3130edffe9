"""The kinds of field a form can have. Each turns what was typed into a value, or says in one sentence what is wrong.

Nothing that a person can send raises anything but `Wrong`: too long, control characters, wrong types, broken encodings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from typing_extensions import override

from app.kernel.text import Text as BothLanguages
from app.kernel.web.i18n import N_, Lazy

Choices = Sequence[tuple[str, Any]]
"""(value, label): the label is a msgid, a plain string or a `Text`."""


class Wrong(Exception):
    """What was typed cannot be used; the message is for the person who typed it."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = Lazy(message, **params)


REQUIRED = N_("Xin điền mục này.")
NOT_TEXT = N_("Mục này phải là chữ, không phải tệp.")
TOO_LONG = N_("Dài quá: tối đa %(most)s ký tự, đang có %(now)s.")
CONTROL = N_("Có ký tự điều khiển không dùng được; hãy gõ lại mục này.")
DIRECTION = N_("Có ký tự ẩn đổi chiều chữ; hãy gõ lại mục này.")
BROKEN = N_("Có ký tự bị hỏng mã; hãy gõ lại mục này.")

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TEXT_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(raw: str, *, longest: int, lines: bool = False) -> str:
    """The NFC text without blanks at its ends, or `Wrong`."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n") if lines else raw)
    text = text.replace("\ufeff", "").strip(" \t\n" if lines else " ")
    if (_TEXT_CONTROL if lines else _LINE_CONTROL).search(text):
        raise Wrong(CONTROL)
    if _DIRECTION.search(text):
        raise Wrong(DIRECTION)
    if "\ufffd" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Wrong(BROKEN)
    if len(text) > longest:
        raise Wrong(TOO_LONG, most=longest, now=len(text))
    # Joiners and zero-width blanks belong inside emoji and words; alone they are a name that nobody sees.
    if all(unicodedata.category(char) in ("Cf", "Zs") for char in text):
        return ""
    return text.strip()


class Field:
    """One thing to fill in. `label` and `hint` are msgids; `part` fields belong to one composite (date and time)."""

    type = "text"
    inputmode = ""
    many = False
    rows = 0
    empty: Any = ""

    def __init__(
        self,
        label: str = "",
        *,
        hint: str = "",
        required: bool = True,
        longest: int = 200,
        autocomplete: str = "",
        empty: Any = ...,
        lang: str = "",
    ) -> None:
        self.label = label
        self.hint = hint
        self.required = required
        self.longest = longest
        self.autocomplete = autocomplete
        self.lang = lang
        if empty is not ...:
            self.empty = empty
        self.zone: tzinfo = ZoneInfo("Asia/Ho_Chi_Minh")

    def parts(self, name: str) -> dict[str, Field]:
        """The inputs this field is made of, by input name: itself, unless it is a composite."""
        return {name: self}

    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        """The value of all inputs of this field; `Wrong` says on which input through `WrongPart`."""
        typed = raw.get(name, [])
        return self.one(clean(typed[-1] if typed else "", longest=self.longest))

    def one(self, text: str) -> Any:
        """The value of a cleaned text."""
        if not text:
            if self.required:
                raise Wrong(REQUIRED)
            return self.empty
        return self.convert(text)

    def convert(self, text: str) -> Any:
        """The value of a cleaned text that is not empty."""
        return text

    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        """What would have to be typed to get `value`."""
        return {name: [] if value is None else [str(value)]}


class WrongPart(Exception):
    """Several inputs of one field, each with its own fault."""

    def __init__(self, faults: Mapping[str, Lazy]) -> None:
        super().__init__()
        self.faults = dict(faults)


class Text(Field):
    """One line."""


class Password(Field):
    """A secret: never shown again, never normalised away, blanks at its ends kept."""

    type = "password"

    def __init__(self, label: str = "", *, longest: int = 200, autocomplete: str = "current-password", **more: Any) -> None:
        super().__init__(label, longest=longest, autocomplete=autocomplete, **more)

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        typed = raw.get(name, [])
        secret = unicodedata.normalize("NFC", typed[-1] if typed else "")
        if len(secret) > self.longest:
            raise Wrong(TOO_LONG, most=self.longest, now=len(secret))
        if "\x00" in secret:
            raise Wrong(CONTROL)
        if "\ufffd" in secret:
            raise Wrong(BROKEN)  # any other broken bytes would be the same password
        if not secret and self.required:
            raise Wrong(REQUIRED)
        return secret or self.empty

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        return {name: []}


class LongText(Field):
    """Several lines."""

    type = "textarea"
    rows = 6

    def __init__(self, label: str = "", *, longest: int = 5000, rows: int = 6, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)
        self.rows = rows

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        typed = raw.get(name, [])
        return self.one(clean(typed[-1] if typed else "", longest=self.longest, lines=True))


class Search(Field):
    """What is searched for."""

    type = "search"

    def __init__(self, label: str = "", *, required: bool = False, longest: int = 100, **more: Any) -> None:
        super().__init__(label, required=required, longest=longest, **more)


_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])")


class Email(Field):
    """An address; the domain in lower case."""

    type = "email"
    inputmode = "email"

    def __init__(self, label: str = "", *, longest: int = 254, autocomplete: str = "email", **more: Any) -> None:
        super().__init__(label, longest=longest, autocomplete=autocomplete, **more)

    @override
    def convert(self, text: str) -> str:
        local, at, domain = text.rpartition("@")
        if not _EMAIL.fullmatch(text) or local.startswith(".") or local.endswith(".") or ".." in local:
            raise Wrong(N_("Địa chỉ thư điện tử chưa đúng, ví dụ: an@congty.vn"))
        return f"{local}{at}{domain.lower()}"


class Phone(Field):
    """A telephone number, kept as E.164 (+84901234567). Without a country code it is Vietnamese."""

    type = "tel"
    inputmode = "tel"

    def __init__(self, label: str = "", *, longest: int = 40, autocomplete: str = "tel", region: str = "VN", **more: Any) -> None:
        super().__init__(label, longest=longest, autocomplete=autocomplete, **more)
        self.region = region

    @override
    def convert(self, text: str) -> str:
        wrong = Wrong(N_("Số điện thoại chưa đúng, ví dụ: 0901 234 567 hoặc +84 901 234 567"))
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            raise wrong from None
        if not phonenumbers.is_valid_number(number) or number.extension:
            raise wrong
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Integer(Field):
    """A whole number between `least` and `most`."""

    inputmode = "numeric"
    empty: Any = None

    def __init__(self, label: str = "", *, least: int = 0, most: int = 2_147_483_647, longest: int = 30, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)
        self.least = least
        self.most = most

    @override
    def convert(self, text: str) -> int:
        digits = re.sub(r"[\s\u00a0\u202f]", "", text)
        if re.fullmatch(r"-?\d{1,3}([.,]\d{3})+", digits):
            digits = re.sub("[.,]", "", digits)
        if not re.fullmatch(r"-?\d{1,20}", digits, re.ASCII):
            raise Wrong(N_("Xin điền một số nguyên."))
        value = int(digits)
        if not self.least <= value <= self.most:
            raise Wrong(N_("Xin điền một số từ %(least)s đến %(most)s."), least=self.least, most=self.most)
        return value


class Number(Field):
    """A number with decimals, comma or point, between `least` and `most`."""

    inputmode = "decimal"
    empty: Any = None

    def __init__(self, label: str = "", *, least: float = -1e9, most: float = 1e9, longest: int = 30, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)
        self.least = least
        self.most = most

    @override
    def convert(self, text: str) -> float:
        if not re.fullmatch(r"-?\d{1,15}([.,]\d{1,15})?", text, re.ASCII):
            raise Wrong(N_("Xin điền một số, ví dụ: 10,77"))
        value = float(text.replace(",", "."))
        if not self.least <= value <= self.most:
            raise Wrong(N_("Xin điền một số từ %(least)s đến %(most)s."), least=self.least, most=self.most)
        return value


class Choice(Field):
    """One of `choices`; given here, or when the form is read if they come from the database. `radio=True` shows all."""

    type = "select"

    def __init__(self, label: str = "", *, choices: Choices = (), radio: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.choices = choices
        if radio:
            self.type = "radio"

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        value = super().parse(name, raw, choices)
        known = {key for key, _label in (self.choices if choices is None else choices)}
        if value not in known and value != self.empty:
            raise Wrong(N_("Xin chọn một mục trong danh sách."))
        return value


class MultiChoice(Field):
    """Any of `choices`, as a tuple in their order."""

    type = "checkboxes"
    many = True
    empty: Any = ()

    def __init__(self, label: str = "", *, choices: Choices = (), required: bool = False, **more: Any) -> None:
        super().__init__(label, required=required, **more)
        self.choices = choices

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        typed = {clean(one, longest=self.longest) for one in raw.get(name, [])} - {""}
        known = [key for key, _label in (self.choices if choices is None else choices)]
        if typed - set(known):
            raise Wrong(N_("Xin chọn trong danh sách."))
        if self.required and not typed:
            raise Wrong(N_("Xin chọn ít nhất một mục."))
        return tuple(key for key in known if key in typed)

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        return {name: [str(one) for one in value or ()]}


class Checkbox(Field):
    """Yes or no. `required=True`: must be ticked (a consent without which it does not go)."""

    type = "checkbox"
    empty: Any = False

    def __init__(self, label: str = "", *, required: bool = False, must: str = N_("Cần đánh dấu ô này để tiếp tục."), **more: Any) -> None:
        super().__init__(label, required=required, **more)
        self.must = must

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> bool:
        typed = raw.get(name, [])
        ticked = bool(typed) and typed[-1] not in ("", "0", "false", "off")
        if typed and typed[-1] not in ("", "0", "false", "off", "1", "true", "on", "yes"):
            raise Wrong(N_("Xin đánh dấu hoặc bỏ trống ô này."))
        if self.required and not ticked:
            raise Wrong(self.must)
        return ticked

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        return {name: ["1"] if value else []}


class Hidden(Field):
    """Travels along unseen."""

    type = "hidden"

    def __init__(self, *, required: bool = False, longest: int = 200, **more: Any) -> None:
        super().__init__("", required=required, longest=longest, **more)


class Revision(Hidden):
    """The revision the form was opened with: whoever saves an older one is told what changed instead (`Stale`)."""

    empty: Any = 0

    @override
    def convert(self, text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
            raise Wrong(N_("Trang này đã cũ; hãy mở lại rồi sửa."))
        return int(text)


class BothText(Field):
    """A text in Vietnamese and English side by side (`<name>_vi`, `<name>_en`); English may stay empty."""

    type = "both"
    empty: Any = BothLanguages("")

    def __init__(
        self, label: str = "", *, longest: int = 200, lines: bool = False, rows: int = 5, english_required: bool = False, **more: Any
    ) -> None:
        super().__init__(label, longest=longest, **more)
        self.lines = lines
        self.rows = rows if lines else 0
        self.english_required = english_required

    @override
    def parts(self, name: str) -> dict[str, Field]:
        def one(label: str, lang: str, required: bool) -> Field:
            made: Field = LongText(label, longest=self.longest, rows=self.rows) if self.lines else Text(label, longest=self.longest)
            made.required, made.lang = required, lang
            return made

        return {f"{name}_vi": one(N_("Tiếng Việt"), "vi", self.required), f"{name}_en": one(N_("Tiếng Anh"), "en", self.english_required)}

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        values: dict[str, str] = {}
        faults: dict[str, Lazy] = {}
        for part_name, part in self.parts(name).items():
            try:
                values[part_name] = part.parse(part_name, raw, None)
            except Wrong as wrong:
                faults[part_name] = wrong.message
        if faults:
            raise WrongPart(faults)
        return BothLanguages(values[f"{name}_vi"], values[f"{name}_en"])

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        found = value or BothLanguages("")
        return {f"{name}_vi": [found.vi], f"{name}_en": [found.en]}
