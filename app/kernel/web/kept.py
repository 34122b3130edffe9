"""Bytes we keep ourselves: built once, compressed once, answered with validators.

Anonymous pages and feeds are the same for everybody until the programme changes. `KeptBytes` holds them by key
(edition, version, language, filter …), builds each key once however many ask at the same moment, and stays within a
number of bytes. `Kept` is one such body with all its headers ready; `KeptResponse` answers a request from it: gzip
where the reader takes it, 304 where the reader already has it (RFC 9110, section 13), no body for HEAD.

    kept = await pages.get((edition.slug, version, language), build)      # build: async () -> Kept
    return KeptResponse(kept)

Where every request is answered from kept bytes (feeds, that calendars ask for by the thousand), `kept_route` leaves out all
that Litestar does for handlers in general:

    @kept_route("/{edition:str}/calendar.ics", guards=[public])
    async def calendar(scope: HTTPScope) -> Kept: ...
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.types import Scope  # Litestar reads it from the handler's signature

if TYPE_CHECKING:
    from litestar import Litestar, Request
    from litestar.connection import ASGIConnection
    from litestar.types import ASGIApp, Receive, Send

RawHeaders = list[tuple[bytes, bytes]]

REVALIDATE: Final = "public, max-age=0, must-revalidate"
"""Anybody may keep it, and asks each time whether it still holds; the answer is a cheap 304."""


class Kept:
    """One body ready to send: as it is and compressed, each with its own strong ETag (RFC 9110, 8.8.3.3)."""

    __slots__ = ("body", "full", "full_gzip", "gzipped", "modified", "modified_at", "not_modified", "tag", "tag_gzip")

    def __init__(
        self,
        body: bytes,
        *,
        media_type: str,
        modified_at: datetime | None = None,
        cache_control: str = REVALIDATE,
        vary: str = "Accept-Encoding",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Hash and compress `body`. Takes a few milliseconds per 100 KB: build large ones in a thread.

        `modified_at` is an aware instant and becomes Last-Modified, in whole seconds.
        """
        mark = hashlib.sha256(media_type.encode() + b"\0" + body).hexdigest()[:32]
        self.body = body
        self.gzipped = gzip.compress(body, 6, mtime=0)
        self.tag = f'"{mark}"'.encode()
        self.tag_gzip = f'"{mark}-gz"'.encode()
        self.modified_at = modified_at.astimezone(UTC).replace(microsecond=0) if modified_at else None
        self.modified = format_datetime(self.modified_at, usegmt=True).encode() if self.modified_at else b""
        shared: RawHeaders = [(b"cache-control", cache_control.encode()), (b"vary", vary.encode())]
        if self.modified:
            shared.append((b"last-modified", self.modified))
        shared += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        kind = (b"content-type", media_type.encode())
        self.full: RawHeaders = [kind, *shared, (b"etag", self.tag), (b"content-length", str(len(body)).encode())]
        self.full_gzip: RawHeaders = [
            kind,
            *shared,
            (b"etag", self.tag_gzip),
            (b"content-encoding", b"gzip"),
            (b"content-length", str(len(self.gzipped)).encode()),
        ]
        self.not_modified = shared

    @property
    def size(self) -> int:
        """Bytes of memory that count against the cache."""
        return len(self.body) + len(self.gzipped)

    def answer(self, method: str, request_headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, RawHeaders, bytes]:
        """Status, headers and body for a request with these (lower-case) raw headers."""
        if_none_match: bytes | None = None
        if_modified_since = accept_encoding = b""
        for name, value in request_headers:
            if name == b"if-none-match":  # repeated lines are one list
                if_none_match = value if if_none_match is None else if_none_match + b"," + value
            elif name == b"accept-encoding":
                accept_encoding = accept_encoding + b"," + value if accept_encoding else value
            elif name == b"if-modified-since":
                if_modified_since = value
        zipped = takes_gzip(accept_encoding)
        if if_none_match is not None:
            if tag := self._matching(if_none_match, preferred=self.tag_gzip if zipped else self.tag):
                return 304, [*self.not_modified, (b"etag", tag)], b""
        elif if_modified_since and self._unchanged_since(if_modified_since):
            return 304, [*self.not_modified, (b"etag", self.tag_gzip if zipped else self.tag)], b""
        headers, body = (self.full_gzip, self.gzipped) if zipped else (self.full, self.body)
        return 200, headers, b"" if method == "HEAD" else body

    def _matching(self, listed: bytes, *, preferred: bytes) -> bytes:
        """The ETag of ours that the list names, by weak comparison (W/ is ignored), or nothing.

        Either encoding's tag will do: both stand for these very bytes, and a proxy may have kept the other one.
        """
        if listed == preferred or listed.strip() == b"*":
            return preferred
        tags = {part.strip().removeprefix(b"W/") for part in listed.split(b",")}
        for tag in (preferred, self.tag, self.tag_gzip):
            if tag in tags:
                return tag
        return b""

    def _unchanged_since(self, since: bytes) -> bool:
        if self.modified_at is None:
            return False
        if since == self.modified:
            return True
        instant = _http_date(since)
        return instant is not None and self.modified_at <= instant


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether this Accept-Encoding allows gzip (RFC 9110, 12.5.3): by name, else by `*`, and never with q=0."""
    weights: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameters = part.partition(";")
        name, _, number = parameters.strip().partition("=")
        try:
            weight = float(number) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        weights[coding.strip()] = weight
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


@lru_cache(maxsize=256)
def _http_date(value: bytes) -> datetime | None:
    """An HTTP date, or none where it is not one: a wrong condition is ignored, not refused."""
    try:
        instant = parsedate_to_datetime(value.decode("ascii"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class KeptResponse(Response[bytes]):
    """A Litestar response that sends a `Kept` by the conditions of the request that asked for it."""

    def __init__(self, kept: Kept) -> None:
        """Hold `kept`; nothing is copied. Headers and cookies added later (by hooks) are sent too."""
        self.kept = kept
        self.content = b""
        self.background = None
        self.cookies = []
        self.encoding = "utf-8"
        self.headers = {}
        self.media_type = None
        self.status_code = None
        self.response_type_encoders = {}

    def to_asgi_response(  # type: ignore[override]  # a plain ASGI callable is all that Litestar asks of it
        self, app: None, request: Request[Any, Any, Any], *, headers: Mapping[str, str] | None = None, **_: object
    ) -> ASGIApp:
        """The ASGI callable that sends it."""
        status, raw, body = self.kept.answer(request.scope["method"], request.scope["headers"])
        if headers or self.headers or self.cookies:
            added = {**(headers or {}), **self.headers}
            raw = [*raw, *((name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in added.items())]
            raw += [cookie.to_encoded_header() for cookie in self.cookies]
        return _sent(status, raw, body)


class _KeptRoute(HTTPRouteHandler):
    """A route that sends what its function finds. Its guards see the handler itself: Litestar copies it for each request."""

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]  # our guards are asynchronous

    async def to_response(self, app: Litestar, data: Any, request: Request[Any, Any, Any]) -> ASGIApp:
        assert isinstance(data, Kept)
        return _sent(*data.answer(request.scope["method"], request.scope["headers"]))


def _sent(status: int, headers: RawHeaders, body: bytes) -> ASGIApp:
    async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
        # A copy: middlewares append to the list they see, and ours is shared by all requests.
        await send({"type": "http.response.start", "status": status, "headers": headers[:]})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return send_it


def kept_route(
    path: str, *, guards: Sequence[Any], opt: Mapping[str, Any] | None = None
) -> Callable[[Callable[[Scope], Awaitable[Kept]]], HTTPRouteHandler]:
    """A GET route that answers with what the decorated function finds; it may raise like any handler. HEAD is the doorway's."""

    def decorate(find: Callable[[Scope], Awaitable[Kept]]) -> HTTPRouteHandler:
        # Litestar wants to see the scope in the signature, and a response.
        async def answer(scope: Scope) -> Response[bytes]:
            return cast("Response[bytes]", await find(scope))

        answer.__name__ = answer.__qualname__ = find.__name__
        answer.__doc__ = find.__doc__
        return _KeptRoute(path, http_method="GET", guards=guards, opt=opt)(answer)

    return decorate


