"""Before and after publishing: what would change in words, what stands against it, and every version there was."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.events.programme import queries
from app.events.programme.access import LARGEST_NUMBER, ORGANISERS, edition_here
from app.events.programme.drafting import restore_version
from app.events.programme.forms import PublishForm
from app.events.programme.publishing import Clash, preview, publish_programme
from app.events.programme.queries import EditionView
from app.events.programme.wording import TOLD
from app.kernel.errors import DomainError, NotFound
from app.kernel.web import access
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest

A_PAGE = 50

DONE = {
    "published": N_("Đã công bố. Trang công khai, lịch và dữ liệu mở thấy ngay."),
    "restored": N_("Bản nháp đã trở về như phiên bản được chọn; xem lại rồi công bố."),
}


@get("/manage/{edition:str}/publish", guards=[ORGANISERS])
async def preview_page(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Everything that is not public yet, in words, with the button that publishes it all."""
    return await _preview(await edition_here(edition), done=request.query_params.get("done", ""))


@post("/manage/{edition:str}/publish", guards=[ORGANISERS], status_code=303)
async def publish_all(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Publish the whole draft as it was previewed."""
    found = await edition_here(edition)
    form = PublishForm.read(await request.form())
    if form.errors:
        return await _preview(found, form=form, status=422)
    value = form.value
    try:
        made = await publish_programme(
            found, by=access.account().actor, note=value.note, allow_overlap=value.allow_overlap, seen=value.seal
        )
    except DomainError as refused:
        form.fail("", refused.message, **refused.params)
        if isinstance(refused, Clash):
            form.fail("allow_overlap", N_("Đổi giờ hoặc phòng, hoặc đánh dấu ô này."))
        return await _preview(found, form=form, status=refused.status)
    return redirect(f"/manage/{found.slug}/versions/{made.number}", done="published")


@get("/manage/{edition:str}/versions", guards=[ORGANISERS])
async def version_list(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """The published versions, the latest first."""
    found = await edition_here(edition)
    before = _number(request.query_params.get("before", ""))
    versions = await queries.versions(found.id, limit=A_PAGE + 1, before=before)
    more = versions[A_PAGE - 1].number if len(versions) > A_PAGE else None
    return page("events/versions.html", edition=found, versions=versions[:A_PAGE], more=more, **TOLD)


@get("/manage/{edition:str}/versions/{number:int}", guards=[ORGANISERS])
async def version_page(request: HouseRequest, edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """One version: who, when, and what it changed."""
    found = await edition_here(edition)
    version = await queries.version(found.id, number) if 0 < number <= LARGEST_NUMBER else None
    if version is None:
        raise NotFound(N_("Không tìm thấy phiên bản này."))
    said = DONE.get(request.query_params.get("done", ""))
    flash = [{"tone": "ok", "text": _(said)}] if said else []
    return page("events/version.html", edition=found, version=version, flash=flash, **TOLD)


@post("/manage/{edition:str}/versions/{number:int}/restore", guards=[ORGANISERS], status_code=303)
async def restore(edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """Make the draft what this version showed; nothing is public before it is published again."""
    found = await edition_here(edition)
    if not 0 < number <= LARGEST_NUMBER:
        raise NotFound(N_("Không tìm thấy phiên bản này."))
    await restore_version(found, number, by=access.account().actor)
    return redirect(f"/manage/{found.slug}/publish", done="restored")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


async def _preview(edition: EditionView, *, form: PublishForm | None = None, done: str = "", status: int = 200) -> Response[Any]:
    publication = await preview(edition)
    said = DONE.get(done)
    if form is not None:
        form.raw["seal"] = [publication.seal]
    return page(
        "events/publish.html",
        status=status,
        edition=edition,
        publication=publication,
        form=form or PublishForm.blank(seal=publication.seal),
        flash=[{"tone": "ok", "text": _(said)}] if said else [],
        **TOLD,
    )


ROUTES = (preview_page, publish_all, version_list, version_page, restore)
