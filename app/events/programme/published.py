"""The programme as readers see it: one snapshot in memory per edition and version.

    week = await published("2026")        # none: nothing is published there
    week.by_slug["le-khai-mac"].activity
    week.search("bến cảng")

A version never changes, so a snapshot is kept until a newer one is known. Which version is current is asked of the
database at most four times a second, by one reader for all who wait; a publication in this process is seen at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec

from app.events.programme.model import Activity, EditionInfo, Revision, Session, Week
from app.kernel.database import Engine, engine, row, rows
from app.kernel.search import Index

RECHECK = 0.25
"""Seconds for which the answer "this is the current version" is believed."""

_MOST_WEEKS = 8  # snapshots kept: some 10 MB each for a thousand activities
_MOST_SLUGS = 256  # answers kept, also of slugs that are no edition


class PublishedWeek:
    """One published version, ready to be read. Treat it as frozen."""

    def __init__(self, edition_id: UUID, week: Week) -> None:
        self.edition_id = edition_id
        self.week = week
        self.by_slug: dict[str, Revision] = {revision.activity.slug: revision for revision in week.revisions}
        self.by_id: dict[UUID, Revision] = {revision.activity.id: revision for revision in week.revisions}
        self.by_uid: dict[UUID, tuple[Revision, Session]] = {
            session.uid: (revision, session) for revision in week.revisions for session in revision.activity.sessions
        }

    @property
    def edition(self) -> EditionInfo:
        """The edition as it was published."""
        return self.week.edition

    @property
    def slug(self) -> str:
        """The edition's address."""
        return self.week.edition.slug

    @property
    def zone(self) -> str:
        """The edition's IANA time zone."""
        return self.week.edition.zone

    @property
    def version(self) -> int:
        """The number of this version."""
        return self.week.version

    @property
    def published_at(self) -> datetime:
        """When this version was published."""
        assert self.week.published_at is not None
        return self.week.published_at

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """All activities, unlisted and cancelled ones too, by number."""
        return self.week.revisions

    @cached_property
    def listed(self) -> tuple[Revision, ...]:
        """What lists and feeds show: without the unlisted."""
        return tuple(revision for revision in self.week.revisions if not revision.activity.unlisted)

    @cached_property
    def index(self) -> Index[UUID]:
        """Search over the listed activities; its keys are ids of activities."""
        return Index((revision.activity.id, search_fields(revision.activity)) for revision in self.listed)

    def search(self, query: str) -> list[Revision]:
        """The listed activities that answer `query`, best first."""
        return [self.by_id[hit.key] for hit in self.index.search(query)]


def search_fields(activity: Activity) -> list[tuple[str, float]]:
    """The texts of an activity and what each weighs in a search."""
    names: list[tuple[str, float]] = []
    for text, weight in (
        (activity.title, 4.0),
        (activity.summary, 1.5),
        (activity.description, 0.7),
        (activity.type.name, 1.5),
        (activity.host.name, 1.5),
        *((unit.name, 1.0) for unit in activity.co_hosts),
        *((term.name, 1.0) for term in (*activity.pillars, *activity.contents, *activity.audiences, *activity.accessibility)),
    ):
        names += [(text.vi, weight), (text.en, weight)]
    places = {session.place.key: session.place for session in activity.sessions if session.place}
    for place in places.values():
        for text in (place.venue, place.room, place.address):
            names += [(text.vi, 1.0), (text.en, 1.0)]
    names += [(f"{speaker.title} {speaker.name}", 2.0) for speaker in activity.speakers]
    return [(text, weight) for text, weight in names if text]


# --- the snapshots ---------------------------------------------------------------------------------------------------

_weeks: OrderedDict[tuple[UUID, int], PublishedWeek] = OrderedDict()
_current: OrderedDict[str, tuple[float, tuple[UUID, int] | None]] = OrderedDict()
_asking: dict[str, asyncio.Task[PublishedWeek | None]] = {}
_of: Engine | None = None