class KeptBytes:
    """A bounded store of `Kept` by key, least recently used out first; each key is built by one task at a time."""

    def __init__(self, *, most_bytes: int = 64 * 1024 * 1024, most: int = 2048) -> None:
        """Keep at most `most` bodies and `most_bytes` bytes of them (both encodings counted)."""
        self._most_bytes = most_bytes
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._building: dict[Hashable, asyncio.Task[Kept]] = {}

    def find(self, key: Hashable) -> Kept | None:
        """What is kept under this key, without building it."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    async def get(self, key: Hashable, build: Callable[[], Awaitable[Kept]]) -> Kept:
        """What is kept under this key, built by `build` if it is not there.

        Everybody who asks meanwhile waits for the same build; its error reaches all of them and is not kept. A reader
        who goes away does not stop it for the others.
        """
        if (kept := self.find(key)) is not None:
            return kept
        building = self._building.get(key)
        if building is None:
            building = asyncio.get_running_loop().create_task(self._build(key, build))
            # A build whose readers have all gone away may fail unheard.
            building.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._building[key] = building
        return await asyncio.shield(building)

    async def _build(self, key: Hashable, build: Callable[[], Awaitable[Kept]]) -> Kept:
        try:
            kept = await build()
            self._keep(key, kept)
            return kept
        finally:
            self._building.pop(key, None)

    def _keep(self, key: Hashable, kept: Kept) -> None:
        if kept.size > self._most_bytes:
            return
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= old.size
        self._kept[key] = kept
        self._bytes += kept.size
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size

    def clear(self) -> None:
        """Forget everything that is kept. Builds under way finish and are kept under their own key."""
        self._kept.clear()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)
