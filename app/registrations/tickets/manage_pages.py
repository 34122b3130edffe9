"""The organisers' registrations: how full each activity is, who registered, who waits."""

from __future__ import annotations

from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from app.events.programme.access import ORGANISERS, edition_here
from app.events.programme.queries import EditionView, edition_by_id
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.web import access
from app.kernel.web.access import Account
from app.kernel.web.i18n import N_, _, ngettext
from app.kernel.web.navigation import Need, edition_scopes, waiting
from app.kernel.web.rendering import page, redirect, url
from app.kernel.web.request import HouseRequest
from app.registrations.tickets.approval import Action, decide
from app.registrations.tickets.export import export_registrations
from app.registrations.tickets.forms import ListFilter
from app.registrations.tickets.queries import PAGE, Summary, listing, pending, summaries

PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=100_000)]

_DONE = {
    "approve": N_("Đã duyệt %(n)s đăng ký."),
    "decline": N_("Đã từ chối %(n)s đăng ký."),
    "cancel": N_("Đã hủy %(n)s đăng ký."),
}
_FULL = N_("%(n)s đăng ký chưa duyệt được vì hết chỗ.")
_SKIPPED = N_("%(n)s đăng ký đã được xử lý ở nơi khác.")


async def _summary(edition: EditionView, slug: str) -> Summary:
    found = next((one for one in await summaries(edition.id) if one.slug == slug), None)
    if found is None:
        raise NotFound(N_("Không tìm thấy hoạt động này."))
    return found


@get("/manage/{edition:str}/registrations", guards=[ORGANISERS])
async def overview(request: HouseRequest, edition: FromPath[str], number: PageNumber = 1) -> Response[Any]:
    """All activities with their counts; a search goes over all of them."""
    view = await edition_here(edition)
    form = ListFilter.read(request.query_params)
    q = form.parsed.get("q", "")
    found = await listing(view.id, q=q, page=number) if q else None
    return page(
        "registrations/tickets/overview.html",
        edition=view,
        activities=await summaries(view.id),
        form=form,
        q=q,
        found=found,
    )


@get("/manage/{edition:str}/registrations/{slug:str}", guards=[ORGANISERS])
async def registrations_of(request: HouseRequest, edition: FromPath[str], slug: FromPath[str], number: PageNumber = 1) -> Response[Any]:
    """Everybody who registered for one activity."""
    view = await edition_here(edition)
    summary = await _summary(view, slug)
    form = ListFilter.read(request.query_params)
    state, q = form.parsed.get("state", ""), form.parsed.get("q", "")
    found = await listing(view.id, activity=summary.id, state=state, q=q, page=number)
    return page(
        "registrations/tickets/list.html",
        edition=view,
        activity=summary,
        form=form,
        filtered=bool(q or state),
        found=found,
        flash=_said(request),
    )


@post("/manage/{edition:str}/registrations/{slug:str}", guards=[ORGANISERS], status_code=303)
async def decide_now(request: HouseRequest, edition: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """Approve, decline or cancel those that were chosen."""
    summary = await _summary(await edition_here(edition), slug)
    sent = await request.form()
    action = str(sent.get("action", ""))
    if action not in get_args(Action):
        raise NotFound(N_("Không tìm thấy trang này."))
    chosen = [one for typed in sent.getall("chosen", [])[:PAGE] if (one := _uuid(str(typed))) is not None]
    decided = await decide(action, chosen, summary.id, by=access.actor())  # type: ignore[arg-type]
    return redirect(
        f"/manage/{edition}/registrations/{slug}",
        state=str(sent.get("state", ""))[:20],
        q=str(sent.get("q", ""))[:100],
        did=action,
        done=decided.done,
        full=decided.full,
        skipped=decided.skipped,
    )


@post("/manage/{edition:str}/registrations/{slug:str}/export", guards=[ORGANISERS], status_code=200)
async def export_now(request: HouseRequest, edition: FromPath[str], slug: FromPath[str]) -> Response[bytes]:
    """The list as CSV."""
    summary = await _summary(await edition_here(edition), slug)
    sent = await request.form()
    content = await export_registrations(summary.id, unmasked=str(sent.get("unmasked", "")) == "1", by=access.actor())
    name = f"dang-ky-{summary.slug[:60]}-{now():%Y%m%d}.csv"
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _said(request: HouseRequest) -> list[dict[str, str]]:
    """What the last action did, from the address it led to."""
    query = request.query_params
    counts = {name: int(found) if (found := query.get(name, "")).isascii() and found.isdigit() and len(found) < 6 else 0
              for name in ("done", "full", "skipped")}  # fmt: skip
    said = []
    if (did := query.get("did", "")) in _DONE and counts["done"]:
        said.append({"tone": "ok", "text": _(_DONE[did], n=counts["done"])})
    if did in _DONE and counts["full"]:
        said.append({"tone": "warn", "text": _(_FULL, n=counts["full"])})
    if did in _DONE and counts["skipped"]:
        said.append({"tone": "info", "text": _(_SKIPPED, n=counts["skipped"])})
    return said


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


@waiting
async def pending_registrations(account: Account) -> list[Need]:
    """One line for each edition that the account organises and where somebody waits."""
    if not (account.is_administrator or account.has("organiser")):
        return []
    found: list[Need] = []
    for edition_id, count in await pending():
        edition = await edition_by_id(edition_id)
        if edition is not None and account.may(("organiser",), edition_scopes(edition)):
            text = ngettext("%(n)s đăng ký chờ duyệt", "%(n)s đăng ký chờ duyệt", count)
            found.append(Need(f"{edition.slug} · {text}", url(f"/manage/{edition.slug}/registrations")))
    return found


HANDLERS = [overview, registrations_of, decide_now, export_now]
