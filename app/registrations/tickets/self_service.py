"""What holders do by themselves on their ticket's page: correct, cancel; and finding a ticket again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.database import Conflict, rows, run, unit_of_work
from app.kernel.errors import Refused, Stale
from app.kernel.mail import Mail
from app.kernel.text import person_sort_text
from app.kernel.web.i18n import N_
from app.registrations.tickets import mails
from app.registrations.tickets.capacity import give_back_place
from app.registrations.tickets.codes import LENGTH, normalise
from app.registrations.tickets.holding import Holding
from app.registrations.tickets.queries import holding
from app.registrations.tickets.registration import folded_name, search_text
from app.registrations.tickets.tables import RegistrationState

# The key's character and 40 random bits: two groups as people read them aloud. Only together with the phone number.
SHORTEST_CODE = 9


class Correction(msgspec.Struct, frozen=True):
    """What a holder wants to be called and reached by, cleaned."""

    name: str
    email: str
    phone: str
    organisation: str
    revision: int


_CHANGE = """
UPDATE registration SET name = {}, folded_name = {}, organisation = {}, email = {}, phone = {}, search_text = {}, sort_text = {},
       revision = revision + 1
WHERE id = {} AND revision = {} AND state IN ('pending', 'confirmed') RETURNING revision
"""
_CANCEL = """
UPDATE registration SET state = 'cancelled', cancelled_at = {}, revision = revision + 1
WHERE id = {} AND state = {} RETURNING id
"""
_CANCEL_TICKETS = "UPDATE ticket SET state = 'cancelled', changed_at = {} WHERE registration = {} AND state = 'valid'"
_BY_CODE = """
SELECT t.registration, t.code FROM ticket t JOIN registration r ON r.id = t.registration
WHERE t.code >= {} AND t.code <= {} AND r.phone = {} ORDER BY t.issued_at DESC LIMIT 2
"""
_BY_EMAIL = """
SELECT r.id FROM registration r JOIN activity a ON a.id = r.activity JOIN edition e ON e.id = a.edition
WHERE r.email = {} AND e.slug = {} AND r.state IN ('pending', 'confirmed') ORDER BY r.created_at
"""


async def change(held: Holding, wanted: Correction, *, by: Actor) -> Holding:
    """Correct name and contact; the ticket keeps its code. Whoever changes the e-mail gets the ticket sent there.

    Raises:
        Stale: it was changed or cancelled since the form was opened.
        Refused: the activity has another registration with this name and contact.
    """
    after = msgspec.structs.replace(
        held,
        name=wanted.name,
        organisation=wanted.organisation,
        email=wanted.email,
        phone=wanted.phone,
        revision=wanted.revision + 1,
        tickets=tuple(msgspec.structs.replace(ticket, holder=wanted.name) for ticket in held.tickets),
    )
    changed = [field for field in ("name", "organisation", "email", "phone") if getattr(held, field) != getattr(after, field)]
    if not changed:
        return held
    mail = await mails.answer(after) if "email" in changed else None
    try:
        async with unit_of_work(by) as work:
            if not await _store(after, wanted.revision):
                raise Stale(N_("Đăng ký này đã được sửa hoặc hủy ở nơi khác; xin mở lại trang vé."))
            await run("UPDATE ticket SET holder = {}, changed_at = {} WHERE registration = {}", after.name, work.at, held.id)
            await mails.queue(mail)
            states = (("before", held), ("after", after))
            work.record(
                "registration.changed",
                f"registration:{held.id}",
                after={"fields": changed},
                personal={f"{field}_{when}": str(getattr(one, field)) for field in changed for when, one in states},
            )
    except Conflict as conflict:
        if conflict.constraint not in ("registration_live_email", "registration_live_phone"):
            raise
        raise Refused(N_("Hoạt động này đã có một đăng ký khác với họ tên và liên hệ này.")) from None
    return after


async def _store(after: Holding, revision: int) -> bool:
    return bool(
        await run(
            _CHANGE,
            after.name,
            folded_name(after.name),
            after.organisation,
            after.email,
            after.phone,
            search_text(after.name, after.organisation, after.email, after.phone),
            person_sort_text(after.name)[:400],
            after.id,
            revision,
        )
    )


async def cancel(held: Holding, *, by: Actor) -> bool:
    """Cancel a registration and give its place back, once however often it is asked for; false when it was not live.

    The organisers' cancellation is the same; the audit says who did it.
    """
    mail = mails.cancelled(held)
    async with unit_of_work(by, unaudited="what is cancelled already leaves no second entry") as work:
        was = await _cancel_row(held, work.at)
        if was is None:
            return False
        await run(_CANCEL_TICKETS, work.at, held.id)
        if was == RegistrationState.confirmed:
            await give_back_place(held.activity_id)
        await mails.queue(mail)
        work.record("registration.cancelled", f"registration:{held.id}", before={"state": was}, after={"state": "cancelled"})
    return True


async def _cancel_row(held: Holding, at: datetime) -> RegistrationState | None:
    """The state it was cancelled from: each attempt is conditional, so exactly one caller hears "confirmed"."""
    for state in (RegistrationState.confirmed, RegistrationState.pending):
        if await run(_CANCEL, at, held.id, state):
            return state
    return None


async def find_by_code(typed: str, phone: str) -> Holding | None:
    """The registration of a ticket whose code, or its first nine characters, and phone number somebody knows."""
    code = normalise(typed)
    if len(code) < SHORTEST_CODE or not phone:
        return None
    # A range instead of LIKE: both engines use the unique index for it, whatever the collation.
    found = await rows(_BY_CODE, code, code.ljust(LENGTH, "Z"), phone)
    return await holding(found[0]["registration"]) if len(found) == 1 else None


async def mail_my_tickets(email: str, edition_slug: str, *, by: Actor) -> None:
    """Send everything live that an address holds in an edition, each mail as it was sent first. Says nothing about how many."""
    letters: list[tuple[UUID, Mail]] = []
    for found in await rows(_BY_EMAIL, email, edition_slug):
        held = await holding(found["id"])
        mail = await mails.answer(held) if held else None
        if mail is not None and mails.may_send_again(found["id"]):
            letters.append((found["id"], mail))
    if not letters:
        return
    async with unit_of_work(by) as work:
        for _registration, mail in letters:
            await mails.queue(mail)
        work.record("tickets.sent_again", f"edition:{edition_slug}", after={"registrations": [str(one) for one, _mail in letters]})
