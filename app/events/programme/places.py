"""Venues and their rooms."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.database import Conflict, Row, rows, run, run_many, unit_of_work
from app.kernel.errors import NotFound, Refused, Stale
from app.kernel.ids import uuid7
from app.kernel.text import Text, nfc, slugify
from app.kernel.web.i18n import N_

CODE = 60
"""The longest code of a venue or room, in characters."""


class RoomSpec(msgspec.Struct, frozen=True):
    """A room as a form or an import names it. No code: one is made from the name. No capacity: unknown."""

    code: str
    name: Text
    capacity: int | None = None


class VenueSpec(msgspec.Struct, frozen=True):
    """A venue with its rooms as a form or an import names it. Latitude and longitude in degrees (WGS 84)."""

    code: str
    name: Text
    address: Text = Text("")
    latitude: float | None = None
    longitude: float | None = None
    url: str = ""
    rooms: tuple[RoomSpec, ...] = ()


class VenueExists(Refused):
    """Another venue of the edition, or another room of the venue, has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(N_("Mã “%(code)s” đã được dùng."), code=code)


class PlaceInUse(Refused):
    """Sessions take place there."""

    def __init__(self, name: str) -> None:
        super().__init__(N_("“%(place)s” đang có hoạt động nên không xóa được."), place=name)


class VenueChanged(Stale):
    """Somebody else changed the venue since the form was opened."""

    def __init__(self) -> None:
        super().__init__(N_("Địa điểm này vừa được người khác sửa. Xin xem lại rồi lưu."))


# --- many, from a file -----------------------------------------------------------------------------------------------


async def ensure_venues(edition: UUID, specs: Sequence[VenueSpec], *, by: Actor, rename: bool = True) -> None:
    """Make sure these venues and rooms exist, by code, and are described so; nothing is deleted.

    What a spec leaves empty (address, coordinates, English, capacity) keeps what is stored. Takes part in the
    importer's unit of work.
    """
    async with unit_of_work(by, joins=True, unaudited="nothing differed") as work:
        venues = {one["code"]: one for one in await rows("SELECT * FROM venue WHERE edition = {}", edition)}
        found = await rows("SELECT room.* FROM room JOIN venue ON venue.id = room.venue WHERE venue.edition = {}", edition)
        rooms = {(one["venue"], one["code"]): one for one in found}
        created, changed = [], []
        position = max((one["position"] for one in venues.values()), default=0)
        for spec in specs:
            stored = venues.get(spec.code)
            if stored is None:
                position += 1
                stored = {"id": await _insert_venue(edition, spec, position)}
                venues[spec.code] = stored | dict.fromkeys(("vi", "en", "address_vi", "address_en", "url"), "")
                created.append(spec.code)
            elif rename and "position" in stored and (wanted := _filled(spec, stored)) != _described(stored):
                await run(
                    "UPDATE venue SET vi = {}, en = {}, address_vi = {}, address_en = {}, latitude = {}, longitude = {}, url = {}, "
                    "revision = revision + 1 WHERE id = {}",
                    *wanted,
                    stored["id"],
                )
                changed.append(spec.code)
            venue = stored["id"]
            last = max((one["position"] for (of, _), one in rooms.items() if of == venue), default=0)
            for room in spec.rooms:
                known = rooms.get((venue, room.code))
                if known is None:
                    last += 1
                    await _insert_room(venue, room, last)
                    rooms[venue, room.code] = {"position": last, "id": None}
                    created.append(f"{spec.code}/{room.code}")
                elif rename and known["id"] is not None:
                    wanted = (room.name.vi, room.name.en or known["en"], known["capacity"] if room.capacity is None else room.capacity)
                    if wanted != (known["vi"], known["en"], known["capacity"]):
                        await run("UPDATE room SET vi = {}, en = {}, capacity = {} WHERE id = {}", *wanted, known["id"])
                        changed.append(f"{spec.code}/{room.code}")
        if created or changed:
            work.record("venues.ensured", f"edition:{edition}", after={"created": created, "changed": changed})


async def copy_venues(source: UUID, target: UUID) -> None:
    """Give a new edition the venues and rooms of another; inside its unit of work."""
    places: dict[UUID, UUID] = {}
    venues = []
    for one in await rows("SELECT * FROM venue WHERE edition = {}", source):
        places[one["id"]] = uuid7()
        venues.append((places[one["id"]], target, one["code"], *_described(one), one["position"]))
    await run_many(_INSERT_VENUE, venues)
    found = await rows("SELECT room.* FROM room JOIN venue ON venue.id = room.venue WHERE venue.edition = {}", source)
    copied = [(uuid7(), places[one["venue"]], one["code"], one["vi"], one["en"], one["capacity"], one["position"]) for one in found]
    await run_many(_INSERT_ROOM, copied)


# --- one, by hand ----------------------------------------------------------------------------------------------------


async def create_venue(edition: UUID, spec: VenueSpec, *, by: Actor) -> str:
    """Add a venue with its rooms and return its code.

    Raises:
        VenueExists: the code, or one room's code twice, is taken.
    """
    async with unit_of_work(by) as work:
        found = await rows("SELECT code, position FROM venue WHERE edition = {}", edition)
        spec = _coded(spec, {one["code"] for one in found})
        try:
            venue = await _insert_venue(edition, spec, max((one["position"] for one in found), default=0) + 1)
        except Conflict:
            raise VenueExists(spec.code) from None
        await _save_rooms(venue, spec.rooms)
        work.record("venue.created", f"venue:{venue}", after=spec)
    return spec.code


