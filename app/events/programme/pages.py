"""An edition's own pages for who plans it: what needs them, and the list of activities."""

from __future__ import annotations

import math
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.accounts.queries import units_by_id, units_of
from app.events.programme import queries
from app.events.programme.access import PLANNERS, edition_here
from app.events.programme.overview import STATES, Line, Narrowing, Overview, narrowed, overview
from app.events.programme.queries import EditionView
from app.events.programme.wording import TOLD
from app.kernel.clock import now
from app.kernel.text import Text, sort_text
from app.kernel.web import access
from app.kernel.web.access import Account
from app.kernel.web.i18n import N_, _, ngettext
from app.kernel.web.navigation import Need, edition_scopes, waiting
from app.kernel.web.rendering import page, url
from app.kernel.web.request import HouseRequest

A_PAGE = 200
"""Activities on one page of the list."""

DONE = {
    "created": N_("Đã thêm hoạt động vào bản nháp."),
    "deleted": N_("Đã xóa hoạt động chưa từng công bố."),
    "withdrawn": N_("Đã rút khỏi bản nháp; công chúng thấy sau lần công bố tới."),
    "published": N_("Đã công bố."),
    "edition": N_("Đã tạo kỳ tổ chức."),
}


@get("/manage/{edition:str}/", guards=[PLANNERS])
async def edition_home(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """What needs me in this edition, its numbers, and the last publications."""
    found = await edition_here(edition)
    seen, is_organiser = await overview_for_me(found)
    return page(
        "events/home.html",
        edition=found,
        overview=seen,
        is_organiser=is_organiser,
        needs=_needs(seen, is_organiser=is_organiser),
        versions=await queries.versions(found.id, limit=5),
        today=now().astimezone(ZoneInfo(found.zone)).date(),
        flash=_flash(request),
        **TOLD,
    )


@get("/manage/{edition:str}/activities", guards=[PLANNERS])
async def activity_list(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """The draft week as a list: search, filters, what is not published yet."""
    found = await edition_here(edition)
    seen, is_organiser = await overview_for_me(found)
    asked = {name: request.query_params.get(name, "").strip()[:100] for name in ("q", "state", "day", "host", "type")}
    by = Narrowing(**asked)
    lines = narrowed(seen.lines, by, found.zone)
    last = max(1, math.ceil(len(lines) / A_PAGE))
    number = _page(request.query_params.get("page", "1"))
    return page(
        "events/activities.html",
        block="results",
        edition=found,
        overview=seen,
        is_organiser=is_organiser,
        lines=lines[(number - 1) * A_PAGE : number * A_PAGE],
        total=len(lines),
        number=number,
        last=last,
        by=by,
        states={state: (label, seen.count(state)) for state, label in STATES.items()},
        hosts=_hosts(seen.lines),
        types=(await queries.terms(found.id)).get("type", ()),
        days=[day for day, count in seen.days if count],
        flash=_flash(request),
    )


async def overview_for_me(edition: EditionView) -> tuple[Overview, bool]:
    """The draft week as far as the reader may see it, and whether they organise this edition (or read everything)."""
    account = access.account()
    seen = await overview(edition)
    if reads_all(account, edition):
        return seen, organises(account, edition)
    own = {unit.code for unit in (await units_by_id(await units_of(account, "unit_editor"))).values()}
    return seen.hosted_by(own), False


def organises(account: Account, edition: EditionView) -> bool:
    """Whether this account plans and publishes the edition."""
    return account.may(("organiser",), edition_scopes(edition))


def reads_all(account: Account, edition: EditionView) -> bool:
    """Whether this account sees every draft of the edition."""
    return organises(account, edition) or account.has(access.AUDITOR)


@waiting
async def _waiting(account: Account) -> list[Need]:
    """On the home of everybody who organises: drafts that the public cannot see yet, and clashes that will stop them."""
    if not (account.is_administrator or account.has("organiser")):
        return []
    found: list[Need] = []
    for edition in await queries.editions():
        if edition.state != "archived" and organises(account, edition):
            found += _needs(await overview(edition), is_organiser=True, named=True)
    return found


def _needs(seen: Overview, *, is_organiser: bool, named: bool = False) -> list[Need]:
    base, before = f"/manage/{seen.edition.slug}", f"{seen.edition.slug} · " if named else ""
    found: list[Need] = []
    if is_organiser and (clashes := len(seen.publication.clashes)):
        text = ngettext("%(n)s chỗ trùng phòng cản việc công bố", "%(n)s chỗ trùng phòng cản việc công bố", clashes)
        found.append(Need(before + text, url(f"{base}/publish"), "stop"))
    if is_organiser and (changes := len(seen.publication.changes)):
        text = ngettext("%(n)s thay đổi chưa công bố", "%(n)s thay đổi chưa công bố", changes)
        found.append(Need(before + text, url(f"{base}/publish"), "warn"))
    if not named and (unplaced := seen.count("unplaced")):
        text = ngettext("%(n)s hoạt động chưa có giờ hoặc địa điểm", "%(n)s hoạt động chưa có giờ hoặc địa điểm", unplaced)
        found.append(Need(text, url(f"{base}/activities", state="unplaced"), "info"))
    return found


def _hosts(lines: tuple[Line, ...]) -> list[tuple[str, Text]]:
    found = {line.activity.host.code: line.activity.host.name for line in lines}
    return sorted(found.items(), key=lambda one: sort_text(one[1].vi))


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) > 0 else 1


def _flash(request: HouseRequest) -> list[dict[str, str]]:
    said = DONE.get(request.query_params.get("done", ""))
    return [{"tone": "ok", "text": _(said)}] if said else []


ROUTES = (edition_home, activity_list)
