"""Two languages. The Vietnamese text is the msgid; `locales/en/<room>.po` holds its English.

    _("Còn %(n)s chỗ", n=3)                      the reader's language, now
    ngettext("%(n)s chỗ", "%(n)s chỗ", n)        English needs two forms, Vietnamese one; `n` is filled in
    pgettext("lịch", "Ngày")                     one Vietnamese word, two English ones
    N_("Đăng ký")                                marks a msgid that `_` will translate later
    lazy("Còn %(n)s chỗ", n=3)                   the same, with its values, translated when it is shown

Every message is a %-format, with values or without, so a literal percent sign is written `%%` everywhere.
The language of a request comes from `?lang=`; only `/` looks at Accept-Language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import cache
from pathlib import Path
from typing import Literal, cast

from babel.messages.pofile import read_po

from app.kernel.paths import bundled

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")

_language: ContextVar[Language] = ContextVar("language", default="vi")

missing: set[tuple[str, str]] = set()
"""(language, msgid) asked for and not translated since the start: the crawl test asserts that it stays empty."""


class Catalogue:
    """All messages of one language, merged from the rooms' files."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.single: dict[str, str] = {}
        self.plural: dict[str, tuple[str, ...]] = {}

    def add(self, path: Path) -> None:
        """Read one `.po` file. Fuzzy and empty translations do not count."""
        with path.open("rb") as file:
            source = read_po(file, locale=self.language)
        for message in source:
            if not message.id or message.fuzzy:
                continue
            if isinstance(message.id, (tuple, list)):
                forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                if all(forms):
                    self.plural.setdefault(message.id[0], tuple(str(form) for form in forms))
            elif message.string:
                key = f"{message.context}\x04{message.id}" if message.context else message.id
                self.single.setdefault(key, cast(str, message.string))

    def _miss(self, message: str) -> None:
        if self.language != "vi" and len(missing) < 1000:
            missing.add((self.language, message))

    def get(self, message: str) -> str:
        """The translation, or the message itself."""
        found = self.single.get(message)
        if found is not None:
            return found
        self._miss(message)
        return message

    def get_plural(self, one: str, many: str, n: int) -> str:
        """The form for `n`: Vietnamese has one, English one and many."""
        forms = self.plural.get(one)
        if forms is None:
            self._miss(one)
            return one if n == 1 else many
        return forms[0 if self.language == "vi" or n == 1 else -1]


@cache
def catalogue(language: Language) -> Catalogue:
    """The messages of `language`, read once."""
    merged = Catalogue(language)
    folder = bundled("locales") / language
    # The kernel first: where two rooms share a msgid, the catalogue test makes them agree.
    for path in sorted(folder.glob("*.po"), key=lambda path: (path.stem != "kernel", path.stem)):
        merged.add(path)
    return merged


def language() -> Language:
    """The reader's language."""
    return _language.get()


def use_language(value: Language) -> Token[Language]:
    """Set the language of this task; reset with the token."""
    return _language.set(value)


def forget_language(token: Token[Language]) -> None:
    """Undo `use_language`."""
    _language.reset(token)


@contextmanager
def speaking(value: str) -> Iterator[None]:
    """Speak `value` inside: mails are written in the language of who gets them."""
    token = _language.set("en" if value == "en" else "vi")
    try:
        yield
    finally:
        _language.reset(token)


def gettext(message: str) -> str:
    """The translation without filling in values (Jinja fills them in itself)."""
    return catalogue(_language.get()).get(message)


def ngettext_plain(one: str, many: str, n: int) -> str:
    """The plural form without filling in values."""
    return catalogue(_language.get()).get_plural(one, many, n)


def pgettext_plain(context: str, message: str) -> str:
    """The translation in a context, without filling in values."""
    key = f"{context}\x04{message}"
    found = catalogue(_language.get()).get(key)
    return message if found == key else found


def npgettext_plain(context: str, one: str, many: str, n: int) -> str:
    """Plural in a context: no message of ours needs it, Jinja asks for it."""
    return ngettext_plain(one, many, n)


def _(message: str, **params: object) -> str:
    """`message` in the reader's language with its named values."""
    return gettext(message) % params


def ngettext(one: str, many: str, n: int, **params: object) -> str:
    """The form for `n`, with `n` (and `num`, as Jinja calls it) and the other values filled in."""
    return ngettext_plain(one, many, n) % {"n": n, "num": n, **params}


def pgettext(context: str, message: str, **params: object) -> str:
    """`message` as it reads in `context`."""
    return pgettext_plain(context, message) % params


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a msgid; it is translated where it is shown."""
    return message


class Lazy:
    """A message with its values, translated each time it is shown."""

    __slots__ = ("message", "params")

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return _(self.message, **self.params)


def lazy(message: str, **params: object) -> Lazy:
    """A message for later."""
    return Lazy(message, **params)


def best_language(accept: str) -> Language:
    """What an Accept-Language header prefers of ours; Vietnamese when it names neither."""
    best: tuple[float, Language] = (0.0, "vi")
    for part in accept.split(","):
        tag, _sep, quality = part.strip().partition(";q=")
        base = tag.strip().lower()[:2]
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if base in LANGUAGES and weight > best[0]:
            best = (weight, "en" if base == "en" else "vi")
    return best[1]
