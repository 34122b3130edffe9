"""The other way: `model.Activity` values into the draft's tables. Forms, imports and roll-backs all write through here.

References are by code; names inside the values are only looked at where something is missing and may be added. What was
published is never deleted: a session that the value lacks is withdrawn. Everything runs inside the caller's unit of work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.accounts.queries import units_by_code
from app.events.programme.model import Activity, Place, Session, Term
from app.events.programme.places import RoomSpec, VenueSpec, ensure_venues
from app.events.programme.terms import ensure_terms
from app.kernel.actor import Actor
from app.kernel.database import Row, rows, run, run_many
from app.kernel.errors import Refused
from app.kernel.ids import uuid7
from app.kernel.text import slugify
from app.kernel.web.i18n import N_

Missing = Literal["refuse", "add", "adopt"]
"""What to do with terms, venues and rooms nobody knows: refuse; add them; add them and take over the names of known ones."""

_CHUNK = 400
_SLUG = 100


class UnknownCode(Refused):
    """The value names a unit, term, venue or room that the edition does not have."""

    def __init__(self, what: str, code: str) -> None:
        super().__init__(N_("Không có mã “%(code)s” trong danh mục %(what)s."), what=what, code=code)


async def write_activities(edition: UUID, activities: Sequence[Activity], *, by: Actor, at: datetime, missing: Missing = "refuse") -> None:
    """Make the draft hold exactly these values; activities not named are left alone. Inside a unit of work.

    Ids and session uids are the caller's. Number 0 takes the next free one, an empty or taken slug is made from the
    title; a slug that was published is never changed. A fresh session's sequence starts at 0 whatever the value says.

    Raises:
        UnknownCode: a code that `missing` does not allow to be added; units are never added here.
    """
    if missing != "refuse":
        await _add_missing(edition, activities, by=by, rename=missing == "adopt")
    codes = await _Codes.load(edition, activities)
    stored = {one["id"]: one for one in await rows("SELECT id, number, slug, published_at FROM activity WHERE edition = {}", edition)}
    named = _Names(stored)
    created, changed = [], []
    for activity in activities:
        number, slug = named.of(activity)
        values = (number, slug, *_activity(activity, codes), at)
        if activity.id in stored:
            changed.append((*values, activity.id))
        else:
            created.append((*values, activity.id, edition, at))
    await run_many(_INSERT, created)
    await run_many(_UPDATE, changed)
    await _write_children(activities, codes, known=[activity.id for activity in activities if activity.id in stored])
    await _write_sessions(activities, codes)


async def withdraw_activities(activities: Sequence[UUID], *, at: datetime) -> list[UUID]:
    """Take activities out of the draft, inside a unit of work: those once published stay as withdrawn, others are deleted.

    Returns the ids of those that were deleted.
    """
    deleted: list[UUID] = []
    for chunk in _chunks(activities):
        marks = _marks(chunk)
        await run(
            f"UPDATE activity SET withdrawn = {{}}, updated_at = {{}}, revision = revision + 1 "
            f"WHERE id IN ({marks}) AND withdrawn = {{}} AND published_at IS NOT NULL",
            True, at, *chunk, False,
        )  # fmt: skip
        fresh = [one["id"] for one in await rows(f"SELECT id FROM activity WHERE id IN ({marks}) AND published_at IS NULL", *chunk)]
        deleted += fresh
    for chunk in _chunks(deleted):
        await _delete_children(chunk)
        marks = _marks(chunk)
        await run(f"DELETE FROM session_site WHERE session IN (SELECT id FROM session WHERE activity IN ({marks}))", *chunk)
        await run(f"DELETE FROM session WHERE activity IN ({marks})", *chunk)
        await run(f"DELETE FROM activity WHERE id IN ({marks})", *chunk)
    return deleted


# --- names and codes -------------------------------------------------------------------------------------------------


class _Names:
    """Numbers and slugs that are unique in the edition."""

    def __init__(self, stored: dict[UUID, Row]) -> None:
        self.stored = stored
        self.last = max((one["number"] for one in stored.values()), default=0)
        self.slugs = {one["slug"]: identity for identity, one in stored.items()}
        self.numbers = {one["number"]: identity for identity, one in stored.items()}

    def of(self, activity: Activity) -> tuple[int, str]:
        """The number and slug this activity gets."""
        before = self.stored.get(activity.id)
        number = before["number"] if before else activity.number
        if number <= 0 or self.numbers.get(number, activity.id) != activity.id:
            number = self.last + 1
        self.last = max(self.last, number)
        self.numbers[number] = activity.id
        if before and (before["published_at"] is not None or not activity.slug or activity.slug == before["slug"]):
            return number, before["slug"]
        wanted = slugify(activity.slug or activity.title.vi, longest=_SLUG - 5) or f"a{number}"
        slug, n = wanted, 1
        while self.slugs.get(slug, activity.id) != activity.id:
            n += 1
            slug = f"{wanted}-{n}"
        if before:
            self.slugs.pop(before["slug"], None)
        self.slugs[slug] = activity.id
        return number, slug


class _Codes:
    """The ids behind the codes that some activities use."""

    def __init__(
        self, units: dict[str, UUID], terms: dict[tuple[str, str], UUID], places: dict[tuple[str, str], tuple[UUID, UUID | None]]
    ) -> None:
        self._units, self._terms, self._places = units, terms, places

    @classmethod
    async def load(cls, edition: UUID, activities: Iterable[Activity]) -> _Codes:
        """Read them all at once."""
        wanted = {activity.host.code for activity in activities}
        wanted |= {unit.code for activity in activities for unit in activity.co_hosts}
        wanted |= {site.unit.code for activity in activities for session in activity.sessions for site in session.sites}
        units: dict[str, UUID] = {}
        for chunk in _chunks(sorted(wanted)):
            units |= {code: unit.id for code, unit in (await units_by_code(chunk)).items()}
        found = await rows("SELECT id, taxonomy, code FROM term WHERE edition = {}", edition)
        terms = {(one["taxonomy"], one["code"]): one["id"] for one in found}
        places: dict[tuple[str, str], tuple[UUID, UUID | None]] = {}
        for one in await rows("SELECT id, code FROM venue WHERE edition = {}", edition):
            places[one["code"], ""] = (one["id"], None)
        found = await rows(
            "SELECT room.id, room.code, venue.id AS venue_id, venue.code AS venue_code FROM room JOIN venue ON venue.id = room.venue "
            "WHERE venue.edition = {}",
            edition,
        )
        for one in found:
            places[one["venue_code"], one["code"]] = (one["venue_id"], one["id"])
        return cls(units, terms, places)

    def unit(self, code: str) -> UUID:
        """The unit of this code."""
        if code not in self._units:
            raise UnknownCode(N_("đơn vị"), code)
        return self._units[code]

    def term(self, taxonomy: str, term: Term) -> UUID:
        """The term of this code."""
        if (taxonomy, term.code) not in self._terms:
            raise UnknownCode(taxonomy, term.code)
        return self._terms[taxonomy, term.code]

    def place(self, place: Place | None) -> tuple[UUID | None, UUID | None]:
        """Venue and room of this place."""
        if place is None:
            return None, None
        if place.key not in self._places:
            raise UnknownCode(N_("địa điểm"), "/".join(part for part in place.key if part))
        return self._places[place.key]


_TAXONOMIES = (("pillar", "pillars"), ("content", "contents"), ("audience", "audiences"), ("accessibility", "accessibility"))


async def _add_missing(edition: UUID, activities: Iterable[Activity], *, by: Actor, rename: bool) -> None:
    terms: dict[str, dict[str, Term]] = defaultdict(dict)
    venues: dict[str, tuple[Place, dict[str, RoomSpec]]] = {}
    for activity in activities:
        terms["type"].setdefault(activity.type.code, activity.type)
        for taxonomy, attribute in _TAXONOMIES:
            for term in getattr(activity, attribute):
                terms[taxonomy].setdefault(term.code, term)
        for session in activity.sessions:
            for place in (session.place, *(site.place for site in session.sites)):
                if place is not None:
                    _, rooms = venues.setdefault(place.venue_code, (place, {}))
                    if place.room_code:
                        rooms.setdefault(place.room_code, RoomSpec(place.room_code, place.room))
    await ensure_terms(edition, {taxonomy: list(found.values()) for taxonomy, found in terms.items()}, by=by, rename=rename)
    specs = [
        VenueSpec(code, place.venue, place.address, place.latitude, place.longitude, place.url, tuple(rooms.values()))
        for code, (place, rooms) in venues.items()
    ]
    await ensure_venues(edition, specs, by=by, rename=rename)


# --- rows ------------------------------------------------------------------------------------------------------------

_COLUMNS = (
    "number", "slug", "title_vi", "title_en", "summary_vi", "summary_en", "description_vi", "description_en", "host", "type", "mode",
    "capacity", "registration", "status", "change_reason_vi", "change_reason_en", "changed_at", "allow_overlap", "unlisted", "withdrawn",
    "language", "links", "updated_at",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO activity ({', '.join(_COLUMNS)}, id, edition, created_at, revision, published_at) "
    f"VALUES ({', '.join(['{}'] * (len(_COLUMNS) + 3))}, 1, NULL)"
)
_UPDATE = f"UPDATE activity SET {', '.join(f'{name} = {{}}' for name in _COLUMNS)}, revision = revision + 1 WHERE id = {{}}"


def _activity(activity: Activity, codes: _Codes) -> tuple[Any, ...]:
    return (
        activity.title.vi, activity.title.en, activity.summary.vi, activity.summary.en, activity.description.vi, activity.description.en,
        codes.unit(activity.host.code), codes.term("type", activity.type), activity.mode, activity.capacity, activity.registration,
        activity.status, activity.change_reason.vi, activity.change_reason.en, activity.changed_at, activity.allow_overlap,
        activity.unlisted, activity.gone, activity.language, msgspec.json.encode(activity.links).decode(),
    )  # fmt: skip


async def _write_children(activities: Sequence[Activity], codes: _Codes, *, known: Sequence[UUID]) -> None:
    for chunk in _chunks(known):
        await _delete_children(chunk)
    units, terms, speakers, agenda = [], [], [], []
    for activity in activities:
        own = dict.fromkeys(codes.unit(unit.code) for unit in activity.co_hosts)
        units += [(uuid7(), activity.id, unit, nth) for nth, unit in enumerate(own)]
        carried = dict.fromkeys(codes.term(taxonomy, term) for taxonomy, attribute in _TAXONOMIES for term in getattr(activity, attribute))
        terms += [(uuid7(), activity.id, term, nth) for nth, term in enumerate(carried)]
        speakers += [
            (uuid7(), activity.id, one.foreign_id, one.name, one.title, one.post.vi, one.post.en, one.unit.vi, one.unit.en, nth)
            for nth, one in enumerate(activity.speakers)
        ]
        agenda += [
            (uuid7(), activity.id, one.starts_at, one.minutes, one.title.vi, one.title.en, nth) for nth, one in enumerate(activity.agenda)
        ]
    await run_many("INSERT INTO activity_unit (id, activity, unit, position) VALUES ({}, {}, {}, {})", units)
    await run_many("INSERT INTO activity_term (id, activity, term, position) VALUES ({}, {}, {}, {})", terms)
    await run_many(
        "INSERT INTO activity_speaker (id, activity, foreign_id, name, title, post_vi, post_en, unit_vi, unit_en, position) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
        speakers,
    )
    await run_many(
        "INSERT INTO agenda_item (id, activity, starts_at, minutes, vi, en, position) VALUES ({}, {}, {}, {}, {}, {}, {})", agenda
    )


async def _delete_children(activities: Sequence[UUID]) -> None:
    for table in ("activity_unit", "activity_term", "activity_speaker", "agenda_item"):
        await run(f"DELETE FROM {table} WHERE activity IN ({_marks(activities)})", *activities)


_SESSION_COLUMNS = (
    "number", "starts_at", "ends_at", "venue", "room", "status", "withdrawn", "previous_starts_at", "previous_ends_at", "previous_place",
)  # fmt: skip


async def _write_sessions(activities: Sequence[Activity], codes: _Codes) -> None:
    stored: dict[UUID, dict[UUID, Row]] = defaultdict(dict)
    for chunk in _chunks([activity.id for activity in activities]):
        found = await rows(f"SELECT id, uid, activity, number, published_at FROM session WHERE activity IN ({_marks(chunk)})", *chunk)
        for one in found:
            stored[one["activity"]][one["uid"]] = one
    created, changed, withdrawn, vanished, all_sites, cleared, renumbered = [], [], [], [], [], [], []
    for activity in activities:
        here = stored[activity.id]
        kept = {session.uid for session in activity.sessions}
        lost = [one for uid, one in here.items() if uid not in kept]
        withdrawn += [one["id"] for one in lost if one["published_at"] is not None]
        vanished += [one["id"] for one in lost if one["published_at"] is None]
        numbers = _session_numbers(activity.sessions, {one["number"] for one in lost if one["published_at"] is not None})
        for session, number in zip(activity.sessions, numbers, strict=True):
            values = (number, *_session(session, codes))
            known = here.get(session.uid)
            identity = known["id"] if known else uuid7()
            if known:
                changed.append((*values, identity))
                cleared.append(identity)
                if known["number"] != number:
                    renumbered.append((identity,))
            else:
                created.append((*values, identity, session.uid, activity.id))
            for nth, site in enumerate({site.unit.code: site for site in session.sites}.values()):
                all_sites.append((uuid7(), identity, codes.unit(site.unit.code), *codes.place(site.place), site.capacity, nth))
    for chunk in _chunks([*cleared, *vanished]):
        await run(f"DELETE FROM session_site WHERE session IN ({_marks(chunk)})", *chunk)
    for chunk in _chunks(vanished):
        await run(f"DELETE FROM session WHERE id IN ({_marks(chunk)})", *chunk)
    for chunk in _chunks(withdrawn):
        await run(f"UPDATE session SET withdrawn = {{}} WHERE id IN ({_marks(chunk)})", True, *chunk)
    # Numbers may change places: out of the way first, since (activity, number) is unique.
    await run_many("UPDATE session SET number = number + 100000 WHERE id = {}", renumbered)
    await run_many(f"UPDATE session SET {', '.join(f'{name} = {{}}' for name in _SESSION_COLUMNS)} WHERE id = {{}}", changed)
    await run_many(
        f"INSERT INTO session ({', '.join(_SESSION_COLUMNS)}, id, uid, activity, sequence, published_at) "
        f"VALUES ({', '.join(['{}'] * (len(_SESSION_COLUMNS) + 3))}, 0, NULL)",
        created,
    )
    await run_many(
        "INSERT INTO session_site (id, session, unit, venue, room, capacity, position) VALUES ({}, {}, {}, {}, {}, {}, {})", all_sites
    )


def _session_numbers(sessions: Sequence[Session], taken: set[int]) -> list[int]:
    """Each session's own number where it has one to itself, else the next free one."""
    used = set(taken)
    numbers: list[int] = []
    for session in sessions:
        number = session.number
        if number <= 0 or number in used:
            number = max([0, *used, *(one.number for one in sessions)]) + 1
        used.add(number)
        numbers.append(number)
    return numbers


def _session(session: Session, codes: _Codes) -> tuple[Any, ...]:
    previous = msgspec.json.encode(session.previous_place).decode() if session.previous_place else ""
    venue, room = codes.place(session.place)
    return (
        session.starts_at, session.ends_at, venue, room, session.status, session.gone,
        session.previous_starts_at, session.previous_ends_at, previous,
    )  # fmt: skip


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["{}"] * len(values))
