"""The feeds over HTTP: calendars by any filter, one activity's calendar, the exchange formats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get
from litestar.params import FromPath

from app.events.feeds import feed
from app.events.programme.filters import Filter
from app.events.programme.published import PublishedWeek
from app.kernel.web.access import public
from app.kernel.web.i18n import language
from app.kernel.web.kept import Kept, KeptResponse

AnyRequest = Request[Any, Any, Any]

# They show nothing of who asks, so nobody is looked up; `public` says that everybody may.
_SAME_FOR_ALL = {"account": False}


@get("/{edition:str}/calendar.ics", guards=[public], opt=_SAME_FOR_ALL)
async def calendar(request: AnyRequest, edition: FromPath[str]) -> Response[bytes]:
    """The week, or what the filters of the programme page leave of it (`day`, `pillar`, `unit`, `venue`, `type`, `audience`)."""

    async def made(week: PublishedWeek) -> Kept:
        # Cut where no real filter ends: what a stranger types is read, not worked on.
        pairs = parse_qsl(request.scope["query_string"][:4000].decode("utf-8", "replace"))
        return await feed.calendar(week, Filter.read(pairs), language())

    return await _answer(request, edition, made)


@get("/{edition:str}/activities/{slug:str}/calendar.ics", guards=[public], opt=_SAME_FOR_ALL)
async def activity_calendar(request: AnyRequest, edition: FromPath[str], slug: FromPath[str]) -> Response[bytes]:
    """All sessions of one activity."""
    return await _answer(request, edition, lambda week: feed.activity_calendar(week, slug, language()))


@get("/{edition:str}/schedule.xml", guards=[public], opt=_SAME_FOR_ALL)
async def schedule_xml(request: AnyRequest, edition: FromPath[str]) -> Response[bytes]:
    """The exchange format as XML."""
    return await _answer(request, edition, lambda week: feed.schedule(week, "xml", language()))


@get("/{edition:str}/schedule.json", guards=[public], opt=_SAME_FOR_ALL)
async def schedule_json(request: AnyRequest, edition: FromPath[str]) -> Response[bytes]:
    """The exchange format as JSON."""
    return await _answer(request, edition, lambda week: feed.schedule(week, "json", language()))


async def _answer(request: AnyRequest, edition: str, make: Callable[[PublishedWeek], Awaitable[Kept]]) -> Response[bytes]:
    path, query = request.scope["path"], request.scope["query_string"]
    kept = await feed.at_once(edition, path, query)
    if kept is None:
        week = await feed.week_of(edition)
        kept = await make(week)
        feed.remember(path, query, week, kept)
    return KeptResponse(kept)


HANDLERS = [calendar, activity_calendar, schedule_xml, schedule_json]
