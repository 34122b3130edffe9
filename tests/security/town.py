"""A small town in which every kind of thing exists in this edition and in another: what the matrix and the crawl walk through."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.accounts import queries
from app.events.programme.model import UnitRef
from app.events.programme.queries import EditionView
from app.kernel.database import rows, unit_of_work
from app.kernel.mail import Mail, Part
from app.kernel.outbox import queue_mail
from app.kernel.text import Text
from app.registrations.gates.checkpoints import open_checkpoint
from app.registrations.gates.devices import add_device
from app.registrations.tickets.queries import offer
from app.registrations.tickets.registration import Wish, register
from tests.accounts.staff import OFFICE, hire
from tests.events.factories import a_session, an_activity, publish, reread, small_edition


@dataclass
class Quarter:
    """One edition with everything below it. `scopes`: what a role of each scope kind is about here; `path`: path parameters."""

    edition: EditionView
    scopes: dict[str, str]
    path: dict[str, str] = field(default_factory=dict)


@dataclass
class Town:
    """The paths ask for what is `here`; foreign roles are about what is `elsewhere`."""

    here: Quarter
    elsewhere: Quarter


async def build() -> Town:
    """Two editions; in each an activity of another unit, a registration, a checkpoint with a gate and a device; a mail, a victim."""
    here, elsewhere = await _quarter("2026", "SKHCN"), await _quarter("2027", "HTH")
    victim = await hire("victim", "press@edition:2026")
    (role,) = await rows("SELECT id FROM role WHERE account = {}", victim)
    async with unit_of_work(OFFICE, unaudited="a test's ground") as _:
        ticket = Part("ve.txt", "text/plain", b"ve")
        mail = await queue_mail(
            Mail(kind="ticket", to="khach@example.vn", subject="Vé của bạn", text="Nội dung", html="<p>Nội dung</p>", parts=(ticket,))
        )
    shared = {"account": str(victim), "role": str(role["id"]), "mail": str(mail), "name": "css/app.css"}
    for quarter in (here, elsewhere):
        quarter.path |= shared
    return Town(here, elsewhere)


async def _quarter(slug: str, host: str) -> Quarter:
    edition = await small_edition(slug)
    unit = (await queries.units_by_code([host]))[host]
    talk = await an_activity(edition, f"Dữ liệu mở {slug}", a_session(5), host=UnitRef(host, unit.name), registration="open", capacity=10)
    await publish(edition)
    offered = await offer(slug, talk.slug)
    assert offered is not None
    outcome = await register(offered, Wish("Nguyễn Thị Ánh", email=f"anh-{slug}@example.vn"), {"attend": True}, by=OFFICE)
    assert outcome.holding is not None
    checkpoint = await open_checkpoint(edition.id, by=OFFICE, name=Text("Cổng chính"), gates=[Text("Cổng Bắc")], activity=talk.id)
    (gate,) = await rows("SELECT id FROM gate WHERE checkpoint = {}", checkpoint)
    device = await add_device(gate["id"], by=OFFICE, name="Máy 1")
    venue, *_ = await rows("SELECT id, code FROM venue WHERE edition = {} ORDER BY code", edition.id)
    term, *_ = await rows("SELECT taxonomy FROM term WHERE edition = {} ORDER BY taxonomy LIMIT 1", edition.id)
    scopes = {
        "global": "", "edition": str(edition.id), "unit": str(unit.id), "venue": str(venue["id"]), "checkpoint": str(checkpoint),
        "gate": str(gate["id"]),
    }  # fmt: skip
    path = {
        "edition": slug, "slug": talk.slug, "number": str(talk.number), "unit": str(unit.id), "code": str(venue["code"]),
        "taxonomy": str(term["taxonomy"]), "checkpoint": str(checkpoint), "gate": str(gate["id"]), "device": str(device.device),
        "token": outcome.holding.token,
    }  # fmt: skip
    return Quarter(await reread(edition), scopes, path)
