"""How things read: dates, times, numbers and texts in the reader's language and the edition's zone. The template filters.

Vietnamese people write "Thứ Bảy, 10/10/2026", "08:30", "T7 10/10", "1.234,5".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from app.kernel.clock import VIETNAM
from app.kernel.text import Text
from app.kernel.web.i18n import language

_DAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_DAYS = {"vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

_zone: ContextVar[tzinfo] = ContextVar("zone", default=VIETNAM)


@lru_cache(maxsize=64)
def _zone_named(name: str) -> tzinfo:
    return ZoneInfo(name)


@contextmanager
def zone_of(edition: Any) -> Iterator[None]:
    """Show times in the zone of `edition` (anything with `.zone`, an IANA name); unchanged when there is none."""
    name = getattr(edition, "zone", None)
    if not isinstance(name, str) or not name:
        yield
        return
    token = _zone.set(_zone_named(name))
    try:
        yield
    finally:
        _zone.reset(token)


def local(value: datetime) -> datetime:
    """An instant on the wall clock of the edition's zone."""
    return value.astimezone(_zone.get())


def _day(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def date_vi(value: date | datetime) -> str:
    """ "Thứ Bảy, 10/10/2026", "Saturday, 10 October 2026"."""
    day = _day(value)
    if language() == "en":
        return f"{_DAYS['en'][day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{_DAYS['vi'][day.weekday()]}, {day:%d/%m/%Y}"


def plain_date_vi(value: date | datetime) -> str:
    """ "10/10/2026", "10 October 2026"."""
    day = _day(value)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language() == "en" else f"{day:%d/%m/%Y}"


def day_vi(value: date | datetime) -> str:
    """ "T7 10/10", "CN 11/10", "Sat 10 Oct"."""
    day = _day(value)
    if language() == "en":
        return f"{_SHORT_DAYS['en'][day.weekday()]} {day.day} {_MONTHS[day.month - 1][:3]}"
    return f"{_SHORT_DAYS['vi'][day.weekday()]} {day.day}/{day.month}"


def time_vi(value: datetime) -> str:
    """ "08:30"."""
    return f"{local(value):%H:%M}"


def moment_vi(value: datetime) -> str:
    """ "08:30, Thứ Bảy, 10/10/2026"."""
    return f"{time_vi(value)}, {date_vi(value)}"


def range_vi(starts_at: datetime, ends_at: datetime | None = None) -> str:
    """ "08:30–11:00, Thứ Bảy, 10/10/2026"; over several days both ends in full. As a filter: `starts | range_vi(ends)`."""
    if ends_at is None:
        return moment_vi(starts_at)
    if _day(starts_at) == _day(ends_at):
        return f"{time_vi(starts_at)}–{time_vi(ends_at)}, {date_vi(starts_at)}"
    return f"{moment_vi(starts_at)} – {moment_vi(ends_at)}"


def days_vi(first: date, last: date) -> str:
    """ "05–11/10/2026", "5–11 October 2026"; across months both ends in full."""
    if first == last:
        return plain_date_vi(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{plain_date_vi(last)}" if language() == "en" else f"{first:%d}–{plain_date_vi(last)}"
    return f"{plain_date_vi(first)} – {plain_date_vi(last)}"


def iso(value: date | datetime) -> str:
    """For the `datetime` attribute of <time>."""
    return local(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def number_vi(value: float, decimals: int | None = None) -> str:
    """ "1.234,5" in Vietnamese, "1,234.5" in English. Without `decimals`: as many as the number has, at most two."""
    if decimals is None:
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:,.{decimals}f}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def both(value: Text | str | None) -> Markup:
    """A two-language text in the reader's language. What falls back to Vietnamese says so to screen readers."""
    if value is None:
        return Markup("")
    if isinstance(value, str):
        return escape(value)
    if language() == "en" and not value.en and value.vi:
        return Markup('<span lang="vi">{}</span>').format(value.vi)
    return escape(value.get(language()))


def plain(value: Text | str | None) -> str:
    """A two-language text without markup: for attributes, titles, mails."""
    if value is None:
        return ""
    return value if isinstance(value, str) else value.get(language())


def paragraphs(value: Text | str | None) -> Markup:
    """Plain text with its line breaks: blank lines part paragraphs."""
    text = plain(value).strip().replace("\r\n", "\n")
    if not text:
        return Markup("")
    lang = Markup(' lang="vi"') if isinstance(value, Text) and language() == "en" and not value.en else Markup("")
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p{}>{}</p>").format(lang, Markup("<br>").join(escape(line) for line in part.split("\n"))) for part in parts
    )


FILTERS = {
    "both": both,
    "plain": plain,
    "paragraphs": paragraphs,
    "date_vi": date_vi,
    "plain_date_vi": plain_date_vi,
    "day_vi": day_vi,
    "time_vi": time_vi,
    "moment_vi": moment_vi,
    "range_vi": range_vi,
    "days_vi": days_vi,
    "number_vi": number_vi,
    "iso": iso,
    "local": local,
}
