"""What devices ask: enrol, scan, scan a queue, how things stand, who is meant.

`POST /api/v1/scans` is the busiest call of the Day and therefore a thin ASGI handler: raw bytes in, raw bytes out.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.connection import ASGIConnection
from litestar.handlers import ASGIRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import Receive, Scope, Send
from typing_extensions import override

from app.kernel.errors import DomainError, NotFound
from app.kernel.web import access
from app.kernel.web.access import Device, device, public, use_device_authenticator
from app.kernel.web.access import Scope as RoleScope
from app.kernel.web.i18n import N_, _
from app.kernel.web.limits import limit, named
from app.kernel.web.openapi import describe
from app.registrations.gates import devices, pulse, queries
from app.registrations.gates.admission import Answer, Asked, BadScan, admit
from app.registrations.gates.posts import Post, post_of

LARGEST_SCAN = 16_384
MOST_AT_ONCE = 200
# A steward types; a stolen phone that reads the whole guest list by twos and threes of letters is stopped.
SEARCHES = named("gate search by device", 90, 60)
PROBLEM = "application/problem+json"
NO_STORE = {"cache-control": "no-store"}

_decode = msgspec.json.Decoder(Asked).decode
_encode = msgspec.json.Encoder().encode


class TooLarge(DomainError):
    """A scan is a few hundred bytes."""

    status = 413


@use_device_authenticator
async def known_device(connection: Any) -> Device | None:
    """The device whose bearer token this is."""
    found = await post_of(_bearer(connection.scope))
    if found is None:
        return None
    scopes = (RoleScope("gate", str(found.gate)), RoleScope("checkpoint", str(found.checkpoint)), RoleScope("edition", found.edition_slug))
    return Device(str(found.device), found.device_name, scopes, found)


def _bearer(scope: Any) -> str:
    """The token of `Authorization: Bearer …` from the raw headers: building Litestar's headers costs more than the look-up."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return value[7:].decode("latin-1").strip() if value[:7].lower() == b"bearer " else ""
    return ""


def here() -> Post:
    """The post of the device behind the `device` guard."""
    found: Post = access.current_device().detail
    return found


def _json(answer: object) -> Response[bytes]:
    return Response(_encode(answer), media_type="application/json", headers=NO_STORE)


# --- scanning --------------------------------------------------------------------------------------------------------


class HotRoute(ASGIRouteHandler):
    """An ASGI route whose guard sees the route itself: Litestar copies the route for each guard at each request."""

    @override
    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Run the guards."""
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]


@HotRoute("/api/v1/scans", guards=[device], opt={"log": "faults"}, copy_scope=False)
async def scan(scope: Scope, receive: Receive, send: Send) -> None:
    """One scan: `{code, nonce, scanned_at, gate}`, answered with 200 and the result when it is durable."""
    if scope.get("method") != "POST":
        await _send(send, 405, _problem(405, "Method Not Allowed", _("Trang này không nhận cách gửi đó.")), PROBLEM, (b"allow", b"POST"))
        return
    asked = _read(await _body(receive))
    answer = await admit(here(), await _with_code(here(), asked))
    await _send(send, 200, _encode(answer), "application/json")


_PROBLEMS = {
    "400": "The scan is malformed",
    "401": "No valid bearer token of a device",
    "403": "The gate is not this device's",
    "404": "The ticket named by its id is not expected at this gate",
    "409": "The nonce belongs to another scan",
    "413": "The body is larger than any scan",
    "503": "Too many scans wait; ask again in a moment with the same nonce",
}


def _written_out(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of a struct without references: it stands alone in the description."""
    (top,), parts = msgspec.json.schema_components([kind], ref_template="{name}")

    def inlined(node: Any) -> Any:
        if isinstance(node, dict):
            return inlined(parts[node["$ref"]]) if "$ref" in node else {name: inlined(value) for name, value in node.items()}
        return [inlined(one) for one in node] if isinstance(node, list) else node

    found: dict[str, Any] = inlined(top)
    return found


describe(
    "/api/v1/scans",
    {
        "post": {
            "summary": "Scan",
            "operationId": "ApiV1ScansScan",
            "description": "One scan. The answer comes when it is durable; the same nonce is answered as the first time.",
            "requestBody": {"required": True, "content": {"application/json": {"schema": _written_out(Asked)}}},
            "responses": {
                "200": {"description": "Decided and stored", "content": {"application/json": {"schema": _written_out(Answer)}}},
                **{status: {"description": sentence, "content": {PROBLEM: {}}} for status, sentence in _PROBLEMS.items()},
            },
            "deprecated": False,
        }
    },
)


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise BadScan(N_("Dữ liệu gửi lên bị hỏng; xin tải lại trang rồi gửi lại."))
        body += message.get("body", b"")
        if len(body) > LARGEST_SCAN:
            raise TooLarge(N_("Dữ liệu gửi lên lớn quá mức cho phép."))
        if not message.get("more_body", False):
            return bytes(body)


