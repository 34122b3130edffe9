"""A published week as the shop window reads it: its public sessions in order, and what is on at any moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from app.events.programme.filters import Entry, entries
from app.events.programme.published import PublishedWeek
from app.site.happening import Happening, ends_at, happening


class Reading:
    """What is worked out once per version and asked for by every page."""

    def __init__(self, week: PublishedWeek) -> None:
        # Not the snapshot itself: it is the key under which this is found, and must be free to go.
        self.slug = week.slug
        self.zone = ZoneInfo(week.zone)
        self.entries: tuple[Entry, ...] = tuple(entries(week.week))
        self._happening: dict[int, Happening] = {}

    @cached_property
    def _turns(self) -> list[datetime]:
        """Every instant at which something begins or ends."""
        starts = {entry.session.starts_at for entry in self.entries if entry.session.starts_at}
        return sorted(starts | {ends_at(entry.session) for entry in self.entries if entry.session.starts_at})

    def happening(self, at: datetime) -> Happening:
        """What is on at `at` and what comes next; the answer is kept until something begins or ends."""
        turn = bisect_right(self._turns, at)
        if turn not in self._happening:
            self._happening[turn] = happening(self.entries, at)
        return self._happening[turn]

    def today(self, at: datetime) -> date:
        """The edition's own calendar day at `at`."""
        return at.astimezone(self.zone).date()


_readings: WeakKeyDictionary[PublishedWeek, Reading] = WeakKeyDictionary()


def reading(week: PublishedWeek) -> Reading:
    """The reading of this snapshot, made once and gone with it."""
    found = _readings.get(week)
    if found is None:
        found = _readings[week] = Reading(week)
    return found


def highlights(several: Sequence[Entry], most: int = 3) -> tuple[Entry, ...]:
    """What a day is remembered for, in the order of time: the largest activities of that day alone, then the others."""
    largest: dict[object, Entry] = {}
    for entry in sorted(several, key=lambda one: (len(one.activity.sessions) > 1, -(one.activity.capacity or 0))):
        if entry.activity.status_of(entry.session) == "confirmed":
            largest.setdefault(entry.activity.id, entry)
    chosen = list(largest.values())[:most]
    return tuple(entry for entry in several if entry in chosen)
