"""Every error as something its reader can use: a page, a fragment for htmx, problem details for programs.

A fault of ours gets a short incident id that stands on the page and in one log line; neither says anything personal:
of an exception only its class and place are logged, its message only where it names code and not data.
"""

from __future__ import annotations

import secrets
import traceback
from http import HTTPStatus
from typing import Any

import jinja2
import msgspec
import structlog
from litestar.exceptions import HTTPException, LitestarException
from litestar.response import Response
from litestar.types import ExceptionHandlersMap, Receive, Scope, Send

from app.kernel.database import Conflict
from app.kernel.errors import DomainError, Stale, TooMany, Unavailable
from app.kernel.web import visit
from app.kernel.web.access import SignInNeeded
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import HTML, page, url
from app.kernel.web.request import HouseRequest

log = structlog.get_logger("ngayso.incident")

PROBLEM = "application/problem+json"
SIGN_IN = "/sign-in"

# What these say is about our code, not about people.
_ABOUT_CODE = (AttributeError, NameError, ImportError, TypeError, jinja2.TemplateError, RuntimeError)

_SENTENCES = {
    400: N_("Máy chủ không hiểu yêu cầu này."),
    401: N_("Xin đăng nhập để xem trang này."),
    403: N_("Bạn không có quyền làm việc này."),
    404: N_("Không tìm thấy trang này."),
    405: N_("Trang này không nhận cách gửi đó."),
    409: N_("Dữ liệu đã thay đổi trong lúc bạn làm; xin tải lại trang."),
    413: N_("Dữ liệu gửi lên lớn quá mức cho phép."),
    415: N_("Máy chủ không đọc được kiểu dữ liệu này."),
    422: N_("Một vài mục chưa đúng; xin xem lại."),
    429: N_("Bạn thử nhiều lần quá; xin đợi một lát."),
    500: N_("Máy chủ gặp sự cố. Lỗi đã được ghi lại; xin thử lại sau."),
    503: N_("Máy chủ đang bận; xin thử lại sau giây lát."),
}


def _json_wanted(path: str, accept: str) -> bool:
    if path.startswith("/api/"):
        return True
    return "json" in accept and "text/html" not in accept


def describe(request: Any, error: Exception) -> tuple[int, str, dict[str, str]]:
    """Status, sentence in the reader's language, and headers for an error that is not an incident."""
    if isinstance(error, TooMany):
        return 429, _(error.message, **error.params), {"retry-after": str(error.retry_after)}
    if isinstance(error, Unavailable):
        return 503, _(error.message, **error.params), {"retry-after": "1"}
    if isinstance(error, DomainError):
        headers = {"www-authenticate": "Bearer"} if error.status == 401 and request.scope["path"].startswith("/api/") else {}
        return error.status, _(error.message, **error.params), headers
    if isinstance(error, Conflict):
        return 409, _(_SENTENCES[409]), {}
    assert isinstance(error, HTTPException)
    status = error.status_code
    headers = {"allow": _allowed(request)} if status == 405 else {}
    sentence = _SENTENCES.get(status) or _SENTENCES[400 if status < 500 else 500]
    return status, _(sentence), headers


def _allowed(request: Any) -> str:
    """The methods this path does take."""
    router = request.app.asgi_router
    found = []
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        try:
            router.handle_routing(path=request.scope["path"].rstrip("/") or "/", method=method)
        except HTTPException:
            continue
        found.append(method)
    return ", ".join([*found, *(["HEAD"] if "GET" in found else []), "OPTIONS"])


def handle(request: Any, error: Exception) -> Response[Any]:
    """Litestar's handler for everything that is raised."""
    known = isinstance(error, (DomainError, Conflict)) or (isinstance(error, HTTPException) and error.status_code < 500)
    if not known:
        return incident(request, error)
    if isinstance(error, SignInNeeded) and (answer := _to_sign_in(request)) is not None:
        return answer
    status, sentence, headers = describe(request, error)
    details: dict[str, Any] = {}
    if isinstance(error, HTTPException) and isinstance(error.extra, list) and status in (400, 422):
        details["faults"] = [_fault(one) for one in error.extra]
    if isinstance(error, Stale):
        details["changed"] = error.changed
    return _answer(request, status, sentence, headers, **details)


