"""Live screens: the server tells what changed, the screen asks for it again.

A topic is `kind:rest` (`arrivals:2026`). A room registers who may follow a kind, and touches topics when something
changed; what travels is the topic and its version, never data. The stream at `/live?topics=…` begins with a snapshot of
all versions, then changes, and a heartbeat every two seconds, so that a screen knows when it has lost touch.

One process keeps its versions in memory. Several processes on PostgreSQL tell each other by NOTIFY, inside the
transaction where there is one; a listener that was cut off calls everything changed when it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any

import asyncpg
import msgspec
import structlog
from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream

from app.kernel import database, metrics
from app.kernel.clock import now
from app.kernel.errors import Forbidden, NotFound, Unavailable
from app.kernel.ids import token
from app.kernel.postgres import PooledPostgres
from app.kernel.web.access import public
from app.kernel.web.i18n import N_

CHANNEL = "ngayso_live"
HEARTBEAT = 2.0
"""Seconds between two heartbeats: a screen without one for 5 s says that it lost touch."""
GAP = 0.25
"""Seconds between two changes on one stream: a busy gate is shown four times a second, not a hundred."""
MOST_STREAMS = 2000
MOST_TOPICS = 40

log = structlog.get_logger("ngayso.live")

May = Callable[[str], Awaitable[bool]]
_may: dict[str, May] = {}


def topic(kind: str) -> Callable[[May], May]:
    """Register who may follow topics of this kind; the function gets what follows the colon and asks `access` who reads.

    @topic("arrivals")
    async def may_follow_arrivals(edition: str) -> bool: ...
    """

    def register(function: May) -> May:
        _may[kind] = function
        return function

    return register


async def is_allowed(name: str) -> bool:
    """Whether the reader of this request may follow this topic; unknown kinds are followed by nobody."""
    kind, _colon, rest = name.partition(":")
    may = _may.get(kind)
    return may is not None and await may(rest)


class Hub:
    """The versions of all topics, and who waits for them, in this process."""

    def __init__(self) -> None:
        # Versions of another process, or of this one before a restart, must never look like ours.
        self.boot = token(6)
        self.versions: dict[str, int] = {}
        self.streams: set[Follower] = set()
        self.closed = False

    def version(self, name: str) -> str:
        """The present version of a topic."""
        return f"{self.boot}.{self.versions.get(name, 0)}"

    def touch(self, names: Sequence[str]) -> None:
        """These topics changed."""
        # Bounded: a topic that nobody follows needs no number, whoever comes later gets a fresh snapshot.
        for follower in self.streams:
            follower.tell(names)
        followed = {name for follower in self.streams for name in follower.topics}
        for name in names:
            if name in followed or name in self.versions or len(self.versions) < 10_000:
                self.versions[name] = self.versions.get(name, 0) + 1

    def touch_all(self) -> None:
        """We may have missed something: everything changed."""
        self.boot = token(6)
        for follower in self.streams:
            follower.tell(tuple(follower.topics))

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        for follower in self.streams:
            follower.woken.set()


class Follower:
    """One open stream."""

    def __init__(self, topics: Sequence[str]) -> None:
        self.topics = frozenset(topics)
        self.changed: dict[str, None] = {}
        self.woken = asyncio.Event()

    def tell(self, names: Sequence[str]) -> None:
        """Wake up when one of ours is among `names`."""
        mine = self.topics.intersection(names)
        if mine:
            self.changed.update(dict.fromkeys(mine))
            self.woken.set()


hub = Hub()


def version(name: str) -> str:
    """The present version of a topic, for `data-version` in a page: the screen then knows whether it is up to date."""
    return hub.version(name)


def touch(*names: str) -> None:
    """Say after a commit that these topics changed. Inside a unit of work use `work.touch`; this is for writes of another kind."""
    hub.touch(names)
    if _notifier is not None:
        _notifier.add(names)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


async def stream(topics: Sequence[str], refused: Sequence[str] = ()) -> AsyncIterator[bytes]:
    """The events of these topics as server-sent events, until the reader or the server goes."""
    follower = Follower(topics)
    hub.streams.add(follower)
    metrics.screens.inc()
    try:
        versions = {name: hub.version(name) for name in topics}
        yield b"retry: 2000\n\n" + _event("snapshot", {"versions": versions, "refused": list(refused), "at": now().isoformat()})
        while not hub.closed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(follower.woken.wait(), HEARTBEAT)
            if hub.closed:
                break
            if not follower.changed:
                yield _event("beat", {"at": now().isoformat()})
                continue
            changed, follower.changed = follower.changed, {}
            follower.woken.clear()
            yield b"".join(_event("change", {"topic": name, "version": hub.version(name)}) for name in changed)
            await asyncio.sleep(GAP)
        yield _event("bye", {})
    finally:
        hub.streams.discard(follower)
        metrics.screens.dec()


@get("/live", guards=[public], include_in_schema=False)
async def follow(topics: Annotated[str, QueryParameter(max_length=4000)] = "") -> Stream:
    """Follow topics (by commas). Those that the reader may not follow are named in the snapshot and left out.

    Raises:
        NotFound: none was asked for. Forbidden: none is left. Unavailable: too many streams are open.
    """
    asked = list(dict.fromkeys(name for name in topics.split(",") if name))[:MOST_TOPICS]
    if not asked:
        raise NotFound(N_("Không tìm thấy trang này."))
    allowed = [name for name in asked if await is_allowed(name)]
    if not allowed:
        raise Forbidden(N_("Bạn không có quyền làm việc này."))
    if len(hub.streams) >= MOST_STREAMS or hub.closed:
        raise Unavailable(N_("Máy chủ đang bận; xin thử lại sau giây lát."))
    refused = [name for name in asked if name not in allowed]
    return Stream(
        stream(allowed, refused), media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
    )


HANDLERS = [follow]


# --- several processes on PostgreSQL -----------------------------------------------------------------------------------


class _Listener:
    """Our own connection for LISTEN: reconnects for ever, and calls everything changed when it was away."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connected = False
        self.listening = asyncio.Event()
        self.task = asyncio.create_task(self._run(), name="live listener")

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        origin, bar, name = payload.partition("|")
        if not bar:
            hub.touch([payload])
        elif origin != _PROCESS:
            hub.touch(name.split(","))

    async def _run(self) -> None:
        pause, before = 0.2, False
        while True:
            connection: Any = None
            try:
                connection = await asyncpg.connect(self.dsn, timeout=5)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _connection, gone=gone: gone.set())
                await connection.add_listener(CHANNEL, self._heard)
                self.connected, pause = True, 0.2
                self.listening.set()
                if before:
                    hub.touch_all()
                before = True
                while not gone.is_set():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(gone.wait(), 5)
                    if not gone.is_set():
                        # A connection that was cut without a word shows only when it is used.
                        await connection.fetchval("SELECT 1", timeout=5)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("live.listener_lost", error=type(error).__qualname__)
            finally:
                self.connected = False
                if connection is not None and not connection.is_closed():
                    connection.terminate()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def stop(self) -> None:
        """Stop listening."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


class _Notifier:
    """Tells the other processes what was touched outside a unit of work, a few times a second at most."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._woken = asyncio.Event()
        self.task = asyncio.create_task(self._run(), name="live notifier")

    def add(self, names: Sequence[str]) -> None:
        """Tell these soon."""
        self._names.update(dict.fromkeys(names))
        self._woken.set()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            names, self._names = list(self._names), {}
            try:
                for start in range(0, len(names), 50):  # a payload holds 8,000 bytes
                    await database.rows("SELECT pg_notify({}, {})", CHANNEL, f"{_PROCESS}|{','.join(names[start : start + 50])}")
            except Exception as error:
                # The heartbeat goes on; the other processes' screens catch up with the next touch.
                log.warning("live.notify_failed", error=type(error).__qualname__)
            await asyncio.sleep(GAP)

    async def stop(self) -> None:
        """Stop telling."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


_PROCESS = token(6)
_listener: _Listener | None = None
_notifier: _Notifier | None = None


def _committed(names: list[str]) -> None:
    # On PostgreSQL the commit itself sent a NOTIFY that we hear as well; only while deaf we tell ourselves.
    if _listener is None or not _listener.connected:
        hub.touch(names)


async def start() -> None:
    """Open for followers; on PostgreSQL also listen to the other processes. The database must be open."""
    global hub, _listener, _notifier
    hub = Hub()
    if _committed not in database.touch_listeners:
        database.touch_listeners.append(_committed)
    engine = database.engine()
    if isinstance(engine, PooledPostgres):
        _listener, _notifier = _Listener(engine.dsn), _Notifier()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_listener.listening.wait(), 2)


def say_goodbye() -> None:
    """End all streams, so that the server can stop."""
    hub.close()


async def stop() -> None:
    """Stop telling and listening."""
    global _listener, _notifier
    hub.close()
    if _notifier is not None:
        await _notifier.stop()
    if _listener is not None:
        await _listener.stop()
    _listener = _notifier = None
