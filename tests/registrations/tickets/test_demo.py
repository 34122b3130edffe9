"""The demo's people, on the sample week itself."""

from __future__ import annotations

from datetime import timedelta

from app.events.exchange.importing import import_programme
from app.events.exchange.reading import read_programme
from app.kernel.actor import Actor
from app.kernel.database import row, rows
from app.kernel.paths import SAMPLE
from app.registrations.tickets.demo import ensure_demo_registrations
from app.registrations.tickets.queries import holding_by_token


async def test_forty_people_and_a_ticket_to_try_the_gate_with(database, clock):
    clock.at -= timedelta(days=8)
    assert await ensure_demo_registrations("2026") is None
    await import_programme(read_programme(SAMPLE / "week.yaml"), edition_slug="2026", publish=True, by=Actor.system("demo"))
    ticket = await ensure_demo_registrations("2026")
    assert ticket is not None
    held = await holding_by_token(ticket.address.rsplit("/", 1)[1])
    assert held is not None
    assert (held.name, held.ticket.code, held.ticket.state) == (ticket.holder, ticket.code, "valid")
    assert held.activity.title.vi.startswith("Phiên toàn thể")
    states = {one["state"]: one["n"] for one in await rows("SELECT state, COUNT(*) AS n FROM registration GROUP BY state")}
    assert states == {"confirmed": 33, "pending": 7, "cancelled": 1}
    assert (await row("SELECT COUNT(*) AS n FROM mail WHERE recipient NOT LIKE '%@demo.example.vn'"))["n"] == 0
    assert await ensure_demo_registrations("2026") == ticket
    assert (await row("SELECT COUNT(*) AS n FROM registration"))["n"] == 41