async def published(slug: str) -> PublishedWeek | None:
    """The current version of the edition at this address; none when there is no edition or nothing is published."""
    if engine() is not _of:
        _start_anew()
    known = _current.get(slug)
    if known is not None and time.monotonic() < known[0]:
        key = known[1]
        if key is None:
            return None
        if (week := _weeks.get(key)) is not None:
            return week
    asking = _asking.get(slug)
    if asking is None:
        # A context of its own: asked from inside a unit of work, it must not look through that transaction's eyes.
        asking = asyncio.create_task(_ask(slug), context=contextvars.Context())
        _asking[slug] = asking
        asking.add_done_callback(lambda done: _asking.pop(slug, None) if _asking.get(slug) is done else None)
    return await asyncio.shield(asking)


def forget(slug: str) -> None:
    """Ask the database again at the next read: a publication of this process calls it after its commit."""
    _current.pop(slug, None)
    # Who asked before the commit may still bring the old answer; whoever comes now must not wait for that one.
    _asking.pop(slug, None)


def _start_anew() -> None:
    """Another database was opened: nothing of the old one holds."""
    global _of
    _current.clear()
    _asking.clear()
    _weeks.clear()
    _of = engine()


async def _ask(slug: str) -> PublishedWeek | None:
    mine = asyncio.current_task()
    asked = time.monotonic()
    found = await row("SELECT id, published_version FROM edition WHERE slug = {}", slug)
    key = (found["id"], found["published_version"]) if found and found["published_version"] else None
    week = _weeks.get(key) if key else None
    if key and week is None:
        loaded = await load_week(*key)
        assert loaded is not None
        week = PublishedWeek(key[0], loaded)
        _weeks[key] = week
        while len(_weeks) > _MOST_WEEKS:
            _weeks.popitem(last=False)
    if _asking.get(slug) is mine:
        _current[slug] = (asked + RECHECK, key)
        _current.move_to_end(slug)
        while len(_current) > _MOST_SLUGS:
            _current.popitem(last=False)
    return week


def kept_week(edition: UUID, version: int) -> Week | None:
    """That version, if it happens to be in memory."""
    found = _weeks.get((edition, version))
    return found.week if found else None


async def load_week(edition: UUID, version: int) -> Week | None:
    """One version from the database; none when it does not exist."""
    head = await row(
        "SELECT id, number, published_at, edition_document FROM programme_version WHERE edition = {} AND number = {}", edition, version
    )
    if head is None:
        return None
    found = await rows(
        "SELECT activity_revision.number, activity_revision.published_at, activity_revision.document FROM programme_entry "
        "JOIN activity_revision ON activity_revision.id = programme_entry.revision WHERE programme_entry.version = {}",
        head["id"],
    )
    info = msgspec.json.decode(head["edition_document"], type=EditionInfo)
    return Week(info, head["number"], head["published_at"], _by_number([_revision(one) for one in found]))


async def first_published(edition: UUID) -> dict[UUID, datetime]:
    """When activities appeared that the edition's first version did not have."""
    found = await rows(
        "SELECT activity_revision.activity, activity_revision.published_at FROM activity_revision "
        "JOIN activity ON activity.id = activity_revision.activity "
        "WHERE activity.edition = {} AND activity_revision.number = 1 AND activity_revision.published_at > "
        "(SELECT published_at FROM programme_version WHERE edition = {} AND number = 1)",
        edition,
        edition,
    )
    return {one["activity"]: one["published_at"] for one in found}


_decoder = msgspec.json.Decoder(Activity)


def _revision(one: dict[str, object]) -> Revision:
    document, number, at = one["document"], one["number"], one["published_at"]
    assert isinstance(document, str)
    assert isinstance(number, int)
    assert isinstance(at, datetime)
    return Revision(_decoder.decode(document), number, at)


def _by_number(revisions: Sequence[Revision]) -> tuple[Revision, ...]:
    return tuple(sorted(revisions, key=lambda revision: revision.activity.number))
