"""Registrations of one activity as CSV: masked unless an organiser asks for contacts, and in the audit either way."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.clock import VIETNAM
from app.kernel.database import unit_of_work
from app.registrations.tickets.contact import masked_email, masked_phone
from app.registrations.tickets.queries import Listed, everybody

HEADINGS = ("name", "organisation", "email", "phone", "kind", "state", "registered_at", "cancelled_at", "ticket", "language")
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export_registrations(activity: UUID, *, unmasked: bool, by: Actor) -> bytes:
    """The list as UTF-8 with a byte-order mark, so that office programs read Vietnamese. Names stay whole: a list for the
    door needs them; addresses, numbers and ticket codes only when `unmasked`."""
    async with unit_of_work(by) as work:
        people = await everybody(activity)
        work.record("registrations.exported", f"activity:{activity}", after={"people": len(people), "unmasked": unmasked, "format": "csv"})
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows([_cell(value) for value in _line(person, unmasked=unmasked)] for person in people)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _line(person: Listed, *, unmasked: bool) -> tuple[str, ...]:
    def local(at: object) -> str:
        return at.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M") if hasattr(at, "astimezone") else ""

    return (
        person.name,
        person.organisation,
        person.email if unmasked else masked_email(person.email),
        person.shown_phone if unmasked else masked_phone(person.phone),
        person.kind,
        person.state,
        local(person.created_at),
        local(person.cancelled_at),
        person.code if unmasked else person.code[:5],
        person.language,
    )


def _cell(value: str) -> str:
    return "'" + value if value.startswith(_FORMULA) else value
