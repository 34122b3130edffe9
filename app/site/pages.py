"""The shop window: what everybody sees of an edition. All of it is published, none of it depends on who reads.

Only the small fragment `/now` is live: what is on, places left. Pages read well without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID
from weakref import WeakKeyDictionary

from litestar import Response, get
from litestar.params import FromPath, FromQuery, PathParameter

from app.events.programme import queries
from app.events.programme.filters import Filter
from app.events.programme.published import PublishedWeek, first_published, published
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.web import limits
from app.kernel.web.accent import accent_css
from app.kernel.web.access import public
from app.kernel.web.i18n import N_
from app.kernel.web.kept import Kept, KeptResponse
from app.kernel.web.rendering import fragment
from app.kernel.web.request import HouseRequest
from app.registrations.tickets.queries import seats
from app.site import views
from app.site.reading import reading
from app.site.shelf import kept_page, render_kept

NO_PAGE = N_("Không tìm thấy trang này.")

# A hall of a thousand phones shares one address; this only stops a machine that hammers.
SEARCHES = limits.named("search", 600, 60)

SHOWN = {"account": False}
"""Pages that show nothing of the reader need not look who it is."""

EditionSlug = Annotated[str, PathParameter(description="Slug of the edition, e.g. 2026")]


async def _week(edition: str) -> PublishedWeek | None:
    """The published week at this address; none for an edition that has published nothing yet.

    Raises:
        NotFound: there is no such edition.
    """
    week = await published(edition)
    if week is None and await queries.edition(edition) is None:
        raise NotFound(NO_PAGE)
    return week


async def _soon(edition: str) -> KeptResponse:
    """The page of an edition whose programme is still being made."""
    view = await queries.edition(edition)
    if view is None:
        raise NotFound(NO_PAGE)
    return KeptResponse(
        await render_kept(
            "site/soon.html", path=f"/{edition}/", context=lambda: {"section": ""}, edition=view.info, cache_control="public, max-age=60"
        )
    )


@lru_cache(maxsize=2048)
def _asked(query: bytes) -> tuple[Filter, str]:
    """The filter and the view in a query string, in whatever order and company they stand."""
    pairs = parse_qsl(query.decode("latin-1"), errors="replace")[:200]
    view = dict(pairs).get("view", "")
    return Filter.read(pairs), view if view in views.VIEWS else "list"


def _base_url(request: HouseRequest) -> str:
    base: str = request.app.state.settings.base_url
    return base


async def _landing(request: HouseRequest, week: PublishedWeek, *, path: str, vary: str) -> KeptResponse:
    at = clock.now()
    read = reading(week)
    going_on = read.happening(at)

    def context() -> Mapping[str, Any]:
        return views.landing(week, read, going_on, at, _base_url(request))

    return await kept_page(
        ("landing", path, going_on.key), "site/landing.html", week=week, path=path, context=context, vary=vary, dated=False
    )


@get("/", guards=[public], opt=SHOWN, include_in_schema=False)
async def front_door(request: HouseRequest) -> Response[Any]:
    """Today's edition. The only page that looks at Accept-Language."""
    edition = await queries.edition_today(clock.now().date())
    week = await published(edition.slug) if edition else None
    if week is None:
        kept = await render_kept(
            "site/nothing.html", path="/", context=dict, edition=None, cache_control="no-cache", vary="Accept-Encoding, Accept-Language"
        )
        return KeptResponse(kept)
    return await _landing(request, week, path="/", vary="Accept-Encoding, Accept-Language")


@get("/{edition:str}/", guards=[public], opt=SHOWN, include_in_schema=False)
async def landing(request: HouseRequest, edition: EditionSlug) -> Response[Any]:
    """One edition: its theme, what is on, the week."""
    week = await _week(edition)
    if week is None:
        return await _soon(edition)
    return await _landing(request, week, path=f"/{edition}/", vary="Accept-Encoding")


