"""The week as a reader walks through it: days, hours in a day, venues. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby

import msgspec

from app.events.programme.filters import Entry, day_of, shown_start
from app.events.programme.model import EditionInfo
from app.kernel.text import Text, sort_text


class Slot(msgspec.Struct, frozen=True):
    """The sessions that begin at one moment. `start` is none for those that never had a time."""

    start: datetime | None
    entries: tuple[Entry, ...]


class Day(msgspec.Struct, frozen=True):
    """One day with its sessions by the hour. `date` is none for what has no day."""

    date: date | None
    slots: tuple[Slot, ...]

    @property
    def entries(self) -> list[Entry]:
        """Its sessions in the order of time."""
        return [entry for slot in self.slots for entry in slot.entries]

    @property
    def count(self) -> int:
        """How many sessions it has."""
        return sum(len(slot.entries) for slot in self.slots)


class StripDay(msgspec.Struct, frozen=True):
    """One day in the strip on top: also a day of the edition on which nothing is found."""

    date: date
    count: int
    today: bool
    main: bool


class VenueWeek(msgspec.Struct, frozen=True):
    """What a venue holds, day by day."""

    code: str
    name: Text
    address: Text
    days: tuple[Day, ...]

    @property
    def count(self) -> int:
        """How many sessions it has."""
        return sum(day.count for day in self.days)


def by_day(entries: Sequence[Entry], zone: tzinfo) -> tuple[Day, ...]:
    """Sessions, already in the order of time, under their local days and hours. What has no time comes last."""
    return tuple(
        Day(day, tuple(Slot(start, tuple(several)) for start, several in groupby(list(of_day), key=_start)))
        for day, of_day in groupby(entries, key=lambda entry: day_of(entry.session, zone))
    )


def folded(entries: Sequence[Entry], zone: tzinfo, today: date) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """(what the days before `today` held and is over, the rest). Nothing is past before the first day and after the last."""
    days = [day for entry in entries if (day := day_of(entry.session, zone)) is not None]
    if not days or max(days) < today:
        return (), entries
    # An exhibition of a whole week began on a day gone by, and is still on.
    past = [
        entry for entry in entries if (day := day_of(entry.session, zone)) is not None and max(day, _last_day(entry, zone, day)) < today
    ]
    gone = {id(entry) for entry in past}
    return past, [entry for entry in entries if id(entry) not in gone]


def _last_day(entry: Entry, zone: tzinfo, first: date) -> date:
    end = entry.session.ends_at if entry.session.starts_at else None
    return end.astimezone(zone).date() if end else first


def _start(entry: Entry) -> datetime | None:
    return shown_start(entry.session)


def strip(entries: Sequence[Entry], edition: EditionInfo, zone: tzinfo, today: date) -> tuple[StripDay, ...]:
    """Every day of the edition, and every day before or after it that has a session."""
    counts: dict[date, int] = {}
    for entry in entries:
        if (day := day_of(entry.session, zone)) is not None:
            counts[day] = counts.get(day, 0) + 1
    days = set(counts)
    if edition.starts_on and edition.ends_on:
        # A slip of the pen in an imported file must not draw a strip of a thousand days.
        length = min((edition.ends_on - edition.starts_on).days, 60)
        days |= {edition.starts_on + timedelta(days=nth) for nth in range(length + 1)}
    return tuple(StripDay(day, counts.get(day, 0), day == today, day == edition.main_day) for day in sorted(days))


def by_venue(entries: Sequence[Entry], zone: tzinfo, language: str) -> tuple[VenueWeek, ...]:
    """Sessions under the venues they take place in, in the order of the alphabet; those without one at the end."""
    names: dict[str, tuple[Text, Text]] = {}
    held: dict[str, list[Entry]] = {}
    for entry in entries:
        place = entry.session.place
        code = place.venue_code if place else ""
        names.setdefault(code, (place.venue, place.address) if place else (Text(""), Text("")))
        held.setdefault(code, []).append(entry)
    codes = sorted(held, key=lambda code: (not code, sort_text(names[code][0].get(language))))
    return tuple(VenueWeek(code, *names[code], by_day(held[code], zone)) for code in codes)