def _fault(extra: Any) -> dict[str, str]:
    """Which parameter is wrong and how; never the value itself."""
    if not isinstance(extra, dict):
        return {"detail": str(extra)}
    return {key: str(extra[key]) for key in ("key", "source", "message") if key in extra}


def _to_sign_in(request: Any) -> Response[Any] | None:
    """Pages of the managers lead to sign-in and back; the stage and programs get their 401."""
    path = request.scope["path"]
    if not (path == "/manage" or path.startswith(("/manage/", "/account"))):
        return None
    # What was sent cannot be sent again, so after sign-in a refused POST leads to the page it came from.
    query = request.scope.get("query_string", b"").decode("latin-1")
    back = path + (f"?{query}" if query else "") if request.method in ("GET", "HEAD") else path
    where = url(SIGN_IN, next=back)
    if request.headers.get("hx-request") == "true":
        return Response(b"", status_code=200, media_type=HTML, headers={"hx-redirect": where, "cache-control": "no-store"})
    return Response(b"", status_code=303, media_type=HTML, headers={"location": where, "cache-control": "no-store"})


def incident(request: Any, error: BaseException) -> Response[Any]:
    """A fault of ours: one log line, one page, the same id on both."""
    number = secrets.token_hex(4)
    here = visit.current()
    if here is not None:
        here.incident = number
    log_incident(number, request.scope, error)
    return _answer(request, 500, _(_SENTENCES[500]), {}, incident=number)


def log_incident(number: str, scope: Any, error: BaseException) -> None:
    """One line with the class and the place of an error, never its data."""
    error = _root(error)
    places = traceback.extract_tb(error.__traceback__)[-12:]
    frames = [f"{place.filename.rsplit('/site-packages/', 1)[-1]}:{place.lineno} {place.name}" for place in places]
    said = str(error)[:300] if isinstance(error, _ABOUT_CODE) else ""
    cause = error.__cause__ or error.__context__
    log.error(
        "incident",
        incident=number,
        route=scope.get("path_template") or "",
        method=scope.get("method", ""),
        error=f"{type(error).__module__}.{type(error).__qualname__}",
        said=said,
        cause=type(cause).__qualname__ if cause is not None else "",
        frames=frames,
    )


def _root(error: BaseException) -> BaseException:
    """What really happened, when it was wrapped: in a group by a stream, by Litestar when the answer had begun."""
    while True:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        elif type(error) is LitestarException and error.__cause__ is not None:
            error = error.__cause__
        else:
            return error


def _answer(request: Any, status: int, sentence: str, headers: dict[str, str], **details: Any) -> Response[Any]:
    headers = {"cache-control": "no-store", **headers}
    title = HTTPStatus(status).phrase
    if _json_wanted(request.scope["path"], request.headers.get("accept", "")):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": sentence, **details}
        return Response(msgspec.json.encode(problem), status_code=status, media_type=PROBLEM, headers=headers)
    partial = request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") == "partial"
    template = "errors/fragment.html" if partial else "errors/error.html"
    try:
        return page(template, status=status, headers=headers, sentence=sentence, code=status, details=details)
    except Exception as fault:
        # The layout itself is broken, or asks for what an error page has not: the sentence must still arrive.
        if status != 500:
            return incident(request, fault)
        return Response(_bare(sentence, details.get("incident", "")), status_code=500, media_type=HTML, headers=headers)


def _bare(sentence: str, number: str) -> bytes:
    text = f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>500</title><h1>500</h1><p>{sentence}</p><p>{number}</p></html>'
    return text.encode()


async def send_error(scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
    """Answer with an error from outside the router (a middleware)."""
    request: Any = HouseRequest(scope, receive, send)
    response = handle(request, error)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    DomainError: handle,
    Conflict: handle,
    HTTPException: handle,
    Exception: handle,
}
