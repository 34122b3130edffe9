"""What is on at this moment and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.events.programme.filters import Entry
from app.events.programme.model import Session

MOST_NEXT = 6
"""How many of the sessions that come next are shown."""

# A session whose end nobody said is taken to last this long.
_UNSAID = timedelta(hours=1)


class Happening(NamedTuple):
    """The sessions under way, and the next ones in the order of time."""

    on_now: tuple[Entry, ...]
    next_up: tuple[Entry, ...]

    @property
    def key(self) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
        """The same for the same sessions: pages that show them may be kept until it changes."""
        return (tuple(entry.session.uid for entry in self.on_now), tuple(entry.session.uid for entry in self.next_up))


def ends_at(session: Session) -> datetime:
    """When a session that has a start is over."""
    assert session.starts_at is not None
    return session.ends_at or session.starts_at + _UNSAID


def is_on(entry: Entry, at: datetime) -> bool:
    """Whether it is under way: begun, not over, and neither cancelled nor postponed."""
    session = entry.session
    if session.starts_at is None or entry.activity.status_of(session) != "confirmed":
        return False
    return session.starts_at <= at < ends_at(session)


def happening(entries: Sequence[Entry], at: datetime, *, most: int = MOST_NEXT) -> Happening:
    """What is on at `at`, and the `most` next sessions.

    What runs for the whole day (an exhibition) comes after what will be over sooner: people look for what they would miss.
    """
    confirmed = [one for one in entries if one.session.starts_at and one.activity.status_of(one.session) == "confirmed"]
    on_now = sorted((one for one in confirmed if is_on(one, at)), key=_ending)
    later = sorted((one for one in confirmed if one.session.starts_at and one.session.starts_at > at), key=_beginning)
    return Happening(tuple(on_now), tuple(later[:most]))


def _ending(entry: Entry) -> tuple[datetime, int]:
    return (ends_at(entry.session), entry.activity.number)


def _beginning(entry: Entry) -> tuple[datetime, datetime, int]:
    start = entry.session.starts_at
    assert start is not None
    return (start, *_ending(entry))
