"""Who registered hears of it by mail when their activity is moved, postponed or cancelled.

The publication only leaves a note, in its own transaction: a hall of a thousand mails must not hold the one writer while
people stand at the gates. A worker turns notes into mails, a few at a time; its place in the list moves with the mails.
"""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

import structlog

from app.events.programme.compare import ChangeKind
from app.events.programme.publishing import ProgrammePublished
from app.kernel.actor import Actor
from app.kernel.announce import subscribe
from app.kernel.clock import now
from app.kernel.database import Row, UnitOfWork, rows, run, unit_of_work
from app.kernel.ids import uuid7
from app.registrations.tickets import mails
from app.registrations.tickets.queries import holders

TOLD: tuple[ChangeKind, ...] = ("moved", "postponed", "cancelled", "gone", "returned")
BATCH = 25
POLL = 30.0
"""Seconds between two looks for notes that another process left; one of this process wakes the worker at once."""

_NOTE = """
INSERT INTO holder_notice (id, activity, version, reached, created_at, done_at)
SELECT {}, {}, {}, '', {}, NULL WHERE EXISTS (SELECT 1 FROM registration WHERE activity = {} AND state IN ('pending', 'confirmed'))
ON CONFLICT DO NOTHING RETURNING id
"""
_WAITING = "SELECT id, activity, version, reached FROM holder_notice WHERE done_at IS NULL ORDER BY id"
_MOVE = "UPDATE holder_notice SET reached = {}, done_at = {} WHERE id = {} AND reached = {} AND done_at IS NULL RETURNING id"
_BY = Actor.system("holder notices")

log = structlog.get_logger("ngayso.notices")

_woken = asyncio.Event()
_worker: asyncio.Task[None] | None = None


@subscribe(ProgrammePublished)
async def note_changes(event: ProgrammePublished, work: UnitOfWork) -> None:
    """Leave a note for each activity that people hold registrations for and that is not where they expect it."""
    for change in event.changes:
        if change.has(*TOLD):
            await run(_NOTE, uuid7(), change.activity, event.number, event.at, change.activity)
    work.after_commit(_woken.set)


async def tell_holders() -> int:
    """Work off all notes; returns how many mails went into the outbox."""
    told = 0
    for note in await rows(_WAITING):
        reached: str | None = str(note["reached"])
        while reached is not None:
            reached, count = await _tell_some(note, reached)
            told += count
    return told


async def _tell_some(note: Row, reached: str) -> tuple[str | None, int]:
    """Queue the next few mails of one note: how far it got (none: done, or another process is at it) and how many."""
    people = await holders(note["activity"], after=UUID(reached) if reached else UUID(int=0), most=BATCH)
    letters = [mails.programme_changed(held) for held in people]
    new = str(people[-1].id) if people else reached
    done = len(people) < BATCH
    async with unit_of_work(_BY, unaudited="another process may have told them already") as work:
        if not await run(_MOVE, new, now() if done else None, note["id"], reached):
            return None, 0
        for letter in letters:
            await mails.queue(letter)
        if people:
            work.record("holders.told", f"activity:{note['activity']}", after={"version": note["version"], "people": len(people)})
    return None if done else new, len(people)


async def start() -> None:
    """Start the worker of this process."""
    global _worker, _woken
    _woken = asyncio.Event()
    _woken.set()
    _worker = asyncio.create_task(_run(), name="holder notices")


async def stop() -> None:
    """Stop it; what is not told yet is told by the next start."""
    global _worker
    worker, _worker = _worker, None
    if worker is not None:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker


async def _run() -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_woken.wait(), POLL)
        _woken.clear()
        try:
            await tell_holders()
        except Exception as error:
            # The note stays; the next round tries again.
            log.warning("notices.failed", error=type(error).__qualname__)
