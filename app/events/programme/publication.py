"""What a publication would be: the next week, what changes in it, what stands against it. Pure.

The preview shows it, publishing stores it: both make it here, so what was shown is what is published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.events.programme.compare import Change
from app.events.programme.conflicts import DEFAULT_RULES, Conflict, ConflictRules, blocking, find_conflicts
from app.events.programme.freezing import freeze
from app.events.programme.model import Activity, EditionInfo, Revision, Week


class Publication(msgspec.Struct, frozen=True):
    """The next version as it would be.

    `week` is the whole resulting programme; `revisions` those of its revisions that are new; `clashes` what the change
    would make true against the rules, `standing` the clashes that were published before and stay as they are.
    """

    week: Week
    changes: tuple[Change, ...]
    revisions: tuple[Revision, ...]
    clashes: tuple[Conflict, ...]
    standing: tuple[Conflict, ...]
    edition_changed: bool

    @property
    def empty(self) -> bool:
        """Whether readers would see no difference."""
        return not self.changes and not self.edition_changed

    @property
    def seal(self) -> str:
        """Fingerprint of what readers would get: a preview carries it, so nobody publishes what they have not seen."""
        found = hashlib.sha256(msgspec.json.encode(self.week.edition))
        for revision in self.revisions:
            # When it is published is no part of what was seen.
            found.update(msgspec.json.encode(msgspec.structs.replace(revision.activity, changed_at=None)))
        return found.hexdigest()[:20]


def prepare(
    before: Week | None,
    drafts: Sequence[Revision],
    edition: EditionInfo,
    *,
    at: datetime,
    whole: bool = True,
    rules: ConflictRules = DEFAULT_RULES,
) -> Publication:
    """The publication of `drafts` on top of what is published.

    `whole`: the edition's own name, theme and days are published too; a hot fix publishes only its activities. An activity
    that is still a draft is left out, and stays as published if it ever was.
    """
    known = {revision.activity.id: revision for revision in before.revisions} if before else {}
    week: dict[UUID, Revision] = dict(known)
    changes: list[Change] = []
    new: list[Revision] = []
    for draft in drafts:
        was = known.get(draft.activity.id)
        if draft.activity.status == "draft" or (was is None and draft.activity.gone):
            continue
        frozen, change = freeze(was.activity if was else None, draft.activity, at)
        if change is None:
            continue
        revision = Revision(frozen, was.number + 1 if was else 1, at)
        week[frozen.id] = revision
        new.append(revision)
        changes.append(change)
    shown = before.edition if before is not None and not whole else edition
    version = (before.version if before else 0) + 1
    result = Week(shown, version, at, tuple(sorted(week.values(), key=lambda revision: revision.activity.number)))
    clashes, standing = _judge(before, result, rules)
    return Publication(result, tuple(changes), tuple(new), clashes, standing, before is None or shown != before.edition)


def _judge(before: Week | None, after: Week, rules: ConflictRules) -> tuple[tuple[Conflict, ...], tuple[Conflict, ...]]:
    """Blocking clashes that this publication makes, and those that were accepted with an earlier one and stay alike."""
    found = blocking(find_conflicts(after, rules))
    if not found or before is None:
        return tuple(found), ()
    was, now = _occupied(revision.activity for revision in before.revisions), _occupied(revision.activity for revision in after.revisions)
    as_before = {uid for uid, taken in now.items() if was.get(uid) == taken}
    made: list[Conflict] = []
    standing: list[Conflict] = []
    for clash in found:
        (standing if as_before.issuperset(clash.sessions) else made).append(clash)
    return tuple(made), tuple(standing)


def _occupied(activities: Iterable[Activity]) -> dict[UUID, tuple[object, ...]]:
    """What each session takes of a room, and whether it may share it."""
    return {
        session.uid: (
            session.starts_at,
            session.ends_at,
            session.place.key if session.place else None,
            activity.status_of(session),
            activity.allow_overlap,
        )
        for activity in activities
        for session in activity.sessions
    }
