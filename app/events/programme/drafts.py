"""The draft week read from its tables as `model.Activity` values: a handful of statements, however many activities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from app.events.programme.model import (
    Activity,
    AgendaItem,
    Place,
    Revision,
    Session,
    Site,
    Speaker,
    Term,
    UnitRef,
)
from app.kernel.database import Row, rows
from app.kernel.text import Text

_CHUNK = 500  # ids in one IN (…)

_ACTIVITIES = """
SELECT activity.*, unit.code AS host_code, unit.vi AS host_vi, unit.en AS host_en,
       term.code AS type_code, term.vi AS type_vi, term.en AS type_en
FROM activity JOIN unit ON unit.id = activity.host JOIN term ON term.id = activity.type
"""
_UNITS = """
SELECT activity_unit.activity, unit.code, unit.vi, unit.en
FROM activity_unit JOIN activity ON activity.id = activity_unit.activity JOIN unit ON unit.id = activity_unit.unit
"""
_TERMS = """
SELECT activity_term.activity, term.taxonomy, term.code, term.vi, term.en
FROM activity_term JOIN activity ON activity.id = activity_term.activity JOIN term ON term.id = activity_term.term
"""
_SPEAKERS = "SELECT activity_speaker.* FROM activity_speaker JOIN activity ON activity.id = activity_speaker.activity"
_AGENDA = "SELECT agenda_item.* FROM agenda_item JOIN activity ON activity.id = agenda_item.activity"
_PLACE_COLUMNS = """
       venue.code AS venue_code, venue.vi AS venue_vi, venue.en AS venue_en, venue.address_vi, venue.address_en,
       venue.latitude, venue.longitude, venue.url, room.code AS room_code, room.vi AS room_vi, room.en AS room_en