@get("/{edition:str}/programme", guards=[public], opt=SHOWN, include_in_schema=False)
async def programme(request: HouseRequest, edition: EditionSlug) -> Response[Any]:
    """The programme as a list, by venue or as a plan of one day; narrowed down and searched."""
    week = await _week(edition)
    if week is None:
        return await _soon(edition)
    wanted, view = _asked(request.scope["query_string"])
    read = reading(week)
    today = read.today(clock.now())
    if view == "grid":
        wanted = views.one_day(wanted, read, week.edition, today)
    path = f"/{edition}/programme"
    more = (("view", view),) if view != "list" else ()
    if not wanted.q:

        def context() -> Mapping[str, Any]:
            return views.programme(week, read, wanted, view, today, path, _base_url(request), found=None)

        return await kept_page(
            ("programme", view, wanted, today), "site/programme.html", week=week, path=path, query=(*wanted.query(), *more), context=context
        )
    # What people search for is nobody's business and has no end: never kept.
    SEARCHES.take(limits.by_address(request))
    found = {revision.activity.id for revision in week.search(wanted.q)}
    kept = await render_kept(
        "site/programme.html",
        path=path,
        query=(*wanted.query(), *more),
        context=lambda: views.programme(week, read, wanted, view, today, path, _base_url(request), found=found),
        edition=week.edition,
        cache_control="private, no-cache",
    )
    return KeptResponse(kept)


@get("/{edition:str}/activities/{slug:str}", guards=[public], opt=SHOWN, include_in_schema=False)
async def activity(request: HouseRequest, edition: EditionSlug, slug: FromPath[str]) -> Response[Any]:
    """One activity. Unlisted ones too: whoever has the address was given it."""
    week = await _week(edition)
    revision = week.by_slug.get(slug) if week else None
    if week is None or revision is None or revision.activity.status == "draft":
        raise NotFound(NO_PAGE)
    path = f"/{edition}/activities/{slug}"

    def context() -> Mapping[str, Any]:
        return views.activity(week, revision, _base_url(request) + path, over=over)

    over = views.is_over(revision.activity, clock.now())
    # Once it is over there is nothing to register for: other bytes, whose validator is the ETag alone.
    return await kept_page(("activity", slug, over), "site/activity.html", week=week, path=path, context=context, dated=not over)


_added: WeakKeyDictionary[PublishedWeek, dict[UUID, datetime]] = WeakKeyDictionary()
"""What came after the first version, asked once for each snapshot."""


@get("/{edition:str}/changes", guards=[public], opt=SHOWN, include_in_schema=False)
async def changes(edition: EditionSlug) -> Response[Any]:
    """What is new, moved, was postponed or cancelled, the latest first."""
    week = await _week(edition)
    if week is None:
        return await _soon(edition)
    added = _added.get(week)
    if added is None:
        added = _added[week] = await first_published(week.edition_id)
    known = added
    return await kept_page(
        ("changes",), "site/changes.html", week=week, path=f"/{edition}/changes", context=lambda: views.changes(week, known)
    )


@get("/{edition:str}/now", guards=[public], opt=SHOWN, include_in_schema=False)
async def now(edition: EditionSlug, activity: FromQuery[str] = "") -> Response[Any]:
    """The live part of the pages: what is on at this moment and places left; of one `activity` its places alone."""
    week = await published(edition)
    if week is None:
        raise NotFound(NO_PAGE)
    at = clock.now()
    headers = {"cache-control": "no-cache", "vary": "Accept-Encoding"}
    full = await seats(edition)
    if activity:
        revision = week.by_slug.get(activity)
        if revision is None:
            raise NotFound(NO_PAGE)
        return fragment(
            "site/now.html", "places", headers=headers, edition=week.edition, activity=revision.activity,
            seats=full.get(revision.activity.id), over=views.is_over(revision.activity, at),
        )  # fmt: skip
    read = reading(week)
    return fragment(
        "site/now.html", "going_on", headers=headers, edition=week.edition, at=at, going_on=read.happening(at),
        seats=views.seats_shown(week, full), today=read.today(at),
    )  # fmt: skip


@get("/{edition:str}/accent.css", guards=[public], opt=SHOWN, include_in_schema=False)
async def accent(edition: EditionSlug) -> Response[Any]:
    """The edition's own colour for both themes."""
    week = await published(edition)
    colour = week.edition.accent if week else ""
    return KeptResponse(Kept(accent_css(colour).encode(), media_type="text/css; charset=utf-8", cache_control="public, max-age=300"))


HANDLERS = [front_door, landing, programme, activity, changes, now, accent]
