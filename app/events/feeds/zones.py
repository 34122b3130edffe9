"""VTIMEZONE for the span of some events: the offsets that hold in it, and nothing else. Pure.

Every change of the clock becomes one observance with the instant it happened, so there are no rules that could be
wrong next year: Vietnam has one line, Brussels two for each year of the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

# What calendars read as "always" where no change precedes the events.
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001  # local times in a VTIMEZONE have no zone of their own

_MARGIN = timedelta(days=370)


def timezone(zone: str, first: datetime, last: datetime) -> Timezone:
    """The component for `zone` that is right for all instants from `first` to `last`, with a year to spare on both sides."""
    tz = ZoneInfo(zone)
    start, end = (first - _MARGIN).astimezone(UTC), (last + _MARGIN).astimezone(UTC)
    component = Timezone()
    component.add("tzid", zone)
    begins = start.astimezone(tz)
    component.add_component(_observance(begins, _offset(begins), _LONG_AGO))
    for instant in _changes(tz, start, end):
        before, after = (instant - timedelta(seconds=1)).astimezone(tz), instant.astimezone(tz)
        # The onset is written in the local time that ends there.
        onset = (instant + _offset(before)).replace(tzinfo=None)
        component.add_component(_observance(after, _offset(before), onset))
    return component


def _changes(tz: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants at which the offset or the name changes, to the second."""
    step = timedelta(hours=12)
    low = start
    while low < end:
        high = low + step
        if _state(tz, low) != _state(tz, high):
            before, after = low, high
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                if _state(tz, middle) == _state(tz, low):
                    before = middle
                else:
                    after = middle
            yield after.replace(microsecond=0)
        low = high


def _state(tz: ZoneInfo, instant: datetime) -> tuple[timedelta, str]:
    local = instant.astimezone(tz)
    return _offset(local), local.tzname() or ""


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _observance(local: datetime, offset_from: timedelta, onset: datetime) -> TimezoneStandard | TimezoneDaylight:
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", onset)
    observance.add("tzoffsetfrom", offset_from)
    observance.add("tzoffsetto", _offset(local))
    observance.add("tzname", local.tzname() or "")
    return observance
