"""The demo's doors: the plenary's two gates without hours, so that a newcomer at any hour sees green first."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.address import absolute
from app.kernel.database import row
from app.kernel.text import Text
from app.registrations.gates.checkpoints import open_checkpoint
from app.registrations.gates.devices import add_device, renew_enrolment

_BY = Actor.system("demo")
_NAME = Text("Phiên toàn thể", "Plenary")
_PHONE = "Máy dùng thử"
# The link is printed when the demo starts; a newcomer may read the README first.
_GOOD_FOR = timedelta(days=7)


async def ensure_demo_gates(edition: str) -> str:
    """Make sure that this edition's plenary has its checkpoint with Cổng Bắc and Cổng Nam; returns a link that enrols a phone.

    Empty when the programme has no plenary. Each call makes a new link for the same device; the last one works.
    """
    plenary = await row(
        "SELECT a.id, a.edition FROM activity a JOIN edition e ON e.id = a.edition "
        "WHERE e.slug = {} AND a.title_vi LIKE 'Phiên toàn thể%' ORDER BY a.number LIMIT 1",
        edition,
    )
    if plenary is None:
        return ""
    gate = await _north(plenary["id"])
    if gate is None:
        gates = [Text("Cổng Bắc", "North gate"), Text("Cổng Nam", "South gate")]
        await open_checkpoint(plenary["edition"], by=_BY, name=_NAME, gates=gates, activity=plenary["id"])
        gate = await _north(plenary["id"])
        assert gate is not None
    phone = await row("SELECT id FROM device WHERE gate = {} AND name = {} AND revoked_at IS NULL", gate, _PHONE)
    if phone is None:
        enrolment = await add_device(gate, by=_BY, name=_PHONE, good_for=_GOOD_FOR)
    else:
        enrolment = await renew_enrolment(phone["id"], by=_BY, good_for=_GOOD_FOR)
    return enrolment.link(absolute(""))


async def _north(activity: UUID) -> UUID | None:
    found = await row(
        "SELECT g.id FROM gate g JOIN checkpoint c ON c.id = g.checkpoint WHERE c.activity = {} ORDER BY c.position, g.position LIMIT 1",
        activity,
    )
    return UUID(str(found["id"])) if found else None
