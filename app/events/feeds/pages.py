"""The feeds over HTTP: calendars by any filter, one activity's calendar, the exchange formats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from litestar.types import Scope

from app.events.feeds import feed
from app.events.programme.filters import Filter
from app.events.programme.published import PublishedWeek
from app.kernel.web.access import public
from app.kernel.web.i18n import language
from app.kernel.web.kept import Kept, kept_route

# They show nothing of who asks, so nobody is looked up; `public` says that everybody may.
_SAME_FOR_ALL = {"account": False}


@kept_route("/{edition:str}/calendar.ics", guards=[public], opt=_SAME_FOR_ALL)
async def calendar(scope: Scope) -> Kept:
    """The week, or what the filters of the programme page leave of it (`day`, `pillar`, `unit`, `venue`, `type`, `audience`)."""

    async def made(week: PublishedWeek) -> Kept:
        # Cut where no real filter ends: what a stranger types is read, not worked on.
        pairs = parse_qsl(scope["query_string"][:4000].decode("utf-8", "replace"))
        return await feed.calendar(week, Filter.read(pairs), language())

    return await _found(scope, made)


@kept_route("/{edition:str}/activities/{slug:str}/calendar.ics", guards=[public], opt=_SAME_FOR_ALL)
async def activity_calendar(scope: Scope) -> Kept:
    """All sessions of one activity."""
    slug = scope["path_params"]["slug"]
    return await _found(scope, lambda week: feed.activity_calendar(week, slug, language()))


@kept_route("/{edition:str}/schedule.xml", guards=[public], opt=_SAME_FOR_ALL)
async def schedule_xml(scope: Scope) -> Kept:
    """The exchange format as XML."""
    return await _found(scope, lambda week: feed.schedule(week, "xml", language()))


@kept_route("/{edition:str}/schedule.json", guards=[public], opt=_SAME_FOR_ALL)
async def schedule_json(scope: Scope) -> Kept:
    """The exchange format as JSON."""
    return await _found(scope, lambda week: feed.schedule(week, "json", language()))


async def _found(scope: Scope, make: Callable[[PublishedWeek], Awaitable[Kept]]) -> Kept:
    edition, path, query = scope["path_params"]["edition"], scope["path"], scope["query_string"]
    kept = await feed.at_once(edition, path, query)
    if kept is None:
        week = await feed.week_of(edition)
        kept = await make(week)
        feed.remember(path, query, week, kept)
    return kept


HANDLERS = [calendar, activity_calendar, schedule_xml, schedule_json]
