"""What differs between two states of a week, activity by activity and session by session. Pure.

    for change in compare_weeks(published, draft):
        change.kinds        # ("moved", "renamed")
        change.sessions     # each with before, after, and whether its calendar SEQUENCE rises

Sequences, revision numbers and what publishing itself fills in are not differences. The sentences for readers stand
in `wording.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from app.events.programme.model import Activity, Place, Session, Week
from app.kernel.text import Text

ChangeKind = Literal["new", "gone", "returned", "cancelled", "postponed", "moved", "renamed", "changed"]
SessionChangeKind = Literal["new", "gone", "returned", "cancelled", "postponed", "moved", "changed"]

# What an organiser compares field by field. Sessions, status and title are looked at on their own.
_FIELDS = (
    "slug",
    "host",
    "co_hosts",
    "type",
    "summary",
    "description",
    "pillars",
    "contents",
    "audiences",
    "accessibility",
    "mode",
    "capacity",
    "registration",
    "change_reason",
    "allow_overlap",
    "unlisted",
    "agenda",
    "speakers",
    "links",
    "language",
)

# The order in which kinds are told: what hurts most first.
_ORDER: tuple[ChangeKind, ...] = ("new", "returned", "gone", "cancelled", "postponed", "moved", "renamed", "changed")


class SessionChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one session. `before` is none for a new one; `rises`: its SEQUENCE goes up when published."""

    uid: UUID
    number: int
    kind: SessionChangeKind
    after: Session
    before: Session | None = None
    moved_time: bool = False
    moved_place: bool = False
    rises: bool = False


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one activity; `kinds` is never empty. `fields` names what else differs, as in `model.Activity`."""

    activity: UUID
    number: int
    slug: str
    title: Text
    kinds: tuple[ChangeKind, ...]
    title_before: Text | None = None
    fields: tuple[str, ...] = ()
    sessions: tuple[SessionChange, ...] = ()
    reason: Text = Text("")
    unlisted: bool = False

    def has(self, *kinds: ChangeKind) -> bool:
        """Whether one of these kinds is among the change's."""
        return any(kind in self.kinds for kind in kinds)


def compare_weeks(before: Week | None, after: Week) -> tuple[Change, ...]:
    """All differences, in the order of `after`; then what `after` no longer holds at all, as gone."""
    known = {revision.activity.id: revision.activity for revision in before.revisions} if before else {}
    here = {revision.activity.id for revision in after.revisions}
    changes = [compare_activities(known.get(revision.activity.id), revision.activity) for revision in after.revisions]
    changes += [compare_activities(activity, without(activity)) for key, activity in known.items() if key not in here]
    return tuple(change for change in changes if change is not None)


def compare_activities(before: Activity | None, after: Activity) -> Change | None:
    """What became of one activity, or none when a reader could not tell the two apart."""
    if before is None:
        sessions = tuple(SessionChange(s.uid, s.number, "new", s) for s in after.sessions)
        return _change(after, ["new"], sessions=sessions)
    if before.gone and after.gone:
        return None
    kinds: list[ChangeKind] = []
    sessions = compare_sessions(before, after)
    if after.gone:
        return _change(after, ["gone"], sessions=sessions)
    was, now = before.public_status, after.public_status
    if was != now:
        kinds.append("returned" if now == "confirmed" else now)
    # One day of several that falls is the reader's cancellation too, though the activity as a whole takes place.
    # The same with one that returns.
    one_day: tuple[Literal["returned", "cancelled", "postponed"], ...] = ("returned", "cancelled", "postponed")
    kinds += [kind for kind in one_day if kind not in kinds and now == "confirmed" and _any(sessions, kind)]
    if now == "confirmed" and "cancelled" not in kinds and _any(sessions, "gone"):
        kinds.append("cancelled")
    if _any(sessions, "moved") or any(change.moved_time or change.moved_place for change in sessions):
        kinds.append("moved")
    if before.title != after.title:
        kinds.append("renamed")
    fields = tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name))
    if was == now and (before.status, before.gone) != (after.status, after.gone):
        fields = ("status", *fields)
    # The reason of a move or a cancellation is told with it; by itself it is an edit.
    if set(fields) - {"change_reason"} or (not kinds and (fields or sessions)):
        kinds.append("changed")
    if not kinds:
        return None
    return _change(after, kinds, title_before=before.title if before.title != after.title else None, fields=fields, sessions=sessions)


def compare_sessions(before: Activity, after: Activity) -> tuple[SessionChange, ...]:
    """What became of each session; sessions that `after` lacks altogether count as gone."""
    known = {session.uid: session for session in before.sessions}
    renamed = before.title != after.title
    changes = [_session(before, after, known.pop(session.uid, None), session, renamed) for session in after.sessions]
    changes += [_session(before, after, session, _gone(session), renamed) for session in known.values()]
    return tuple(change for change in changes if change is not None)


def without(activity: Activity) -> Activity:
    """The same activity after it left the programme: it stays, cancelled, for calendars that know it."""
    return msgspec.structs.replace(activity, gone=True)


def place_shown(place: Place | None) -> tuple[object, ...] | None:
    """What a reader sees of a place (coordinates are not seen)."""
    return None if place is None else (*place.key, place.venue, place.room, place.address, place.url)


def _session(before: Activity, after: Activity, was: Session | None, now: Session, renamed: bool) -> SessionChange | None:
    if was is None:
        # A session that comes and goes between two publications was never seen.
        return None if now.gone else SessionChange(now.uid, now.number, "new", now)
    old_status, new_status = before.status_of(was), after.status_of(now)
    moved_time = (was.starts_at, was.ends_at) != (now.starts_at, now.ends_at)
    moved_place = (was.place.key if was.place else None) != (now.place.key if now.place else None)
    place_differs = place_shown(was.place) != place_shown(now.place)
    rises = renamed or moved_time or place_differs or old_status != new_status
    kind: SessionChangeKind
    if old_status != new_status:
        gone = (now.gone or after.gone) and not (was.gone or before.gone)
        kind = "returned" if new_status == "confirmed" else "gone" if gone else new_status
    elif moved_time or moved_place:
        kind = "moved" if new_status == "confirmed" else "changed"
    elif rises or _beside(was) != _beside(now):
        kind = "changed"
    else:
        return None
    # To readers a cancelled session has no "new time".
    told = new_status == "confirmed"
    return SessionChange(now.uid, now.number, kind, now, was, moved_time and told, moved_place and told, rises)


def _beside(session: Session) -> tuple[object, ...]:
    """What can differ without a calendar entry having to be asked for again."""
    return (session.number, session.status, session.gone, session.place, session.sites)


def _gone(session: Session) -> Session:
    return msgspec.structs.replace(session, gone=True)


def _any(sessions: Sequence[SessionChange], kind: SessionChangeKind) -> bool:
    return any(session.kind == kind for session in sessions)


def _change(
    after: Activity,
    kinds: Sequence[ChangeKind],
    *,
    title_before: Text | None = None,
    fields: tuple[str, ...] = (),
    sessions: tuple[SessionChange, ...] = (),
) -> Change:
    return Change(
        activity=after.id,
        number=after.number,
        slug=after.slug,
        title=after.title,
        kinds=tuple(kind for kind in _ORDER if kind in kinds),
        title_before=title_before,
        fields=fields,
        sessions=sessions,
        reason=after.change_reason,
        unlisted=after.unlisted,
    )
