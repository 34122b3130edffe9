"""Which part of the week a reader asks for: the query of the programme page and of the feeds, with one meaning. Pure.

    ?day=2026-10-08&pillar=kinh_te_so&pillar=xa_hoi_so&unit=SKHCN&venue=V01&type=seminar&audience=citizens&q=du+lieu

Values of one name are alternatives, names narrow each other. A value that nothing has is no error: it finds nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.events.programme.model import Activity, Revision, Session, Week

NAMES: Final = ("day", "pillar", "unit", "venue", "type", "audience")
"""The names a filter knows besides `q`, in the order of canonical addresses."""

# Bounds of what an address may ask: keys of kept bytes stay small whatever a stranger types.
_MOST_VALUES = 40
_LONGEST_VALUE = 80
_LONGEST_SEARCH = 100


class Filter(msgspec.Struct, frozen=True):
    """A canonical filter: values sorted, without repeats. `q` is what is searched for, as typed."""

    day: tuple[str, ...] = ()
    pillar: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    q: str = ""

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Filter:
        """The filter in these query pairs; everything else in them is left aside."""
        chosen: dict[str, set[str]] = {name: set() for name in NAMES}
        searched = ""
        for name, raw in pairs:
            value = raw.strip()
            if name == "q":
                searched = " ".join(value.split())[:_LONGEST_SEARCH]
            elif name in chosen and value and len(chosen[name]) < _MOST_VALUES:
                chosen[name].add(value[:_LONGEST_VALUE])
        return cls(**{name: tuple(sorted(values)) for name, values in chosen.items()}, q=searched)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for the whole week."""
        return self == _WHOLE

    @property
    def key(self) -> tuple[tuple[str, ...], ...]:
        """What kept bytes are found by. Without `q`: what people search for is never kept."""
        return (self.day, self.pillar, self.unit, self.venue, self.type, self.audience)

    @property
    def chosen(self) -> int:
        """How many values are chosen, the search not counted."""
        return sum(map(len, self.key))

    def query(self) -> list[tuple[str, str]]:
        """The canonical query pairs."""
        pairs = [(name, value) for name in NAMES for value in getattr(self, name)]
        return [*pairs, ("q", self.q)] if self.q else pairs

    def without(self, name: str) -> Filter:
        """The same filter with nothing chosen under `name`."""
        return msgspec.structs.replace(self, **{name: "" if name == "q" else ()})

    def matches(self, activity: Activity, session: Session, zone: tzinfo) -> bool:
        """Whether this session is asked for. The search is not looked at: see `select`."""
        return (
            (not self.pillar or not {term.code for term in activity.pillars}.isdisjoint(self.pillar))
            and (not self.audience or not {term.code for term in activity.audiences}.isdisjoint(self.audience))
            and (not self.type or activity.type.code in self.type)
            and (not self.unit or not set(units_of(activity, session)).isdisjoint(self.unit))
            and (not self.venue or not set(venues_of(session)).isdisjoint(self.venue))
            and (not self.day or day_text(session, zone) in self.day)
        )


_WHOLE = Filter()


class Entry(NamedTuple):
    """One session of the week with the activity it belongs to."""

    revision: Revision
    session: Session

    @property
    def activity(self) -> Activity:
        """The activity as published."""
        return self.revision.activity


def units_of(activity: Activity, session: Session) -> Iterator[str]:
    """The codes of everybody whose event it is: host, co-hosts, units of satellite sites."""
    yield activity.host.code
    for unit in activity.co_hosts:
        yield unit.code
    for site in session.sites:
        yield site.unit.code


def venues_of(session: Session) -> Iterator[str]:
    """The codes of the venues it takes place in."""
    if session.place is not None:
        yield session.place.venue_code
    for site in session.sites:
        if site.place is not None:
            yield site.place.venue_code


def shown_start(session: Session) -> datetime | None:
    """When readers look for it: its start, or where it was taken from while it has no new one."""
    return session.starts_at or session.previous_starts_at


def day_of(session: Session, zone: tzinfo) -> date | None:
    """The local day it starts on; none while it never had a time."""
    start = shown_start(session)
    return start.astimezone(zone).date() if start else None


def day_text(session: Session, zone: tzinfo) -> str:
    """Its day as addresses write it, empty for none."""
    day = day_of(session, zone)
    return day.isoformat() if day else ""


def _order(entry: Entry) -> tuple[bool, float, float, int, int]:
    """By start, then by end, then by number; what has no time comes last."""
    start, end = shown_start(entry.session), entry.session.ends_at
    return (
        start is None,
        start.timestamp() if start else 0,
        end.timestamp() if end else 0,
        entry.activity.number,
        entry.session.number,
    )


def entries(week: Week) -> list[Entry]:
    """Every session that the public may see in lists, in the order of time. Unlisted activities and drafts are left out."""
    found = [
        Entry(revision, session)
        for revision in week.revisions
        if not revision.activity.unlisted and revision.activity.status != "draft"
        for session in revision.activity.sessions
    ]
    return sorted(found, key=_order)


def select(week: Week, wanted: Filter, *, found: Collection[UUID] | None = None) -> list[Entry]:
    """The sessions that `wanted` asks for, in the order of time.

    `found` are the ids of the activities that answer `wanted.q`; none means that nothing was searched for.
    """
    zone = ZoneInfo(week.edition.zone)
    return [
        entry
        for entry in entries(week)
        if (found is None or entry.activity.id in found) and wanted.matches(entry.activity, entry.session, zone)
    ]
