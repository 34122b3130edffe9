"""The shop window's pages as bytes we keep: rendered once per version, language and filter, the same for everybody.

A page is rendered as if its canonical address had been asked for, so that nothing of the one who happened to come first
(junk in the query, the order of its names) is served to those who come after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.events.programme.model import EditionInfo
from app.events.programme.published import PublishedWeek
from app.kernel import clock
from app.kernel.web import i18n, rendering, visit
from app.kernel.web.kept import REVALIDATE, Kept, KeptBytes, KeptResponse

HTML = "text/html; charset=utf-8"

PAGES = KeptBytes(most_bytes=96 * 1024 * 1024, most=4096)
"""All kept pages of this process."""

_started: list[datetime] = []


def process_start() -> datetime:
    """When this process rendered its first page: a new release may draw the same programme differently."""
    if not _started:
        _started.append(clock.now())
    return _started[0]


async def kept_page(
    key: tuple[Hashable, ...],
    template: str,
    *,
    week: PublishedWeek,
    path: str,
    query: Sequence[tuple[str, str]] = (),
    context: Callable[[], Mapping[str, Any]],
    vary: str = "Accept-Encoding",
    dated: bool = True,
) -> KeptResponse:
    """Answer with the page kept under `key` (version, language and day are added), rendering it first if need be.

    `context` is called only then, in a thread. `dated=False`: the page also changes with the hour, so its validator is
    the ETag alone.
    """
    today = clock.now().astimezone(ZoneInfo(week.zone)).date()
    whole = (week.edition_id, week.version, i18n.language(), today, *key)

    async def build() -> Kept:
        modified = None
        if dated:
            midnight = datetime.combine(today, time(0), tzinfo=ZoneInfo(week.zone))
            modified = max(week.published_at, process_start(), midnight)
        return await render_kept(template, path=path, query=query, context=context, edition=week.edition, modified_at=modified, vary=vary)

    return KeptResponse(await PAGES.get(whole, build))


async def render_kept(
    template: str,
    *,
    path: str,
    query: Sequence[tuple[str, str]] = (),
    context: Callable[[], Mapping[str, Any]],
    edition: EditionInfo | None,
    modified_at: datetime | None = None,
    cache_control: str = REVALIDATE,
    vary: str = "Accept-Encoding",
) -> Kept:
    """Render a page of an edition as if `path?query` had been asked for. In a thread: a large week takes a while."""

    def draw() -> Kept:
        # The thread has a copy of this task's context: what is set here is seen by nobody else.
        visit._visit.set(visit.Visit({"path": path, "query_string": urlencode(query).encode(), "headers": [], "method": "GET"}))
        text = rendering.render(template, {"edition": edition, **context()})
        return Kept(text.encode(), media_type=HTML, modified_at=modified_at, vary=vary, cache_control=cache_control)

    return await asyncio.to_thread(draw)
