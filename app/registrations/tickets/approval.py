"""Organisers decide on registrations that wait: approve while places last, or decline. Each tells the person by mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.database import run, unit_of_work
from app.registrations.tickets import mails
from app.registrations.tickets.capacity import take_place
from app.registrations.tickets.holding import Holding
from app.registrations.tickets.offer import Full
from app.registrations.tickets.queries import holding
from app.registrations.tickets.registration import insert_ticket, new_ticket
from app.registrations.tickets.self_service import cancel
from app.registrations.tickets.tables import RegistrationState

Action = Literal["approve", "decline", "cancel"]


class Decided(msgspec.Struct):
    """What became of a pile: how many it was done to, how many had no place left, how many were no longer as they looked."""

    done: int = 0
    full: int = 0
    skipped: int = 0


_DECIDE = """
UPDATE registration SET state = {}, decided_at = {}, revision = revision + 1
WHERE id = {} AND state = 'pending' RETURNING id
"""


async def approve(held: Holding, *, by: Actor) -> bool:
    """Confirm a waiting registration and issue its ticket; false when it is not waiting any more.

    Raises:
        Full: no place is left; it goes on waiting.
    """
    ticket = new_ticket(held.name, held.kind)
    mail = await mails.answer(msgspec.structs.replace(held, state=RegistrationState.confirmed, tickets=(ticket,)))
    async with unit_of_work(by, unaudited="what is decided already leaves no second entry") as work:
        if not await run(_DECIDE, RegistrationState.confirmed, work.at, held.id):
            return False
        await insert_ticket(held.id, held.activity_id, ticket, work.at)
        await mails.queue(mail)
        work.record("registration.approved", f"registration:{held.id}", before={"state": "pending"}, after={"state": "confirmed"})
        if not await take_place(held.activity_id):
            raise Full
    return True


async def decline(held: Holding, *, by: Actor) -> bool:
    """Turn a waiting registration down; false when it is not waiting any more."""
    mail = mails.declined(held)
    async with unit_of_work(by, unaudited="what is decided already leaves no second entry") as work:
        if not await run(_DECIDE, RegistrationState.declined, work.at, held.id):
            return False
        await mails.queue(mail)
        work.record("registration.declined", f"registration:{held.id}", before={"state": "pending"}, after={"state": "declined"})
    return True


async def decide(action: Action, registrations: Sequence[UUID], activity: UUID, *, by: Actor) -> Decided:
    """Do one thing to a pile of registrations of one activity, one by one: a full hall stops nobody's decline."""
    do = {"approve": approve, "decline": decline, "cancel": cancel}[action]
    decided = Decided()
    for registration in registrations:
        held = await holding(registration)
        if held is None or held.activity_id != activity:
            decided.skipped += 1
            continue
        try:
            done = await do(held, by=by)
        except Full:
            decided.full += 1
        else:
            decided.done += done
            decided.skipped += not done
    return decided