"""
_SESSIONS = f"""
SELECT session.*, {_PLACE_COLUMNS}
FROM session JOIN activity ON activity.id = session.activity
LEFT JOIN venue ON venue.id = session.venue LEFT JOIN room ON room.id = session.room
"""
_SITES = f"""
SELECT session_site.session, session_site.capacity, unit.code, unit.vi, unit.en, {_PLACE_COLUMNS}
FROM session_site JOIN session ON session.id = session_site.session JOIN activity ON activity.id = session.activity
JOIN unit ON unit.id = session_site.unit
LEFT JOIN venue ON venue.id = session_site.venue LEFT JOIN room ON room.id = session_site.room
"""


async def load_drafts(edition: UUID, only: Sequence[UUID] = ()) -> list[Revision]:
    """The draft activities of an edition, or `only` these, by number. Withdrawn ones are there, as gone.

    A revision's number is the draft's own, its `modified_at` the last edit. Read while somebody edits, it is read again:
    an activity never comes half old and half new.
    """
    while True:
        found = await _load(edition, only)
        now = {one["id"]: one["revision"] for one in await _rows("SELECT activity.id, activity.revision FROM activity", edition, only)}
        if now == {one.activity.id: one.number for one in found}:
            return found


async def load_draft(activity: UUID) -> Revision | None:
    """One draft activity."""
    edition = await rows("SELECT edition FROM activity WHERE id = {}", activity)
    found = await load_drafts(edition[0]["edition"], [activity]) if edition else []
    return found[0] if found else None


async def _rows(select: str, edition: UUID, only: Sequence[UUID], order: str = "") -> list[Row]:
    tail = f" ORDER BY {order}" if order else ""
    if not only:
        return await rows(f"{select} WHERE activity.edition = {{}}{tail}", edition)
    found: list[Row] = []
    for start in range(0, len(only), _CHUNK):
        chunk = only[start : start + _CHUNK]
        marks = ", ".join(["{}"] * len(chunk))
        found += await rows(f"{select} WHERE activity.edition = {{}} AND activity.id IN ({marks}){tail}", edition, *chunk)
    return found


async def _load(edition: UUID, only: Sequence[UUID]) -> list[Revision]:
    activities = await _rows(_ACTIVITIES, edition, only)
    co_hosts: dict[UUID, list[UnitRef]] = defaultdict(list)
    for one in await _rows(_UNITS, edition, only, "activity_unit.position"):
        co_hosts[one["activity"]].append(_unit(one))
    terms: dict[UUID, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for one in await _rows(_TERMS, edition, only, "activity_term.position"):
        terms[one["activity"]][one["taxonomy"]].append(Term(one["code"], Text(one["vi"], one["en"])))
    speakers: dict[UUID, list[Speaker]] = defaultdict(list)
    for one in await _rows(_SPEAKERS, edition, only, "activity_speaker.position"):
        post, unit = Text(one["post_vi"], one["post_en"]), Text(one["unit_vi"], one["unit_en"])
        speakers[one["activity"]].append(Speaker(one["name"], one["title"], post, unit, one["foreign_id"]))
    agenda: dict[UUID, list[AgendaItem]] = defaultdict(list)
    for one in await _rows(_AGENDA, edition, only, "agenda_item.position"):
        agenda[one["activity"]].append(AgendaItem(one["starts_at"], one["minutes"], Text(one["vi"], one["en"])))
    sites: dict[UUID, list[Site]] = defaultdict(list)
    for one in await _rows(_SITES, edition, only, "session_site.position"):
        sites[one["session"]].append(Site(_unit(one), _place(one), one["capacity"]))
    sessions: dict[UUID, list[Session]] = defaultdict(list)
    for one in await _rows(_SESSIONS, edition, only, "session.number"):
        sessions[one["activity"]].append(_session(one, tuple(sites.get(one["id"], ()))))
    made = [
        _activity(
            one,
            co_hosts=tuple(co_hosts.get(one["id"], ())),
            terms=terms.get(one["id"], {}),
            speakers=tuple(speakers.get(one["id"], ())),
            agenda=tuple(agenda.get(one["id"], ())),
            sessions=tuple(sessions.get(one["id"], ())),
        )
        for one in activities
    ]
    return sorted(made, key=lambda revision: revision.activity.number)


def _activity(
    one: Row,
    *,
    co_hosts: tuple[UnitRef, ...],
    terms: dict[str, list[Term]],
    speakers: tuple[Speaker, ...],
    agenda: tuple[AgendaItem, ...],
    sessions: tuple[Session, ...],
) -> Revision:
    def both(name: str) -> Text:
        return Text(one[f"{name}_vi"], one[f"{name}_en"])

    activity = Activity(
        id=one["id"],
        number=one["number"],
        slug=one["slug"],
        title=both("title"),
        host=UnitRef(one["host_code"], both("host")),
        type=Term(one["type_code"], both("type")),
        summary=both("summary"),
        description=both("description"),
        co_hosts=co_hosts,
        pillars=tuple(terms.get("pillar", ())),
        contents=tuple(terms.get("content", ())),
        audiences=tuple(terms.get("audience", ())),
        accessibility=tuple(terms.get("accessibility", ())),
        mode=one["mode"],
        capacity=one["capacity"],
        registration=one["registration"],
        status=one["status"],
        change_reason=both("change_reason"),
        changed_at=one["changed_at"],
        allow_overlap=bool(one["allow_overlap"]),
        unlisted=bool(one["unlisted"]),
        sessions=sessions,
        agenda=agenda,
        speakers=speakers,
        links=tuple(msgspec.json.decode(one["links"], type=list[str])),
        language=one["language"],
        gone=bool(one["withdrawn"]),
    )
    return Revision(activity, one["revision"], one["updated_at"])


def _unit(one: Row) -> UnitRef:
    return UnitRef(one["code"], Text(one["vi"], one["en"]))


def _place(one: Row) -> Place | None:
    if one["venue_code"] is None:
        return None
    room: dict[str, Any] = {}
    if one["room_code"] is not None:
        room = {"room_code": one["room_code"], "room": Text(one["room_vi"], one["room_en"])}
    return Place(
        venue_code=one["venue_code"],
        venue=Text(one["venue_vi"], one["venue_en"]),
        address=Text(one["address_vi"], one["address_en"]),
        latitude=one["latitude"],
        longitude=one["longitude"],
        url=one["url"],
        **room,
    )


def _session(one: Row, sites: tuple[Site, ...]) -> Session:
    return Session(
        uid=one["uid"],
        number=one["number"],
        starts_at=one["starts_at"],
        ends_at=one["ends_at"],
        place=_place(one),
        status=one["status"],
        sequence=one["sequence"],
        previous_starts_at=one["previous_starts_at"],
        previous_ends_at=one["previous_ends_at"],
        previous_place=msgspec.json.decode(one["previous_place"], type=Place) if one["previous_place"] else None,
        sites=sites,
        gone=bool(one["withdrawn"]),
    )
