"""Named reads of editions, taxonomies, venues and versions. Drafts are read by `drafts.py`, what is public by `published.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from app.events.programme.compare import Change
from app.events.programme.model import EditionInfo, Term
from app.kernel.database import Row, row, rows
from app.kernel.text import Text

# --- editions --------------------------------------------------------------------------------------------------------


class EditionView(msgspec.Struct, frozen=True):
    """An edition as the house works with it; `info` is as edited now, readers see the one of the last publication."""

    id: UUID
    info: EditionInfo
    state: str
    published_version: int
    revision: int

    @property
    def slug(self) -> str:
        """Its address."""
        return self.info.slug

    @property
    def zone(self) -> str:
        """Its IANA time zone, in which pages show hours."""
        return self.info.zone

    @property
    def name(self) -> Text:
        """Its name."""
        return self.info.name


async def editions() -> list[EditionView]:
    """All editions, the latest first."""
    return [_edition(one) for one in await rows("SELECT * FROM edition ORDER BY starts_on DESC, slug")]


async def edition(slug: str) -> EditionView | None:
    """The edition at this address."""
    found = await row("SELECT * FROM edition WHERE slug = {}", slug)
    return _edition(found) if found else None


async def edition_by_id(edition_id: UUID) -> EditionView | None:
    """The edition with this id."""
    found = await row("SELECT * FROM edition WHERE id = {}", edition_id)
    return _edition(found) if found else None


async def edition_today(today: date) -> EditionView | None:
    """The edition that `/` shows: published, under way today, else the next to come, else the last one."""
    found = [one for one in await editions() if one.published_version]
    return min(found, key=lambda one: _distance(one.info, today), default=None)


def _distance(info: EditionInfo, today: date) -> tuple[int, int]:
    assert info.starts_on is not None
    assert info.ends_on is not None
    if today < info.starts_on:
        return (1, (info.starts_on - today).days)
    return (0, 0) if today <= info.ends_on else (2, (today - info.ends_on).days)


def _edition(one: Row) -> EditionView:
    info = EditionInfo(
        slug=one["slug"],
        name=Text(one["name_vi"], one["name_en"]),
        theme=Text(one["theme_vi"], one["theme_en"]),
        locality=Text(one["locality_vi"], one["locality_en"]),
        zone=one["zone"],
        starts_on=one["starts_on"],
        ends_on=one["ends_on"],
        main_day=one["main_day"],
        accent=one["accent"],
    )
    return EditionView(one["id"], info, one["state"], one["published_version"], one["revision"])


# --- taxonomies ------------------------------------------------------------------------------------------------------


async def terms(edition_id: UUID) -> dict[str, tuple[Term, ...]]:
    """The terms of each taxonomy, in their own order."""
    found: dict[str, list[Term]] = defaultdict(list)
    for one in await rows("SELECT taxonomy, code, vi, en FROM term WHERE edition = {} ORDER BY taxonomy, position, code", edition_id):
        found[one["taxonomy"]].append(Term(one["code"], Text(one["vi"], one["en"])))
    return {taxonomy: tuple(several) for taxonomy, several in found.items()}


# --- venues ----------------------------------------------------------------------------------------------------------


class RoomView(msgspec.Struct, frozen=True):
    """A room as forms and lists show it."""

    code: str
    name: Text
    capacity: int | None


class VenueView(msgspec.Struct, frozen=True):
    """A venue with its rooms as forms and lists show it."""

    id: UUID
    code: str
    name: Text
    address: Text
    latitude: float | None
    longitude: float | None
    url: str
    revision: int
    rooms: tuple[RoomView, ...]


async def venues(edition_id: UUID) -> list[VenueView]:
    """All venues with their rooms, in their own order, in two statements."""
    rooms: dict[UUID, list[RoomView]] = defaultdict(list)
    found = await rows(
        "SELECT room.* FROM room JOIN venue ON venue.id = room.venue WHERE venue.edition = {} ORDER BY room.position, room.code", edition_id
    )
    for one in found:
        rooms[one["venue"]].append(RoomView(one["code"], Text(one["vi"], one["en"]), one["capacity"]))
    return [
        VenueView(
            one["id"], one["code"], Text(one["vi"], one["en"]), Text(one["address_vi"], one["address_en"]), one["latitude"],
            one["longitude"], one["url"], one["revision"], tuple(rooms.get(one["id"], ())),
        )
        for one in await rows("SELECT * FROM venue WHERE edition = {} ORDER BY position, code", edition_id)
    ]  # fmt: skip


async def venue(edition_id: UUID, code: str) -> VenueView | None:
    """One venue with its rooms."""
    return next((one for one in await venues(edition_id) if one.code == code), None)


# --- activities ------------------------------------------------------------------------------------------------------


class ActivityView(msgspec.Struct, frozen=True):
    """What stays live of an activity once it is published: registrations read it here, not from the revision."""

    id: UUID
    edition: UUID
    number: int
    slug: str
    title: Text
    host: UUID
    mode: str
    capacity: int | None
    registration: str
    status: str
    withdrawn: bool
    published_at: datetime | None
    revision: int


async def activity(activity_id: UUID) -> ActivityView | None:
    """One activity as it is edited now."""
    found = await row("SELECT * FROM activity WHERE id = {}", activity_id)
    return _activity(found) if found else None


async def activity_by_slug(edition_id: UUID, slug: str) -> ActivityView | None:
    """One activity as it is edited now."""
    found = await row("SELECT * FROM activity WHERE edition = {} AND slug = {}", edition_id, slug)
    return _activity(found) if found else None


async def activities_by_id(ids: Sequence[UUID]) -> dict[UUID, ActivityView]:
    """Several activities as they are edited now."""
    if not ids:
        return {}
    marks = ", ".join(["{}"] * len(ids))
    return {one["id"]: _activity(one) for one in await rows(f"SELECT * FROM activity WHERE id IN ({marks})", *ids)}


def _activity(one: Row) -> ActivityView:
    return ActivityView(
        one["id"], one["edition"], one["number"], one["slug"], Text(one["title_vi"], one["title_en"]), one["host"], one["mode"],
        one["capacity"], one["registration"], one["status"], bool(one["withdrawn"]), one["published_at"], one["revision"],
    )  # fmt: skip


async def session_ids(uids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The row ids of sessions by their calendar uids."""
    if not uids:
        return {}
    marks = ", ".join(["{}"] * len(uids))
    return {one["uid"]: one["id"] for one in await rows(f"SELECT uid, id FROM session WHERE uid IN ({marks})", *uids)}