def _read(body: bytes) -> Asked:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # msgspec's own words quote no values, but they are English and for programmers: one sentence is enough.
        raise BadScan(N_("Lượt quét cần là JSON với code và nonce; scanned_at theo ISO 8601, nếu có.")) from None


async def _with_code(at: Post, asked: Asked) -> Asked:
    """A person found by name is admitted by their ticket; its code never leaves the server for that.

    Raises:
        NotFound: this checkpoint expects no such ticket.
    """
    if asked.ticket is None:
        return asked
    code = await queries.expected_code(at, asked.ticket)
    if code is None:
        raise NotFound(N_("Không tìm thấy vé này trong danh sách của cửa."))
    return Asked(code=code, nonce=asked.nonce, scanned_at=asked.scanned_at, gate=asked.gate)


def _problem(status: int, title: str, detail: str) -> bytes:
    return _encode({"type": "about:blank", "title": title, "status": status, "detail": detail})


async def _send(send: Send, status: int, body: bytes, media_type: str, *more: tuple[bytes, bytes]) -> None:
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Queue(msgspec.Struct, frozen=True):
    """Scans that waited on a phone, oldest first."""

    scans: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]


class Fault(msgspec.Struct, frozen=True):
    """Why one scan of a queue was not taken. `status` as the same scan alone would have been answered."""

    nonce: str
    status: int
    detail: str


class QueueAnswers(msgspec.Struct, frozen=True):
    """One answer for each scan, in the order of the queue."""

    answers: list[Answer | Fault]


@post(
    "/api/v1/scans/batch",
    guards=[device],
    status_code=200,
    responses={401: ResponseSpec(None, description="No valid bearer token of a device", media_type=PROBLEM)},
)
async def scan_queue(data: JSONBody[Queue]) -> Response[bytes]:
    """Send what waited while the server could not be reached: each scan is answered for itself, a bad one spoils no other.

    The scans are `{code, nonce, scanned_at, gate}` as in `POST /api/v1/scans`; sending a queue twice is harmless.
    """
    at = here()
    # Submitted in the order of the queue, committed together.
    answers = await asyncio.gather(*(_one_of_queue(at, sent) for sent in data.scans))
    return _json(QueueAnswers(list(answers)))


async def _one_of_queue(at: Post, sent: dict[str, Any]) -> Answer | Fault:
    try:
        return await admit(at, await _with_code(at, _read(_encode(sent))))
    except DomainError as error:
        nonce = sent.get("nonce")
        return Fault(nonce[:36] if isinstance(nonce, str) else "", error.status, _(error.message, **error.params))


# --- the gate's screen -----------------------------------------------------------------------------------------------


class People(msgspec.Struct, frozen=True):
    """Who was found."""

    people: list[queries.Found]


@get("/api/v1/gate", guards=[device])
async def gate_state() -> Response[bytes]:
    """Where this device stands, how many are in, and the server's clock. The screen asks every few seconds."""
    at = here()
    pulse.seen(at)
    return _json(await queries.state(at))


@get("/api/v1/gate/people", guards=[device])
async def gate_people(q: Annotated[str, QueryParameter(max_length=100)] = "") -> Response[bytes]:
    """People whom this gate's checkpoint expects, by name with or without diacritics, telephone number, or the beginning of a code."""
    at = here()
    SEARCHES.take(str(at.device))
    return _json(People(await queries.people(at, q)))


@post("/api/v1/gate/leave", guards=[device], status_code=204)
async def leave() -> None:
    """Give the right to scan back: the end of the shift."""
    await devices.revoke(here().device, by=access.actor())


# --- enrolling -------------------------------------------------------------------------------------------------------


class EnrolBody(msgspec.Struct, frozen=True):
    """The enrolment from the QR, and the bearer token that the phone made for itself (32 to 128 letters, digits, `-`, `_`)."""

    enrolment: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@post(
    "/api/v1/devices/enrolments",
    guards=[public, limit("enrolment by address", 300, 600)],
    opt={"account": False},
    status_code=200,
    responses={409: ResponseSpec(None, description="Used, expired, or not an enrolment of ours", media_type=PROBLEM)},
)
async def enrol(data: JSONBody[EnrolBody]) -> Response[bytes]:
    """Exchange an enrolment, good once and for 15 minutes, for the right to scan with the sent token. Sending it again is harmless."""
    at = await devices.enrol(data.enrolment, data.token)
    return _json(await queries.state(at))


HANDLERS = [scan, scan_queue, gate_state, gate_people, leave, enrol]
