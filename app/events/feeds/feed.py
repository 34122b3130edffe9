"""The feeds of published programmes as bytes that are made once: per edition, version, filter and language.

What a feed says depends on nothing else, so its bytes are kept until the next version; a publication that changes three
activities makes three events anew. Making happens in a thread: a thousand events take a second, and the gate must not wait.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.events.exchange.frab_json import write_frab_json
from app.events.exchange.frab_writing import schedule_of
from app.events.exchange.frab_xml import write_frab_xml
from app.events.feeds.calendar import CalendarMaker
from app.events.programme import queries
from app.events.programme.filters import NAMES, Filter, day_text, units_of, venues_of
from app.events.programme.published import PublishedWeek, published
from app.kernel import instance
from app.kernel.address import absolute
from app.kernel.errors import NotFound
from app.kernel.web.i18n import N_, Language
from app.kernel.web.kept import Kept, KeptBytes

MEDIA_TYPES: Final = {
    "ics": "text/calendar; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}

_MOST_MAKERS = 16
_MOST_ANSWERS = 1024

_Version = tuple[UUID, int, str]

_kept = KeptBytes(most_bytes=64 * 1024 * 1024)
_makers: OrderedDict[tuple[UUID, Language, str], CalendarMaker] = OrderedDict()
# What an address was answered with, and for which version: weeks themselves are not held.
_known: OrderedDict[tuple[str, bytes], tuple[_Version, Kept]] = OrderedDict()


class NoSuchFeed(NotFound):
    """There is no such edition or activity, or nothing of it is published."""

    def __init__(self) -> None:
        super().__init__(N_("Không tìm thấy lịch này."))


async def at_once(slug: str, path: str, query: bytes) -> Kept | None:
    """The answer given before to this very address, if the programme has not changed since. The short way of a feed."""
    known = _known.get((path, query))
    if known is None:
        return None
    week = await published(slug)
    return known[1] if week is not None and known[0] == _version(week) else None


def remember(path: str, query: bytes, week: PublishedWeek, kept: Kept) -> None:
    """Find this answer at once next time. Long queries are not worth it."""
    if len(query) > 300:
        return
    _known[path, query] = (_version(week), kept)
    _known.move_to_end((path, query))
    while len(_known) > _MOST_ANSWERS:
        _known.popitem(last=False)


async def week_of(slug: str) -> PublishedWeek:
    """The published week of an edition.

    Raises:
        NoSuchFeed
    """
    week = await published(slug)
    if week is None:
        raise NoSuchFeed
    return week


async def calendar(week: PublishedWeek, wanted: Filter, language: Language) -> Kept:
    """The calendar of what `wanted` asks for. The search of the programme page is no filter of feeds."""
    chosen = known_values(week, wanted)
    maker = await _maker(week, language)
    return await _keep(week, ("calendar", chosen, language), "ics", lambda: maker.feed(chosen or _NOTHING))


async def activity_calendar(week: PublishedWeek, slug: str, language: Language) -> Kept:
    """The calendar of one activity, unlisted or not.

    Raises:
        NoSuchFeed
    """
    if slug not in week.by_slug:
        raise NoSuchFeed
    maker = await _maker(week, language)
    return await _keep(week, ("activity", slug, language), "ics", lambda: maker.activity(slug) or b"", name=slug)


async def schedule(week: PublishedWeek, form: Literal["xml", "json"], language: Language) -> Kept:
    """The programme in the exchange format."""
    venues = await queries.venues(week.edition_id)
    capacities = {(venue.code, room.code): room.capacity for venue in venues for room in venue.rooms if room.capacity is not None}
    base_url = absolute("")

    def made() -> bytes:
        written = schedule_of(week.week, base_url=base_url, language=language, capacities=capacities)
        return write_frab_xml(written) if form == "xml" else write_frab_json(written)

    return await _keep(week, (form, tuple(sorted(capacities.items())), language), form, made)


_NOTHING = Filter(type=("\x00",))
"""Finds nothing: no code holds a NUL."""


def known_values(week: PublishedWeek, wanted: Filter) -> Filter | None:
    """The filter without values that nothing in the week has; none if nothing can be found.

    Alternatives that find nothing change nothing, so strangers cannot fill the store with names they made up.
    """
    chosen = msgspec.structs.replace(wanted, q="")
    if chosen.is_empty:
        return chosen
    here = _values(week)
    kept = {name: tuple(value for value in getattr(chosen, name) if value in here[name]) for name in NAMES}
    if any(getattr(chosen, name) and not kept[name] for name in NAMES):
        return None
    return msgspec.structs.replace(chosen, **kept)


def _values(week: PublishedWeek) -> dict[str, set[str]]:
    """Every value of each filter that something listed has."""
    zone = ZoneInfo(week.zone)
    values: dict[str, set[str]] = {name: set() for name in NAMES}
    for revision in week.listed:
        activity = revision.activity
        values["pillar"].update(term.code for term in activity.pillars)
        values["audience"].update(term.code for term in activity.audiences)
        values["type"].add(activity.type.code)
        for session in activity.sessions:
            values["unit"].update(units_of(activity, session))
            values["venue"].update(venues_of(session))
            values["day"].add(day_text(session, zone))
    return values


async def _maker(week: PublishedWeek, language: Language) -> CalendarMaker:
    base_url = absolute("")
    key = (week.edition_id, language, base_url)
    maker = _makers.get(key)
    if maker is None or maker.week is not week.week:
        name = await instance.name()
        maker = CalendarMaker(week.week, language=language, instance=name, base_url=base_url, earlier=maker)
        _makers[key] = maker
    _makers.move_to_end(key)
    while len(_makers) > _MOST_MAKERS:
        _makers.popitem(last=False)
    return maker


async def _keep(week: PublishedWeek, what: tuple[object, ...], form: str, make: Callable[[], bytes], *, name: str = "") -> Kept:
    """`name` is what the file is saved as, without its ending; else that of the edition."""

    def kept() -> Kept:
        return Kept(
            make(),
            media_type=MEDIA_TYPES[form],
            modified_at=week.published_at,
            headers={
                "content-disposition": f'inline; filename="{name or week.slug}.{form}"',
                # Feeds are for everybody's programs, also those in other people's pages.
                "access-control-allow-origin": "*",
                "cross-origin-resource-policy": "cross-origin",
            },
        )

    async def build() -> Kept:
        return await asyncio.to_thread(kept)

    return await _kept.get((*_version(week), *what), build)


def _version(week: PublishedWeek) -> _Version:
    """What all feeds of a week depend on besides what was asked."""
    return (week.edition_id, week.version, absolute(""))
