"""Forms: what was typed is kept as typed, every fault stands beside its field, and what is right becomes a struct.

    class SignIn(msgspec.Struct):
        email: str
        password: str

    class SignInForm(Form[SignIn]):
        email = Email(N_("Thư điện tử"))
        password = Password(N_("Mật khẩu"))

    form = SignInForm.read(await request.form())
    if form.errors:
        return page("accounts/sign_in.html", form=form, status=422)
    await sign_in(form.value)

Templates use `form["email"]` (label, hint, value, error, …) or `field(form, "email")` of the components.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any, ClassVar, Generic, Self, cast, get_args
from zoneinfo import ZoneInfo

import msgspec
from typing_extensions import TypeVar

from app.kernel.clock import VIETNAM
from app.kernel.errors import DomainError
from app.kernel.text import Text as BothLanguages
from app.kernel.web.fields import (
    NOT_TEXT,
    BothText,
    Checkbox,
    Choice,
    Choices,
    Email,
    Field,
    Hidden,
    Integer,
    LongText,
    MultiChoice,
    Number,
    Password,
    Phone,
    Revision,
    Search,
    Text,
    Wrong,
    WrongPart,
)
from app.kernel.web.i18n import N_, Lazy, _
from app.kernel.web.moments import Date, Instant, Time

__all__ = [
    "BothText", "Bound", "Checkbox", "Choice", "Choices", "Date", "Email", "Field", "Form", "Hidden", "Instant", "Integer",
    "LongText", "MultiChoice", "Number", "Password", "Phone", "Revision", "Search", "Text", "Time", "Unreadable", "Wrong",
]  # fmt: skip

Value = TypeVar("Value", default=Any)


class Unreadable(DomainError):
    """`form.value` was asked for although the form has errors: the handler forgot to look."""

    status = 422

    def __init__(self) -> None:
        super().__init__(N_("Một vài mục chưa đúng; xin xem lại."))


class Option(msgspec.Struct, frozen=True):
    """One choice as shown."""

    value: str
    label: Any
    selected: bool


class Bound:
    """One field of one form, as a template sees it."""

    def __init__(self, form: Form[Any], name: str, field: Field, choices: Choices | None) -> None:
        self.form = form
        self.name = name
        self.field = field
        self._choices = choices

    @property
    def id(self) -> str:
        """The id of its input."""
        return f"f-{self.name.replace('_', '-')}"

    @property
    def error_id(self) -> str:
        """The id of its error's element, for aria-describedby."""
        return f"{self.id}-error"

    @property
    def hint_id(self) -> str:
        """The id of its hint's element."""
        return f"{self.id}-hint"

    @property
    def described_by(self) -> str:
        """The value of aria-describedby, empty when there is nothing to say."""
        return " ".join([*([self.hint_id] if self.hint else []), *([self.error_id] if self.error else [])])

    @property
    def label(self) -> str:
        """Its label in the reader's language."""
        return _(self.field.label) if self.field.label else ""

    @property
    def hint(self) -> str:
        """Its hint in the reader's language."""
        return _(self.field.hint) if self.field.hint else ""

    @property
    def error(self) -> str:
        """What is wrong with it, in the reader's language; of a composite the first fault."""
        for name in (self.name, *self.field.parts(self.name)):
            if found := self.form.error(name):
                return found
        return ""

    @property
    def type(self) -> str:
        """The kind of input: text, email, tel, date, time, textarea, select, radio, checkboxes, checkbox, hidden, both, instant, …"""
        return self.field.type

    @property
    def required(self) -> bool:
        """Whether it must be filled in."""
        return self.field.required

    @property
    def autocomplete(self) -> str:
        """The value of the autocomplete attribute, empty for none."""
        return self.field.autocomplete

    @property
    def inputmode(self) -> str:
        """The keyboard a phone should show, empty for its usual one."""
        return self.field.inputmode

    @property
    def maxlength(self) -> int | None:
        """The most characters that may be typed; none where it makes no sense."""
        return self.field.longest if self.type in ("text", "email", "tel", "textarea", "search", "password") else None

    @property
    def rows(self) -> int:
        """The height of a textarea in lines."""
        return self.field.rows

    @property
    def lang(self) -> str:
        """The language it is written in, when it is a particular one."""
        return self.field.lang

    @property
    def values(self) -> list[str]:
        """What was typed. NUL cannot stand in HTML and is shown as the replacement character."""
        if isinstance(self.field, Password):
            return []
        return [one.replace("\x00", "\ufffd") for one in self.form.raw.get(self.name, [])]

    @property
    def value(self) -> str:
        """What was typed, of one input."""
        return self.values[-1] if self.values else ""

    @property
    def checked(self) -> bool:
        """Whether a checkbox is ticked."""
        return self.value not in ("", "0", "false", "off")

    @property
    def choices(self) -> list[Option]:
        """The choices with those that are chosen."""
        given = self._choices if self._choices is not None else getattr(self.field, "choices", ())
        chosen = set(self.values)
        return [Option(str(value), _shown(label), str(value) in chosen) for value, label in given]

    @property
    def parts(self) -> list[Bound]:
        """The inputs of a composite (`both`, `instant`); of others the field itself."""
        return [self if part is self.field else Bound(self.form, name, part, None) for name, part in self.field.parts(self.name).items()]


