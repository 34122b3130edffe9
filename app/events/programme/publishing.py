"""Publishing: the draft week, or a part of it, becomes the next numbered version that readers, feeds and calendars see."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.events.programme import published, queries
from app.events.programme.compare import Change
from app.events.programme.conflicts import Conflict
from app.events.programme.drafts import load_drafts
from app.events.programme.model import Activity, Revision, Week
from app.events.programme.publication import Publication, prepare
from app.events.programme.queries import EditionView, VersionView
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import rows, run, run_many, unit_of_work
from app.kernel.errors import Refused, Stale
from app.kernel.ids import uuid7
from app.kernel.web.i18n import N_

NOTE = 500
"""The longest note of a version, in characters."""


class ProgrammePublished(msgspec.Struct, frozen=True):
    """Announced in the publication's transaction. `changes` are against the version before; `at` is its instant."""

    edition: UUID
    slug: str
    version: UUID
    number: int
    at: datetime
    changes: tuple[Change, ...]


class NothingChanged(Refused):
    """The draft, or what was chosen of it, equals what is published."""

    def __init__(self) -> None:
        super().__init__(N_("Không có thay đổi nào để công bố."))


class StillDraft(Refused):
    """What was chosen is not confirmed yet."""

    def __init__(self) -> None:
        super().__init__(N_("Hoạt động còn là bản nháp; hãy xác nhận trước khi công bố."))


