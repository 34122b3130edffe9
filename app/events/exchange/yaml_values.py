"""Single values of our YAML: understood as typed, or refused with their line. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_args
from uuid import UUID

from app.events.exchange.programme_file import CODE, as_uuid_or_none, clean, clean_line
from app.events.exchange.yaml_lines import Item
from app.kernel.text import Text

# Stages of a plan that are finer than ours.
_STATUSES = {"pending_review": "draft", "done": "confirmed"}


def both(item: Item | None, longest: int = 300, *, lines: bool = False) -> Text | None:
    """A text in both languages, `{vi, en}` or plain (Vietnamese); none where it is absent or empty."""
    if item is None:
        return None

    def tidy(text: str) -> str:
        return clean(text) if lines else clean_line(text, longest)

    text = Text(tidy(item.text)) if item.text is not None else Text(tidy(item.read("vi")), tidy(item.read("en")))
    if not text.vi and text.en:
        text = Text(text.en)
    return text if text.vi else None


def required(item: Item, longest: int = 300) -> Text:
    """The `vi` and `en` that stand in this very item."""
    return both(item, longest) or refuse(item)


def refuse(item: Item) -> Any:
    """Raise, where an expression needs a value instead."""
    raise item.wrong()


def code(item: Item) -> str:
    """A code, which cannot be empty."""
    code = clean_line(item.string(), CODE)
    return code or refuse(item)


def day(item: Item | None) -> date | None:
    """A calendar day, `2026-10-05`."""
    if item is None:
        return None
    try:
        return date.fromisoformat(item.string())
    except ValueError:
        raise item.wrong() from None


def whole(item: Item | None, *, least: int = 0) -> int | None:
    """A whole number, not below `least`."""
    if item is None:
        return None
    text = item.string()
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise item.wrong()
    return int(text)


def digits(identity: str) -> int:
    """The number in an id like A07."""
    found = re.fullmatch(r"[^\d]*(\d{1,8})", identity, re.ASCII)
    return int(found[1]) if found else 0


def degrees(location: Item | None, name: str, most: float) -> float | None:
    """Latitude or longitude."""
    item = location.get(name) if location is not None else None
    if item is None:
        return None
    try:
        value = float(item.string())
    except ValueError:
        raise item.wrong() from None
    return value if -most <= value <= most else refuse(item)


def flag(item: Item | None) -> bool:
    """`true` or `false`; absent is false."""
    if item is None:
        return False
    if item.string() not in ("true", "false"):
        raise item.wrong()
    return item.string() == "true"


def uuid(item: Item | None) -> UUID | None:
    """A UUID in its usual form."""
    return None if item is None else as_uuid_or_none(item.string()) or refuse(item)


def one_of(item: Item | None, literal: Any, otherwise: Any) -> Any:
    """One of the words that `literal` (a `Literal`) allows; `otherwise` where it is absent."""
    if item is None:
        return otherwise
    value = _STATUSES.get(item.string(), item.string())
    return value if value in get_args(literal) else refuse(item)