def _shown(label: Any) -> Any:
    return label if isinstance(label, (BothLanguages, Lazy)) else _(label.replace("%", "%%")) if isinstance(label, str) else str(label)


class Form(Generic[Value]):
    """A form of declared fields; see the module. A subclass may override `check` for rules over several fields."""

    fields: ClassVar[dict[str, Field]] = {}
    result: ClassVar[Any] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        for name in own:
            if name in _RESERVED:
                raise TypeError(f"{cls.__name__}.{name}: forms have this name already")
            delattr(cls, name)
        cls.fields = {**cls.fields, **own}
        for base in getattr(cls, "__orig_bases__", ()):
            arguments = get_args(base)
            if arguments and isinstance(arguments[0], type):
                cls.result = arguments[0]
        if cls.result is None or not issubclass(cls.result, msgspec.Struct):
            cls.result = msgspec.defstruct(f"{cls.__name__}Value", [(name, Any) for name in cls.fields])

    def __init__(
        self,
        raw: Mapping[str, list[str]] | None = None,
        *,
        choices: Mapping[str, Choices] | None = None,
        fields: Mapping[str, Field] | None = None,
        zone: tzinfo | str = VIETNAM,
    ) -> None:
        self.raw: dict[str, list[str]] = dict(raw or {})
        self.all_fields: dict[str, Field] = {**self.fields, **(fields or {})}
        self.more_fields = tuple(fields or ())
        self.parsed: dict[str, Any] = {}
        self._choices = dict(choices or {})
        self._faults: dict[str, Lazy] = {}
        self.zone: tzinfo = ZoneInfo(zone) if isinstance(zone, str) else zone

    @classmethod
    def blank(cls, *, choices: Mapping[str, Choices] | None = None, fields: Mapping[str, Field] | None = None,
              zone: tzinfo | str = VIETNAM, **typed: str) -> Self:  # fmt: skip
        """An empty form to show first; `typed` fills some inputs in."""
        return cls({name: [value] for name, value in typed.items()}, choices=choices, fields=fields, zone=zone)

    @classmethod
    def of(cls, value: Any, *, choices: Mapping[str, Choices] | None = None, fields: Mapping[str, Field] | None = None,
           zone: tzinfo | str = VIETNAM, **more: Any) -> Self:  # fmt: skip
        """A form filled from a struct, a row or a mapping, to edit it. `more` wins over it."""
        form = cls(choices=choices, fields=fields, zone=zone)
        for name, field in form.all_fields.items():
            if name in more:
                found = more[name]
            elif isinstance(value, Mapping):
                found = value.get(name)
            else:
                found = getattr(value, name, None)
            field.zone = form.zone
            form.raw.update(field.show(name, found))
        return form

    @classmethod
    def read(cls, data: Any, *, choices: Mapping[str, Choices] | None = None, fields: Mapping[str, Field] | None = None,
             zone: tzinfo | str = VIETNAM) -> Self:  # fmt: skip
        """Read what was sent (a request's form or query, or a mapping). Never raises: look at `errors`."""
        form = cls(choices=choices, fields=fields, zone=zone)
        form._take(data)
        form._parse()
        form.check()
        return form

    def _take(self, data: Any) -> None:
        for name, field in self.all_fields.items():
            for part_name in field.parts(name):
                found: list[str] = []
                for one in _all(data, part_name):
                    if isinstance(one, str):
                        found.append(one)
                    else:
                        self.fail(part_name, NOT_TEXT)
                self.raw[part_name] = found

    def _parse(self) -> None:
        for name, field in self.all_fields.items():
            if any(part in self._faults for part in field.parts(name)):
                continue
            field.zone = self.zone
            try:
                self.parsed[name] = field.parse(name, self.raw, self._choices.get(name))
            except Wrong as wrong:
                self._faults[name] = wrong.message
            except WrongPart as wrong:
                self._faults.update(wrong.faults)

    def check(self) -> None:
        """Rules over several fields: read `self.parsed` (right fields only), call `self.fail`. Runs even if fields failed."""

    def fail(self, name: str, message: str, **params: object) -> None:
        """Say what is wrong with a field; `""` is the form as a whole. The first fault of a field stays."""
        self._faults.setdefault(name, Lazy(message, **params))

    def error(self, name: str) -> str:
        """What is wrong with this input, in the reader's language."""
        found = self._faults.get(name)
        return str(found) if found is not None else ""

    @property
    def errors(self) -> dict[str, str]:
        """All faults by input, in the order of the fields, in the reader's language. Empty: all is right."""
        order = [part for name, field in self.all_fields.items() for part in (name, *field.parts(name))]
        known = {name: str(self._faults[name]) for name in dict.fromkeys(order) if name in self._faults}
        return {**known, **{name: str(fault) for name, fault in self._faults.items() if name not in known}}

    @property
    def value(self) -> Value:
        """The struct.

        Raises:
            Unreadable: there are errors.
        """
        if self._faults:
            raise Unreadable
        return cast(Value, self.result(**{name: self.parsed[name] for name in self.fields}))

    @property
    def more(self) -> dict[str, Any]:
        """The values of the `fields` given to `read` (an activity's own questions)."""
        if self._faults:
            raise Unreadable
        return {name: self.parsed[name] for name in self.more_fields}

    def __getitem__(self, name: str) -> Bound:
        field = self.all_fields.get(name)
        if field is None:
            for whole, composite in self.all_fields.items():
                part = composite.parts(whole).get(name)
                if part is not None:
                    return Bound(self, name, part, None)
            raise KeyError(f"{type(self).__name__} has no field {name!r}")
        return Bound(self, name, field, self._choices.get(name))

    def __iter__(self) -> Iterator[Bound]:
        return (self[name] for name in self.all_fields)

    def __contains__(self, name: object) -> bool:
        return name in self.all_fields

    @property
    def hidden(self) -> list[Bound]:
        """The fields that travel along unseen."""
        return [bound for bound in self if bound.type == "hidden"]

    @property
    def shown(self) -> list[Bound]:
        """The fields to fill in."""
        return [bound for bound in self if bound.type != "hidden"]


_RESERVED = {*vars(Form), "raw", "all_fields", "more_fields", "parsed", "zone"}


def _all(data: Any, name: str) -> list[Any]:
    """Every value sent under `name`, from Litestar's multi-dicts or a plain mapping."""
    many = getattr(data, "getall", None)
    if many is not None:
        return list(many(name, []))
    found = data.get(name) if isinstance(data, Mapping) else None
    if found is None:
        return []
    return list(found) if isinstance(found, (list, tuple)) else [found]
