"""What an activity becomes when a file speaks of it again. Pure.

A format that cannot say something leaves it alone: a frab file knows one language, one track and no status, so a
translation, further pillars or a cancellation made here survive it. Our own YAML says everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from app.events.exchange.programme_file import FileKind
from app.events.programme.model import Activity, Session, Speaker, Term
from app.kernel.text import Text


def live(activity: Activity) -> Activity:
    """The activity with the sessions it still has."""
    return msgspec.structs.replace(activity, sessions=tuple(session for session in activity.sessions if not session.gone))


def merged(
    kind: FileKind, existing: Activity, told: Activity, known: Mapping[int, Session], fresh: Mapping[int, UUID], dropped: Sequence[UUID]
) -> Activity:
    """The existing activity with what the file tells of it.

    `known`: for a session of `told` (by its place in the tuple) the one it is; `fresh`: the uid of each new one;
    `dropped`: uids that the file had once and has no more.
    """
    sessions = []
    for nth, session in enumerate(told.sessions):
        if nth in known:
            sessions.append(_session(kind, known[nth], session))
        else:
            sessions.append(msgspec.structs.replace(session, uid=fresh[nth], number=_free(session.number, existing)))
    if kind == "frab":
        named = {session.uid for session in sessions} | set(dropped)
        sessions += [session for session in existing.sessions if session.uid not in named and not session.gone]
    sessions.sort(key=lambda session: (session.number <= 0, session.number))
    if kind == "week":
        return msgspec.structs.replace(
            told, id=existing.id, number=existing.number, slug=existing.slug, sessions=tuple(sessions), gone=False
        )
    return msgspec.structs.replace(
        existing,
        title=_text(existing.title, told.title),
        summary=_text(existing.summary, told.summary),
        description=_text(existing.description, told.description),
        type=told.type,
        pillars=_pillars(existing.pillars, told.pillars),
        sessions=tuple(sessions),
        speakers=_speakers(existing.speakers, told.speakers),
        links=told.links,
        language=told.language,
        gone=False,
    )


def moved(before: Session, after: Session) -> bool:
    """Whether a session has another time or another place."""
    was, now = before.place, after.place
    return (before.starts_at, before.ends_at, was.key if was else None) != (after.starts_at, after.ends_at, now.key if now else None)


def _session(kind: FileKind, existing: Session, told: Session) -> Session:
    if kind == "week":
        return msgspec.structs.replace(told, uid=existing.uid, number=existing.number, sequence=existing.sequence, gone=False)
    return msgspec.structs.replace(existing, starts_at=told.starts_at, ends_at=told.ends_at, place=told.place, gone=False)


def _free(number: int, existing: Activity) -> int:
    """The number the file gives, unless another session has it: then the next one is found when it is written."""
    return 0 if any(session.number == number for session in existing.sessions) else number


def _text(existing: Text, told: Text) -> Text:
    """One language of a text. A translation stays with the words it translates, and goes with them."""
    return existing if told.vi in (existing.vi, existing.en) else told


def _pillars(existing: tuple[Term, ...], told: tuple[Term, ...]) -> tuple[Term, ...]:
    """One track stands for the first of several pillars."""
    if not told:
        return ()
    return existing if told[0] in existing else (*told, *existing[1:])


def _speakers(existing: tuple[Speaker, ...], told: tuple[Speaker, ...]) -> tuple[Speaker, ...]:
    """The file's speakers; who was known by id and name, or by name alone, keeps title, function and organisation."""
    by_id = {(speaker.foreign_id, speaker.name): speaker for speaker in existing}
    by_name = {speaker.name: speaker for speaker in existing}
    merged_speakers = []
    for speaker in told:
        known = by_id.get((speaker.foreign_id, speaker.name)) or (None if speaker.foreign_id else by_name.get(speaker.name))
        merged_speakers.append(known or speaker)
    return tuple(merged_speakers)
