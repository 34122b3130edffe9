"""What follows from scans but must not slow them: screens hear that there is something new, devices show when last seen.

At most one beat a second, after the scans are durable. A beat that fails loses nothing but
itself: arrivals are queried, never counted here.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from app.kernel import live
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import run, unit_of_work
from app.registrations.gates.posts import Post

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
# "Last seen" is for a supervisor's eye; a row need not be written more often than this.
SEEN_SECONDS = 30.0


class AtPost(Protocol):
    """Whatever came from a device at its post."""

    @property
    def post(self) -> Post:
        """Where it stands."""
        ...


_editions: set[str] = set()
_seen: dict[UUID, datetime] = {}
_written: dict[UUID, float] = {}
_beating: set[asyncio.Task[None]] = set()


def topic(edition_slug: str) -> str:
    """The live topic of an edition's arrivals."""
    return f"arrivals:{edition_slug}"


def felt(scans: Iterable[AtPost]) -> None:
    """These scans are durable: tell the screens and note the devices, soon."""
    for scan in scans:
        _editions.add(scan.post.edition_slug)
        _note(scan.post.device)
    _beat_soon()


def seen(post: Post) -> None:
    """This device asked something: it is alive."""
    _note(post.device)
    if _seen:
        _beat_soon()


def _note(device: UUID) -> None:
    if time.monotonic() - _written.get(device, -SEEN_SECONDS) >= SEEN_SECONDS:
        _seen[device] = now()


def _beat_soon() -> None:
    if not _beating:
        task = asyncio.create_task(_beats(), context=contextvars.Context())
        _beating.add(task)
        task.add_done_callback(_beating.discard)


async def _beats() -> None:
    while _editions or _seen:
        try:
            await _beat()
        except Exception:
            log.exception("gates.pulse_failed")
        await asyncio.sleep(BEAT_SECONDS)


async def _beat() -> None:
    editions, devices = set(_editions), dict(_seen)
    _editions.clear()
    _seen.clear()
    live.touch(*(topic(edition) for edition in sorted(editions)))
    if devices:
        async with unit_of_work(Actor.system("gates"), unaudited="last seen is no decision") as _:
            for device, at in sorted(devices.items()):
                await run("UPDATE device SET last_seen_at = {} WHERE id = {}", at, device)
                _written[device] = time.monotonic()


async def last_beat() -> None:
    """Stop, writing what is left."""
    for task in list(_beating):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    if _editions or _seen:
        await _beat()
