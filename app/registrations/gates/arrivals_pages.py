"""The hall's board on the Day: how many are in, at which gate, how fast; it follows the scans by itself."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from app.events.programme import queries as programme
from app.events.programme.access import edition_here
from app.kernel import live
from app.kernel.web import access
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import edition_scopes
from app.kernel.web.rendering import page
from app.kernel.web.wording import plain
from app.registrations.gates import arrivals, lists
from app.registrations.gates.access import WATCHERS, visible_checkpoints
from app.registrations.gates.pulse import topic

RESULTS = {
    "admitted": N_("Đã vào"),
    "already_admitted": N_("Đã vào trước đó"),
    "wrong_gate": N_("Sai cửa"),
    "not_yet": N_("Chưa đến giờ"),
    "expired": N_("Đã hết giờ"),
    "revoked": N_("Vé bị thu hồi"),
    "cancelled": N_("Vé đã hủy"),
    "unknown": N_("Không có vé này"),
}
TONES = {"admitted": "ok", "revoked": "stop", "cancelled": "stop", "unknown": "stop"}


@live.topic("arrivals")
async def may_follow_arrivals(edition: str) -> bool:
    """Whoever may open the page may follow it."""
    reader = access.current_account()
    found = await programme.edition(edition) if reader is not None else None
    if reader is None or found is None:
        return False
    return reader.has("auditor", "gate_supervisor") or reader.may(("organiser",), edition_scopes(found))


@get("/manage/{edition:str}/arrivals", guards=[WATCHERS])
async def arrivals_page(edition: FromPath[str], checkpoint: Annotated[str, QueryParameter(max_length=40)] = "") -> Response[Any]:
    """All checkpoints with their counts, and one of them up close."""
    found = await edition_here(edition)
    views = await lists.checkpoints(found, visible_checkpoints(found))
    shown = next((one for one in views if str(one.id) == checkpoint), None)
    if shown is None and views:
        busiest: UUID | None = await arrivals.busiest(found.id)
        shown = next((one for one in views if one.id == busiest), views[0])
    name = topic(found.slug)
    return page(
        "registrations/gates/arrivals.html",
        block="live_part",
        edition=found,
        checkpoints=views,
        shown=shown,
        gate_rows=[{"label": plain(gate.name), "value": gate.admitted} for gate in shown.gates] if shown else [],
        detail=await arrivals.detail(shown.id, found.zone) if shown else None,
        results=RESULTS,
        tones=TONES,
        topic=name,
        version=live.version(name),
    )


HANDLERS = [arrivals_page]