async def update_venue(edition: UUID, code: str, spec: VenueSpec, *, revision: int, by: Actor) -> None:
    """Describe a venue anew and make its rooms exactly these. Its code stays. Readers see it with the next publication.

    Raises:
        VenueChanged: it is not at `revision` any more.
        PlaceInUse: a room that would go has sessions.
        VenueExists: two rooms have one code.
        NotFound
    """
    async with unit_of_work(by) as work:
        found = await rows("SELECT * FROM venue WHERE edition = {} AND code = {}", edition, code)
        if not found:
            raise NotFound(N_("Không tìm thấy địa điểm này."))
        before = found[0]
        stored = await run(
            "UPDATE venue SET vi = {}, en = {}, address_vi = {}, address_en = {}, latitude = {}, longitude = {}, url = {}, "
            "revision = revision + 1 WHERE id = {} AND revision = {} RETURNING id",
            *_of(spec),
            before["id"],
            revision,
        )
        if not stored:
            raise VenueChanged
        await _save_rooms(before["id"], _coded(spec, set()).rooms)
        work.record("venue.updated", f"venue:{before['id']}", before=_described(before), after=spec)


async def remove_venue(edition: UUID, code: str, *, by: Actor) -> None:
    """Delete a venue in which nothing ever took place.

    Raises:
        PlaceInUse, NotFound
    """
    async with unit_of_work(by) as work:
        found = await rows("SELECT * FROM venue WHERE edition = {} AND code = {}", edition, code)
        if not found:
            raise NotFound(N_("Không tìm thấy địa điểm này."))
        try:
            await run("DELETE FROM room WHERE venue = {}", found[0]["id"])
            await run("DELETE FROM venue WHERE id = {}", found[0]["id"])
        except Conflict:
            raise PlaceInUse(found[0]["vi"]) from None
        work.record("venue.removed", f"venue:{found[0]['id']}", before=_described(found[0]))


async def _save_rooms(venue: UUID, specs: Sequence[RoomSpec]) -> None:
    known = {one["code"]: one for one in await rows("SELECT * FROM room WHERE venue = {}", venue)}
    wanted = {room.code for room in specs}
    if len(wanted) < len(specs):
        codes = [room.code for room in specs]
        raise VenueExists(next(code for code in codes if codes.count(code) > 1))
    for code, one in known.items():
        if code not in wanted:
            try:
                await run("DELETE FROM room WHERE id = {}", one["id"])
            except Conflict:
                raise PlaceInUse(one["vi"]) from None
    for position, room in enumerate(specs, 1):
        if room.code in known:
            await run(
                "UPDATE room SET vi = {}, en = {}, capacity = {}, position = {} WHERE id = {}",
                room.name.vi, room.name.en, room.capacity, position, known[room.code]["id"],
            )  # fmt: skip
        else:
            await _insert_room(venue, room, position)


def _coded(spec: VenueSpec, taken: set[str]) -> VenueSpec:
    """Give what has no code one that is made from its name."""
    rooms = []
    used = {room.code for room in spec.rooms if room.code}
    for room in spec.rooms:
        code = room.code or _free(slugify(room.name.vi, longest=CODE - 4) or "room", used)
        used.add(code)
        rooms.append(msgspec.structs.replace(room, code=nfc(code)))
    code = spec.code or _free(slugify(spec.name.vi, longest=CODE - 4) or "venue", taken)
    return msgspec.structs.replace(spec, code=nfc(code), rooms=tuple(rooms))


def _free(base: str, taken: set[str]) -> str:
    code, n = base, 1
    while code in taken:
        n += 1
        code = f"{base}-{n}"
    return code


_INSERT_VENUE = (
    "INSERT INTO venue (id, edition, code, vi, en, address_vi, address_en, latitude, longitude, url, position, revision) "
    "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1)"
)
_INSERT_ROOM = "INSERT INTO room (id, venue, code, vi, en, capacity, position) VALUES ({}, {}, {}, {}, {}, {}, {})"


async def _insert_venue(edition: UUID, spec: VenueSpec, position: int) -> UUID:
    venue = uuid7()
    await run(_INSERT_VENUE, venue, edition, spec.code, *_of(spec), position)
    return venue


async def _insert_room(venue: UUID, room: RoomSpec, position: int) -> None:
    await run(_INSERT_ROOM, uuid7(), venue, room.code, room.name.vi, room.name.en, room.capacity, position)


def _of(spec: VenueSpec) -> tuple[object, ...]:
    return (spec.name.vi, spec.name.en, spec.address.vi, spec.address.en, spec.latitude, spec.longitude, spec.url)


def _described(stored: Row) -> tuple[object, ...]:
    return tuple(stored[name] for name in ("vi", "en", "address_vi", "address_en", "latitude", "longitude", "url"))


def _filled(spec: VenueSpec, stored: Row) -> tuple[object, ...]:
    """The spec, with what it leaves empty as it is stored."""
    return tuple(new if new not in ("", None) else old for new, old in zip(_of(spec), _described(stored), strict=True))
