"""What search engines may read: robots.txt and the site map of everything published."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from litestar import Response, get

from app.events.programme import queries
from app.events.programme.published import PublishedWeek, published
from app.kernel.web.access import public
from app.kernel.web.kept import Kept, KeptBytes, KeptResponse
from app.kernel.web.request import HouseRequest

_MAPS = KeptBytes(most=16)

# Pages of one person, screens of the crew, and searches without end.
_NOT_FOR_ROBOTS = ("/manage/", "/t/", "/gate/", "/stage/", "/api/", "/sign-in", "/*?*q=", "/*/now")


@get("/robots.txt", guards=[public], opt={"account": False}, include_in_schema=False, sync_to_thread=False)
def robots(request: HouseRequest) -> Response[Any]:
    """Where robots are welcome."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS), f"Sitemap: {_base(request)}/sitemap.xml", ""]
    return KeptResponse(Kept("\n".join(lines).encode(), media_type="text/plain; charset=utf-8", cache_control="public, max-age=3600"))


@get("/sitemap.xml", guards=[public], opt={"account": False}, include_in_schema=False)
async def sitemap(request: HouseRequest) -> Response[Any]:
    """Every public page of every edition, in both languages."""
    weeks = [week for view in await queries.editions() if view.published_version and (week := await published(view.slug))]
    key = tuple((week.edition_id, week.version) for week in weeks)

    async def build() -> Kept:
        body = "".join(_address(_base(request), path, modified) for week in weeks for path, modified in _pages(week))
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{body}</urlset>\n'
        )
        return Kept(text.encode(), media_type="application/xml; charset=utf-8")

    return KeptResponse(await _MAPS.get(key, build))


def _pages(week: PublishedWeek) -> list[tuple[str, datetime]]:
    return [
        (f"/{week.slug}/", week.published_at),
        (f"/{week.slug}/programme", week.published_at),
        (f"/{week.slug}/changes", week.published_at),
        *(
            (f"/{week.slug}/activities/{revision.activity.slug}", revision.modified_at)
            for revision in week.listed
            if revision.activity.status != "draft"
        ),
    ]


def _address(base: str, path: str, modified: datetime) -> str:
    address = escape(base + path)
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang}" href="{address}{"?lang=en" if lang == "en" else ""}"/>' for lang in ("vi", "en")
    )
    return f"<url><loc>{address}</loc><lastmod>{modified:%Y-%m-%d}</lastmod>{alternates}</url>\n"


def _base(request: HouseRequest) -> str:
    base: str = request.app.state.settings.base_url
    return base


HANDLERS = [robots, sitemap]