# --- versions --------------------------------------------------------------------------------------------------------


class VersionView(msgspec.Struct, frozen=True):
    """One programme version as lists show it; `changes` against the version before (of the first, without sessions)."""

    id: UUID
    edition: UUID
    number: int
    note: str
    published_at: datetime
    published_by: str
    overlap_allowed: bool
    changes: tuple[Change, ...]

    def count(self, kind: str) -> int:
        """How many activities changed in this way."""
        return sum(1 for change in self.changes if kind in change.kinds)


async def versions(edition_id: UUID, *, limit: int = 50, before: int | None = None) -> list[VersionView]:
    """The published versions, the latest first; `before` this number for the next page."""
    found = await rows(
        "SELECT * FROM programme_version WHERE edition = {} AND number < {} ORDER BY number DESC LIMIT {}",
        edition_id,
        before if before is not None else 2_000_000_000,
        limit,
    )
    return [_version(one) for one in found]


async def version(edition_id: UUID, number: int) -> VersionView | None:
    """One published version."""
    found = await row("SELECT * FROM programme_version WHERE edition = {} AND number = {}", edition_id, number)
    return _version(found) if found else None


def _version(one: Row) -> VersionView:
    return VersionView(
        one["id"], one["edition"], one["number"], one["note"], one["published_at"], one["published_by"], bool(one["overlap_allowed"]),
        msgspec.json.decode(one["changes"], type=tuple[Change, ...]),
    )  # fmt: skip
