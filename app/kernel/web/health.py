"""For those who watch over the server: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

from litestar import Request, get
from litestar.response import Response

from app.kernel import metrics, outbox
from app.kernel.database import row
from app.kernel.errors import NotFound
from app.kernel.web.access import bearer, public
from app.kernel.web.i18n import N_

_state: dict[str, Any] = {"ready": False, "metrics_token": ""}


def mark_ready(ready: bool) -> None:
    """Said by the lifespan: everything is loaded, or the server is going down."""
    _state["ready"] = ready


def guard_metrics(token: str) -> None:
    """The bearer token that opens /metrics to other machines; without one only the loopback may read it."""
    _state["metrics_token"] = token


_NO_STORE = {"cache-control": "no-store"}


@get("/health/live", guards=[public], opt={"account": False}, include_in_schema=False, sync_to_thread=False)
def live() -> Response[bytes]:
    """The process answers."""
    return Response(b"live", media_type="text/plain", headers=_NO_STORE)


@get("/health/ready", guards=[public], opt={"account": False}, include_in_schema=False)
async def ready() -> Response[bytes]:
    """Everything is loaded and the database answers; else 503, so that a proxy sends people elsewhere."""
    if not _state["ready"]:
        return Response(b"starting or stopping", status_code=503, media_type="text/plain", headers=_NO_STORE)
    try:
        await row("SELECT 1 AS one")
    except Exception:
        return Response(b"the database does not answer", status_code=503, media_type="text/plain", headers=_NO_STORE)
    return Response(b"ready", media_type="text/plain", headers=_NO_STORE)


@get("/metrics", guards=[public], opt={"account": False}, include_in_schema=False)
async def figures(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Figures for Prometheus: to the loopback, or to whoever has the token. To others there is no such page."""
    token = _state["metrics_token"]
    if token:
        allowed = hmac.compare_digest(bearer(request).encode(), token.encode())
    else:
        allowed = _is_loopback(request)
    if not allowed:
        raise NotFound(N_("Không tìm thấy trang này."))
    await outbox.count_for_metrics()
    body, media_type = metrics.text()
    return Response(body, media_type=media_type, headers=_NO_STORE)


def _is_loopback(request: Request[Any, Any, Any]) -> bool:
    # A proxy on this machine connects from the loopback for the whole world, and says so.
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


HANDLERS = [live, ready, figures]
