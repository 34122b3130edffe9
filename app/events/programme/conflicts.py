"""What cannot be true of a week at the same time. Pure.

`find_conflicts(week, rules)` is the one door; each kind of conflict is a function of its own behind it, and the rules
say of each kind whether it blocks publishing, warns, or is silent. Intervals are half open: 10:00-11:00 and 11:00-12:00
do not touch.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from app.events.programme.model import Activity, Place, Session, Week
from app.kernel.text import Text

ConflictKind = Literal["room_overlap"]
Severity = Literal["blocks", "warns", "silent"]


class ConflictRules(msgspec.Struct, frozen=True):
    """How an edition judges each kind of conflict."""

    room_overlap: Severity = "blocks"

    def severity(self, kind: ConflictKind) -> Severity:
        """What a conflict of this kind means for publishing."""
        severity: Severity = getattr(self, kind)
        return severity


DEFAULT_RULES = ConflictRules()


class Occupancy(msgspec.Struct, frozen=True):
    """One session as one side of a conflict, with what a person needs to recognise it."""

    activity: UUID
    number: int
    title: Text
    session: UUID
    starts_at: datetime
    ends_at: datetime


class Conflict(msgspec.Struct, frozen=True):
    """Two sessions that cannot both be; `first` starts no later than `second`. They collide `starts_at` to `ends_at`."""

    kind: ConflictKind
    severity: Severity
    first: Occupancy
    second: Occupancy
    place: Place
    starts_at: datetime
    ends_at: datetime

    @property
    def sessions(self) -> tuple[UUID, UUID]:
        """The uids of both sessions."""
        return (self.first.session, self.second.session)


def find_conflicts(week: Week, rules: ConflictRules = DEFAULT_RULES) -> list[Conflict]:
    """Every conflict of the week that the rules do not silence, by time, then number."""
    found: list[Conflict] = []
    if (severity := rules.severity("room_overlap")) != "silent":
        found += _room_overlaps((revision.activity for revision in week.revisions), severity)
    return sorted(found, key=lambda c: (c.starts_at, c.first.number, c.second.number, str(c.first.session), str(c.second.session)))


def blocking(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """Those that forbid publishing."""
    return [conflict for conflict in conflicts if conflict.severity == "blocks"]


def _room_overlaps(activities: Iterable[Activity], severity: Severity) -> Iterator[Conflict]:
    """Sessions that want one room at one time, unless an activity of the two allows it. Sweeps each room once.

    Cancelled and postponed sessions free their room; a venue without a room is not one thing that can be taken.
    """
    rooms: dict[tuple[str, str], list[tuple[datetime, datetime, str, Activity, Session, Place]]] = defaultdict(list)
    for activity in activities:
        if activity.allow_overlap or activity.status == "draft":
            continue
        for session in activity.sessions:
            place, starts, ends = session.place, session.starts_at, session.ends_at
            if place is None or not place.room_code or starts is None or ends is None or starts >= ends:
                continue
            if activity.status_of(session) == "confirmed":
                rooms[place.key].append((starts, ends, str(session.uid), activity, session, place))
    for occupied in rooms.values():
        occupied.sort(key=lambda entry: entry[:3])
        running: list[tuple[datetime, str, Activity, Session]] = []  # a heap by end
        for starts, ends, uid, activity, session, place in occupied:
            while running and running[0][0] <= starts:
                heapq.heappop(running)
            second = _occupancy(activity, session)
            for other_ends, _, other, other_session in running:
                yield Conflict("room_overlap", severity, _occupancy(other, other_session), second, place, starts, min(ends, other_ends))
            heapq.heappush(running, (ends, uid, activity, session))


def _occupancy(activity: Activity, session: Session) -> Occupancy:
    assert session.starts_at is not None
    assert session.ends_at is not None
    return Occupancy(activity.id, activity.number, activity.title, session.uid, session.starts_at, session.ends_at)
