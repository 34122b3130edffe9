"""What every request passes before it is routed: one thin ASGI layer around the whole application.

It sets the visit and the language, refuses NUL in addresses and unsafe requests from other sites, answers HEAD from GET,
adds the security headers, and writes one line per request. It is on the hot path of the gate: no request object is
built here, headers are tuples made once.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar.types import ASGIApp, Message, Receive, Send

from app.kernel import metrics
from app.kernel.errors import DomainError
from app.kernel.logs import log_request
from app.kernel.web import i18n
from app.kernel.web.csrf import CrossSite, is_cross_site
from app.kernel.web.errors import log_incident, send_error
from app.kernel.web.headers import security_headers
from app.kernel.web.i18n import N_
from app.kernel.web.visit import Visit, _visit

if TYPE_CHECKING:
    from litestar import Litestar

    from app.settings import Settings

# Answered many times a second by machines: they are counted, not logged.
_QUIET = ("/health/", "/static/", "/metrics", "/live")


class BadAddress(DomainError):
    """NUL in the address: no page has it, and databases choke on it."""

    status = 400

    def __init__(self) -> None:
        super().__init__(N_("Địa chỉ này không hợp lệ."))


class Doorway:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, *, own_hosts: frozenset[str], https: bool) -> None:
        self.app = app
        self.own_hosts = own_hosts
        self.https = https

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Handle one connection; websockets and lifespan pass through untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        head = scope["method"] == "HEAD"
        if head:
            # A copy: the server itself looks at its own scope to know that no body follows.
            scope = {**scope, "method": "GET"}
        here = Visit(scope)
        visit_token = _visit.set(here)
        language_token = i18n.use_language(_language_of(scope))
        status = 0
        https = self.https or scope.get("scheme") == "https"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                handler = scope.get("route_handler")
                opt = handler.opt if handler is not None else None
                headers = message.get("headers", ())
                message["headers"] = [*headers, *security_headers(scope["path"], opt, https, headers)]
                await send(message)
                if head:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif not head:
                await send(message)

        async def listen() -> Any:
            # A stream that is asked for by HEAD has been answered already: tell it that nobody listens.
            return {"type": "http.disconnect"} if head and status else await receive()

        try:
            if _has_nul(scope):
                await send_error(_bare(scope), receive, answer, BadAddress())
            elif is_cross_site(scope, self.own_hosts):
                await send_error(_bare(scope), receive, answer, CrossSite())
            else:
                await self.app(scope, listen if head else receive, answer)
        except Exception as error:
            # The answer had begun: it can only be cut off. uvicorn closes the connection.
            here.incident = here.incident or secrets.token_hex(4)
            log_incident(here.incident, scope, error)
        finally:
            seconds = time.perf_counter() - started
            route = scope.get("path_template") or "(none)"
            metrics.count_request("HEAD" if head else scope["method"], route, status, seconds)
            if not (scope["path"].startswith(_QUIET) or (status < 400 and _is_quiet(scope.get("route_handler")))):
                # The route, not the path: paths hold tokens, queries hold names.
                log_request(
                    method="HEAD" if head else scope["method"],
                    route=str(route),
                    status=status,
                    ms=round(seconds * 1000, 1),
                    incident=here.incident,
                )
            i18n.forget_language(language_token)
            _visit.reset(visit_token)


def _is_quiet(handler: Any) -> bool:
    """`opt={"log": "faults"}`: a route that is called many times a second and keeps a log of its own."""
    return handler is not None and handler.opt.get("log") == "faults"


def _bare(scope: Any) -> Any:
    """A scope that Litestar's request class can stand on before the app has seen it."""
    scope.setdefault("state", {})
    scope.setdefault("path_params", {})
    return scope


def _has_nul(scope: Any) -> bool:
    query: bytes = scope.get("query_string", b"")
    return "\x00" in scope["path"] or b"\x00" in query or b"%00" in query


def _language_of(scope: Any) -> i18n.Language:
    query: bytes = scope.get("query_string", b"")
    if b"lang=" in query:
        for pair in query.split(b"&"):
            if pair == b"lang=en":
                return "en"
            if pair == b"lang=vi":
                return "vi"
    if scope["path"] == "/":
        for name, value in scope["headers"]:
            if name == b"accept-language":
                return i18n.best_language(value.decode("latin-1"))
    return "vi"


def wrap(app: Litestar, settings: Settings) -> Litestar:
    """Put the doorway around an application: also around what is not routed (404, 405)."""
    host = urlsplit(settings.base_url).netloc.lower()
    app.asgi_handler = Doorway(app.asgi_handler, own_hosts=frozenset({host}), https=settings.https)
    return app
