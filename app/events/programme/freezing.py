"""How a draft activity becomes its next published revision. Pure.

What publishing itself decides is decided here: SEQUENCE rises by one for each session whose time, place, title or
status differs from what was published, and never falls; what was moved remembers where from; what left the draft stays
as gone; the slug is the first published one for ever.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.events.programme.compare import Change, SessionChange, compare_activities
from app.events.programme.model import Activity, Session


def freeze(before: Activity | None, draft: Activity, at: datetime) -> tuple[Activity, Change | None]:
    """The activity as it is to be published at `at`, and what changed; no change gives back `before` itself.

    `draft` carries in each session the highest sequence ever published, so that a session which returns, or one that is
    rolled back, continues from there.
    """
    prepared = _prepare(before, draft)
    change = compare_activities(before, prepared)
    if change is None:
        assert before is not None
        return before, None
    by_uid = {each.uid: each for each in change.sessions}
    known = {session.uid: session for session in before.sessions} if before else {}
    sessions = tuple(_frozen(known.get(session.uid), session, by_uid.get(session.uid)) for session in prepared.sessions)
    return msgspec.structs.replace(prepared, sessions=sessions, changed_at=_changed_at(before, draft, change, at)), change


def _prepare(before: Activity | None, draft: Activity) -> Activity:
    """Complete the draft with what must outlive it: the slug, sessions that vanished, the time of what lost its time."""
    if before is None:
        return msgspec.structs.replace(draft, sessions=tuple(s for s in draft.sessions if not s.gone))
    known = {session.uid: session for session in before.sessions}
    sessions = []
    for session in draft.sessions:
        was = known.pop(session.uid, None)
        if was is None and session.gone:
            continue
        sessions.append(_postponed_keeps_its_time(was, session))
    sessions += [msgspec.structs.replace(session, gone=True) for session in known.values()]
    return msgspec.structs.replace(draft, slug=before.slug, sessions=tuple(sessions))


def _postponed_keeps_its_time(was: Session | None, session: Session) -> Session:
    """A calendar entry cannot lose its start: a session without a date is postponed at the time it had."""
    if was is None or was.starts_at is None or session.starts_at is not None:
        return session
    status = "postponed" if session.status == "confirmed" else session.status
    return msgspec.structs.replace(session, starts_at=was.starts_at, ends_at=was.ends_at, place=session.place or was.place, status=status)


def _frozen(was: Session | None, session: Session, change: SessionChange | None) -> Session:
    if was is None:
        return session
    sequence = max(was.sequence, session.sequence) + (1 if change is not None and change.rises else 0)
    starts, ends, place = was.previous_starts_at, was.previous_ends_at, was.previous_place
    if (was.starts_at, was.ends_at) != (session.starts_at, session.ends_at):
        starts, ends = was.starts_at, was.ends_at
        if (was.previous_starts_at, was.previous_ends_at) == (session.starts_at, session.ends_at):
            starts, ends = None, None  # back where it was: nothing to strike through
    if (was.place.key if was.place else None) != (session.place.key if session.place else None):
        place = was.place
        if was.previous_place and session.place and was.previous_place.key == session.place.key:
            place = None
    return msgspec.structs.replace(session, sequence=sequence, previous_starts_at=starts, previous_ends_at=ends, previous_place=place)


def _changed_at(before: Activity | None, draft: Activity, change: Change, at: datetime) -> datetime | None:
    """When readers were last told of a move, a cancellation or a return."""
    if before is None:
        return draft.changed_at
    if change.has("gone", "returned", "cancelled", "postponed", "moved"):
        return at
    return before.changed_at