class Clash(Refused):
    """Rooms would be double-booked by activities that do not allow it. `conflicts` holds every clash."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(N_("Chưa công bố được vì trùng phòng: %(count)s trường hợp."), count=len(conflicts))
        self.conflicts = tuple(conflicts)


class Unseen(Stale):
    """The draft, or what is published, changed after the preview was opened."""

    def __init__(self, changed: list[str]) -> None:
        super().__init__(N_("Bản nháp vừa thay đổi sau khi bạn xem trước. Xin xem lại rồi công bố."), changed=changed)


async def preview(edition: EditionView, *, only: Sequence[UUID] = ()) -> Publication:
    """What publishing now would do."""
    current = await queries.edition_by_id(edition.id) or edition
    before = await _week(current.id, current.published_version)
    return prepare(before, await load_drafts(current.id, only), current.info, at=now(), whole=not only)


async def publish_programme(
    edition: EditionView,
    *,
    by: Actor,
    only: Sequence[UUID] = (),
    note: str = "",
    allow_overlap: bool = False,
    seen: str | None = None,
    joins: bool = False,
) -> VersionView:
    """Freeze the draft week, or `only` these activities, as the next programme version.

    `seen`: the seal of the preview that the publisher looked at. `allow_overlap`: room clashes are accepted and kept
    with the version. `joins`: take part in an importer's unit of work.

    Raises:
        Clash: rooms are double-booked by activities that do not allow it; clashes published earlier do not count again.
        NothingChanged: the draft equals the published version.
        StillDraft: an activity of `only` is not confirmed yet.
        Unseen: `seen` does not fit what would be published now.
    """
    async with unit_of_work(by, joins=joins) as work:
        # Counting up holds the edition's row until the commit: publishers queue here and each sees the one before.
        counted = await run(
            "UPDATE edition SET published_version = published_version + 1 WHERE id = {} RETURNING published_version", edition.id
        )
        number = counted[0]["published_version"]
        current = await queries.edition_by_id(edition.id)
        assert current is not None
        before = await _week(edition.id, number - 1)
        drafts = await load_drafts(edition.id, only)
        if only and any(draft.activity.status == "draft" for draft in drafts):
            raise StillDraft
        publication = prepare(before, drafts, current.info, at=work.at, whole=not only)
        if publication.empty:
            raise NothingChanged
        if seen is not None and seen != publication.seal:
            raise Unseen([change.title.vi for change in publication.changes])
        if publication.clashes and not allow_overlap:
            raise Clash(publication.clashes)
        version = await _store(edition.id, publication, by=by, note=note, first=before is None)
        if current.state == "draft":
            await run("UPDATE edition SET state = 'open' WHERE id = {}", edition.id)
        work.record("programme.published", f"edition:{edition.id}", after=_told(version), note=note[:NOTE])
        changes = publication.changes
        await work.announce(ProgrammePublished(edition.id, current.slug, version.id, number, work.at, changes))
        work.after_commit(lambda: published.forget(current.slug))
        work.touch(f"programme:{current.slug}")
    return version


async def _week(edition: UUID, version: int) -> Week | None:
    """A version, from memory where it is there: it never changes."""
    if version == 0:
        return None
    return published.kept_week(edition, version) or await published.load_week(edition, version)


async def _store(edition: UUID, publication: Publication, *, by: Actor, note: str, first: bool) -> VersionView:
    week = publication.week
    assert week.published_at is not None
    # In a first version everything is new; with its sessions the list would hold the whole programme a second time.
    changes = tuple(msgspec.structs.replace(change, sessions=()) for change in publication.changes) if first else publication.changes
    version = VersionView(
        uuid7(), edition, week.version, note.strip()[:NOTE], week.published_at, by.label[:200], bool(publication.clashes), changes
    )
    await run(
        "INSERT INTO programme_version (id, edition, number, note, published_at, published_by, overlap_allowed, edition_document, changes) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})",
        version.id, edition, version.number, version.note, version.published_at, version.published_by, version.overlap_allowed,
        msgspec.json.encode(week.edition).decode(), msgspec.json.encode(changes).decode(),
    )  # fmt: skip
    fresh = {revision.activity.id: uuid7() for revision in publication.revisions}
    await run_many(
        "INSERT INTO activity_revision (id, activity, number, document, digest, published_at) VALUES ({}, {}, {}, {}, {}, {})",
        [_revision_row(fresh[revision.activity.id], revision) for revision in publication.revisions],
    )
    kept = {} if first else await _entries(edition, week.version - 1)
    entries = kept | fresh
    await run_many(
        "INSERT INTO programme_entry (id, version, activity, revision) VALUES ({}, {}, {}, {})",
        [(uuid7(), version.id, activity, revision) for activity, revision in entries.items()],
    )
    await _mark_published([revision.activity for revision in publication.revisions], at=version.published_at)
    return version


def _revision_row(identity: UUID, revision: Revision) -> tuple[object, ...]:
    document = msgspec.json.encode(revision.activity)
    digest = hashlib.sha256(document).hexdigest()
    return (identity, revision.activity.id, revision.number, document.decode(), digest, revision.modified_at)


async def _entries(edition: UUID, version: int) -> dict[UUID, UUID]:
    found = await rows(
        "SELECT programme_entry.activity, programme_entry.revision FROM programme_entry "
        "JOIN programme_version ON programme_version.id = programme_entry.version "
        "WHERE programme_version.edition = {} AND programme_version.number = {}",
        edition,
        version,
    )
    return {one["activity"]: one["revision"] for one in found}


async def _mark_published(activities: Sequence[Activity], *, at: datetime) -> None:
    """Tell the draft's rows what is public of them now. Guarded: a sequence is never written lower."""
    await run_many(
        "UPDATE activity SET published_at = {} WHERE id = {} AND published_at IS NULL", [(at, activity.id) for activity in activities]
    )
    await run_many(
        "UPDATE session SET sequence = {}, published_at = COALESCE(published_at, {}) WHERE uid = {} AND sequence <= {}",
        [(session.sequence, at, session.uid, session.sequence) for activity in activities for session in activity.sessions],
    )


def _told(version: VersionView) -> dict[str, object]:
    """What the audit keeps: counts, and the numbers of what changed."""
    kinds = Counter(kind for change in version.changes for kind in change.kinds)
    return {
        "version": version.number,
        "changes": dict(kinds),
        "activities": [change.number for change in version.changes][:500],
        "overlap_allowed": version.overlap_allowed,
    }
