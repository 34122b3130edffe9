"""Columns of every table, so that null, default and on_delete are decided once (Piccolo's own defaults bite, see ARCHITECTURE.md).

`text()` is required and never null; `optional_text()` may be null; and so on. What the database itself holds
(checks, composite and partial unique indexes) stands in the migrations; these columns are how rows are read and written.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from piccolo.columns import (
    UUID,
    BigInt,
    Boolean,
    Column,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    OnUpdate,
    Timestamptz,
    Varchar,
)
from piccolo.columns import Text as LongText
from piccolo.table import Table

from app.kernel.ids import uuid7

# Piccolo will not have a required column without a default value. These stand in and are never stored:
# `required=True` refuses a row in which the column was not given.
_NEVER = datetime(1970, 1, 1).astimezone()


def key() -> UUID:
    """The primary key: a time-ordered UUID made by us."""
    return UUID(primary_key=True, default=uuid7, null=False)


def key_text(length: int) -> Varchar:
    """A primary key that is a name."""
    return Varchar(length=length, primary_key=True, null=False, default="", required=True)


def text(length: int, *, unique: bool = False, choices: Any = None, default: str | None = None) -> Varchar:
    """A short text, at most `length` characters; may be empty, never null."""
    return Varchar(length=length, null=False, default=default or "", required=default is None, unique=unique, choices=choices)


def optional_text(length: int, *, unique: bool = False) -> Varchar:
    """A short text or null."""
    return Varchar(length=length, null=True, default=None, unique=unique)


def long_text(*, default: str | None = None) -> LongText:
    """A text without a limit of its own; never null."""
    return LongText(null=False, default=default or "", required=default is None)


def optional_long_text() -> LongText:
    """A text without a limit of its own, or null."""
    return LongText(null=True, default=None)


def document() -> LongText:
    """A JSON document as text, written and read with msgspec; the same bytes on both engines."""
    return LongText(null=False, default="", required=True)


def integer(*, default: int | None = None) -> Integer:
    """A whole number of 32 bits."""
    return Integer(null=False, default=default or 0, required=default is None)


def optional_integer() -> Integer:
    """A whole number of 32 bits, or null ("no limit", "unknown")."""
    return Integer(null=True, default=None)


def big(*, default: int | None = None) -> BigInt:
    """A whole number of 64 bits: money in đồng, sizes in bytes."""
    return BigInt(null=False, default=default or 0, required=default is None)


def optional_big() -> BigInt:
    """A whole number of 64 bits, or null."""
    return BigInt(null=True, default=None)


def number() -> DoublePrecision:
    """A floating-point number."""
    return DoublePrecision(null=False, default=0.0, required=True)


def optional_number() -> DoublePrecision:
    """A floating-point number, or null."""
    return DoublePrecision(null=True, default=None)


def boolean(default: bool | None = None) -> Boolean:
    """Yes or no."""
    return Boolean(null=False, default=bool(default), required=default is None)


def instant() -> Timestamptz:
    """A moment in UTC, from `kernel.clock.now()` or from a person; never naive."""
    return Timestamptz(null=False, default=_NEVER, required=True)


def optional_instant() -> Timestamptz:
    """A moment in UTC, or null."""
    return Timestamptz(null=True, default=None)


def day() -> Date:
    """A calendar day in the edition's zone."""
    return Date(null=False, default=date(1970, 1, 1), required=True)


def optional_day() -> Date:
    """A calendar day, or null."""
    return Date(null=True, default=None)


def fk(table: type[Table] | str) -> ForeignKey[Any]:
    """A row of another table that must exist and cannot be deleted while this one is there. "self" for a tree."""
    return ForeignKey(
        table,
        null=False,
        default=uuid.UUID(int=0),
        required=True,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
    )


def key_fk(table: type[Table] | str) -> ForeignKey[Any]:
    """The row of another table that this row is about, and its primary key too: at most one row for each."""
    return ForeignKey(
        table,
        primary_key=True,
        null=False,
        default=uuid.UUID(int=0),
        required=True,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
    )


def optional_fk(table: type[Table] | str) -> ForeignKey[Any]:
    """A row of another table, or none."""
    return ForeignKey(table, null=True, default=None, on_delete=OnDelete.restrict, on_update=OnUpdate.restrict)


def uuid_column(*, unique: bool = False) -> UUID:
    """A UUID that is not a key of this database (an iCalendar UID, a foreign guid)."""
    return UUID(null=False, default=uuid7, unique=unique)


def optional_uuid() -> UUID:
    """A UUID or null."""
    return UUID(null=True, default=None)


__all__ = [
    "Column",
    "Table",
    "big",
    "boolean",
    "day",
    "document",
    "fk",
    "instant",
    "integer",
    "key",
    "key_fk",
    "key_text",
    "long_text",
    "number",
    "optional_big",
    "optional_day",
    "optional_fk",
    "optional_instant",
    "optional_integer",
    "optional_long_text",
    "optional_number",
    "optional_text",
    "optional_uuid",
    "text",
    "uuid_column",
]
