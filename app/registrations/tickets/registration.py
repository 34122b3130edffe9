"""Registering for an activity: one transaction from the wish to the ticket and its mail.

    outcome = await register(offer, wish, {"attend": True}, by=Actor.anonymous())

What must never happen twice is held by the database: one row per filled-in form (`nonce`), one live registration per
activity, contact and folded name, places ≤ capacity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import row, run, unit_of_work
from app.kernel.ids import uuid7
from app.kernel.text import fold, person_sort_text
from app.registrations.tickets import mails
from app.registrations.tickets.capacity import take_place
from app.registrations.tickets.codes import new_code
from app.registrations.tickets.consents import purposes_of, store_answers
from app.registrations.tickets.holding import Holding, TicketView
from app.registrations.tickets.offer import Full, Offer
from app.registrations.tickets.queries import holding
from app.registrations.tickets.tables import RegistrationState, TicketKind, TicketState


class Wish(msgspec.Struct, frozen=True):
    """What somebody typed, cleaned: `email` casefolded, `phone` E.164, one of them not empty."""

    name: str
    email: str = ""
    phone: str = ""
    organisation: str = ""
    nonce: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a wish.

    `made` and `same` (the same form sent again) carry the registration. `again`: somebody has registered with this
    contact and name before; nothing about them is told, the ticket goes to where it went before.
    """

    result: Literal["made", "same", "again"]
    holding: Holding | None = None


class _Known(Exception):
    """The database has this form or this contact already: undo what was begun."""


_INSERT = """
INSERT INTO registration (id, activity, name, folded_name, organisation, email, phone, language, kind, state, nonce,
                          search_text, sort_text, created_at, revision, token_version)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1, 1)
ON CONFLICT DO NOTHING RETURNING id
"""
_INSERT_TICKET = """
INSERT INTO ticket (id, registration, activity, holder, kind, code, state, issued_at, changed_at)
VALUES ({}, {}, {}, {}, {}, {}, 'valid', {}, {})
"""
_BY_NONCE = "SELECT id FROM registration WHERE nonce = {}"
_LIVE = """
SELECT id FROM registration WHERE activity = {} AND email = {} AND folded_name = {} AND email <> '' AND state IN ('pending', 'confirmed')
UNION ALL
SELECT id FROM registration WHERE activity = {} AND phone = {} AND folded_name = {} AND phone <> '' AND state IN ('pending', 'confirmed')
"""


async def register(
    offer: Offer,
    wish: Wish,
    consents: Mapping[str, bool],
    *,
    by: Actor,
    language: str = "vi",
    source: str = "form",
    kind: TicketKind = TicketKind.public,
) -> Outcome:
    """Register one person, issue the ticket and queue its mail; or only note the wish where organisers approve.

    Raises:
        Closed: the activity takes no registrations; says why.
        Full: no place is left.
    """
    at = now()
    nonce = _mark(offer, wish)
    if closed := offer.closed(at):
        raise closed
    if offer.is_full:
        if known := await _known(offer, wish, nonce, by):
            return known
        raise Full
    waits = offer.registration == "approval"
    made = _drafted(offer, wish, at, language=language, kind=kind, waits=waits)
    purposes = await purposes_of(offer.edition_id)
    mail = await mails.answer(made)
    try:
        async with unit_of_work(by) as work:
            if not await _insert(made, nonce):
                raise _Known
            for ticket in made.tickets:
                await insert_ticket(made.id, made.activity_id, ticket, at)
            await store_answers(made.id, purposes, consents, language=language, source=source, at=at)
            await mails.queue(mail)
            work.record(
                "registration.made",
                f"registration:{made.id}",
                after={"activity": str(made.activity_id), "state": made.state, "kind": made.kind},
                personal={"name": made.name, "email": made.email, "phone": made.phone},
            )
            # Last, because whoever wants a place of the same activity waits for our commit from here on.
            if not waits and not await take_place(made.activity_id):
                raise Full
    except _Known:
        # Nothing found: what stood in the way was cancelled this very moment, so it is a new wish after all.
        return await _known(offer, wish, nonce, by) or await register(
            offer, wish, consents, by=by, language=language, source=source, kind=kind
        )
    return Outcome("made", made)


def new_ticket(holder: str, kind: TicketKind) -> TicketView:
    """A fresh ticket that nobody has seen yet."""
    return TicketView(id=uuid7(), holder=holder, kind=kind, code=new_code(), state=TicketState.valid)


async def insert_ticket(registration: UUID, activity: UUID, ticket: TicketView, at: datetime) -> None:
    """Store a ticket. Inside a unit of work."""
    await run(_INSERT_TICKET, ticket.id, registration, activity, ticket.holder, ticket.kind, ticket.code, at, at)


def folded_name(name: str) -> str:
    """A name for comparing. Some letters fold into many (ﷺ into eighteen), so it is cut to its column."""
    return fold(name)[:240]


def search_text(name: str, organisation: str, email: str, phone: str) -> str:
    """What the organisers' search looks in, folded; the phone in both writings, because people type 09…"""
    national = f"0{phone[3:]}" if phone.startswith("+84") else ""
    return fold(" ".join((name, organisation, email, phone, national)))[:700]


def _mark(offer: Offer, wish: Wish) -> str:
    """The form's nonce bound to what was typed: a form filled in again for the next child is another form."""
    nonce = wish.nonce or uuid7().hex
    said = "\x1f".join((nonce, str(offer.activity.id), fold(wish.name), wish.email, wish.phone))
    return hashlib.sha256(said.encode()).hexdigest()


def _drafted(offer: Offer, wish: Wish, at: datetime, *, language: str, kind: TicketKind, waits: bool) -> Holding:
    return Holding(
        id=uuid7(),
        edition_id=offer.edition_id,
        edition=offer.edition,
        activity=offer.activity,
        name=wish.name,
        organisation=wish.organisation,
        email=wish.email,
        phone=wish.phone,
        language=language,
        kind=kind,
        state=RegistrationState.pending if waits else RegistrationState.confirmed,
        created_at=at,
        tickets=() if waits else (new_ticket(wish.name, kind),),
    )


async def _insert(made: Holding, nonce: str) -> bool:
    """False when the form or the contact is known; the database decides, whoever else is registering right now."""
    return bool(
        await run(
            _INSERT,
            made.id,
            made.activity_id,
            made.name,
            folded_name(made.name),
            made.organisation,
            made.email,
            made.phone,
            made.language,
            made.kind,
            made.state,
            nonce,
            search_text(made.name, made.organisation, made.email, made.phone),
            person_sort_text(made.name)[:400],
            made.created_at,
        )
    )


async def _known(offer: Offer, wish: Wish, nonce: str, by: Actor) -> Outcome | None:
    """The outcome for a form or a contact that is known already; none when neither is."""
    if found := await row(_BY_NONCE, nonce):
        return Outcome("same", await holding(found["id"]))
    activity, name = offer.activity.id, folded_name(wish.name)
    found = await row(_LIVE, activity, wish.email, name, activity, wish.phone, name)
    if found is None:
        return None
    before = await holding(found["id"])
    if before is not None:
        await send_again(before, by=by)
    return Outcome("again")


async def send_again(before: Holding, *, by: Actor) -> None:
    """Mail a ticket to where it went before. Nothing happens for one without an e-mail, or right after the last time."""
    mail = await mails.answer(before)
    if mail is None or not mails.may_send_again(before.id):
        return
    async with unit_of_work(by) as work:
        await mails.queue(mail)
        work.record("ticket.sent_again", f"registration:{before.id}")
