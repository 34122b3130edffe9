"""A programme as a file for others: frab XML and JSON, our YAML, iCalendar."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from app.accounts.queries import unit_kinds, units
from app.events.exchange.frab_json import write_frab_json
from app.events.exchange.frab_writing import schedule_of
from app.events.exchange.frab_xml import write_frab_xml
from app.events.exchange.programme_file import FileRoom, FileUnit, FileVenue
from app.events.exchange.week_writing import file_of, write_week_yaml
from app.events.feeds.calendar import calendar_of
from app.events.programme import queries
from app.events.programme.drafts import load_drafts
from app.events.programme.model import Place, Term, Week
from app.events.programme.published import load_week
from app.events.programme.queries import EditionView, VenueView
from app.kernel import instance

Format = Literal["xml", "json", "yaml", "ics"]
FORMATS: tuple[Format, ...] = ("xml", "json", "yaml", "ics")


async def export_programme(edition: EditionView, form: Format, *, base_url: str, language: str = "vi", draft: bool = False) -> bytes:
    """The published programme as a file; the draft if asked for, or where nothing is published yet."""
    week = None if draft else await load_week(edition.id, edition.published_version)
    if week is None:
        week = Week(edition.info, 0, None, tuple(await load_drafts(edition.id)))
    venues = await queries.venues(edition.id)
    if form == "ics":
        return calendar_of(week, language=language, instance=await instance.name(), base_url=base_url)
    if form == "yaml":
        return await _yaml(edition.id, week, venues)
    capacities = {(venue.code, room.code): room.capacity for venue in venues for room in venue.rooms if room.capacity is not None}
    schedule = schedule_of(week, base_url=base_url, language=language, capacities=capacities)
    return write_frab_xml(schedule) if form == "xml" else write_frab_json(schedule)


async def _yaml(edition: UUID, week: Week, venues: list[VenueView]) -> bytes:
    """Our own form, with the whole of taxonomies and venues, and the units that the week names with those above them."""
    named = {unit.code for unit in file_of(week).units}
    tree = {unit.id: unit for unit in await units()}
    wanted: dict[UUID, FileUnit] = {}
    for unit in tree.values():
        if unit.code in named:
            here: UUID | None = unit.id
            while here is not None and here not in wanted:
                one = tree[here]
                parent = tree[one.parent].code if one.parent else ""
                wanted[here] = FileUnit(one.code, one.name, one.kind_code, parent)
                here = one.parent
    used = {unit.kind for unit in wanted.values()}
    file = file_of(
        week,
        terms=await queries.terms(edition),
        unit_kinds=[Term(code, name) for _, code, name in await unit_kinds() if code in used],
        units=[wanted[identity] for identity in tree if identity in wanted],
        venues=[_venue(venue) for venue in venues],
    )
    return write_week_yaml(file)


def _venue(venue: VenueView) -> FileVenue:
    place = Place(venue.code, venue.name, venue.address, latitude=venue.latitude, longitude=venue.longitude, url=venue.url)
    return FileVenue(place, tuple(FileRoom(room.code, room.name, room.capacity) for room in venue.rooms))
