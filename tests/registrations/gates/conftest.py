"""The plenary with its two doors, a steward's phone at each, and people who come."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.kernel.actor import Actor
from app.kernel.clock import VIETNAM, now
from app.kernel.database import run, unit_of_work
from app.kernel.ids import token, uuid7
from app.kernel.text import Text, fold
from app.registrations.gates import admission, checkpoints, devices, posts
from app.registrations.gates.admission import Answer, Asked
from app.registrations.gates.decision import Per
from app.registrations.gates.posts import Post
from app.registrations.tickets import codes
from app.registrations.tickets.registration import search_text

ORGANISER = Actor("account", "1", "Trần Thị Ban")


def at(day: int, clock: str) -> datetime:
    """`at(8, "08:41")` is Thursday of the Week."""
    hour, minute = clock.split(":")
    return datetime(2026, 10, day, int(hour), int(minute), tzinfo=VIETNAM)


async def insert(table: str, **values: Any) -> UUID:
    """One row as it stands, for what these tests only need to exist."""
    values = {"id": uuid7(), **values}
    await run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(['{}'] * len(values))})", *values.values())
    return UUID(str(values["id"]))


@dataclass
class Phone:
    """A steward's phone at its gate."""

    post: Post
    token: str
    device: UUID

    async def scan(self, code: str, *, nonce: str | None = None, scanned_at: datetime | None = None) -> Answer:
        post = await posts.post_of(self.token)
        assert post is not None, "the device was revoked"
        return await admission.admit(post, Asked(nonce or str(uuid7()), code, scanned_at))


@dataclass
class Hall:
    """One edition with what the gates need of it."""

    edition: UUID
    unit: UUID
    type: UUID
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def activity(self, title: str, *sessions: tuple[datetime, datetime], title_en: str = "") -> UUID:
        number = next(self.numbers)
        async with unit_of_work(Actor.system("tests"), unaudited="scenery") as _:
            activity = await insert(
                "activity", edition=self.edition, number=number, slug=f"a{number}", title_vi=title, title_en=title_en,
                summary_vi="", summary_en="", description_vi="", description_en="",
                host=self.unit, type=self.type, mode="onsite", capacity=None, registration="open",
                status="confirmed", change_reason_vi="", change_reason_en="", changed_at=None, allow_overlap=False, unlisted=False,
                withdrawn=False, language="", links="[]", revision=1, created_at=now(), updated_at=now(), published_at=now(),
            )  # fmt: skip
            for n, (starts_at, ends_at) in enumerate(sessions, 1):
                await insert(
                    "session", uid=uuid7(), activity=activity, number=n, starts_at=starts_at, ends_at=ends_at, venue=None, room=None,
                    status="confirmed", withdrawn=False, sequence=0, published_at=now(), previous_starts_at=None, previous_ends_at=None,
                    previous_place="",
                )  # fmt: skip
        return activity

    async def ticket(
        self, activity: UUID, name: str = "Nguyễn Thị Ánh", *, kind: str = "public", phone: str = "", state: str = "valid"
    ) -> str:
        """Somebody registers; returns the code in their QR."""
        code = codes.new_code()
        async with unit_of_work(Actor.system("tests"), unaudited="scenery") as _:
            registration = await insert(
                "registration", activity=activity, name=name, folded_name=fold(name), organisation="", email="", phone=phone, language="vi",
                kind=kind, state="confirmed", nonce=token(), search_text=search_text(name, "", "", phone), sort_text=fold(name),
                created_at=now(),
                decided_at=None, cancelled_at=None, revision=1, token_version=1,
            )  # fmt: skip
            await insert(
                "ticket", registration=registration, activity=activity, holder=name, kind=kind, code=code, state=state, issued_at=now(),
                changed_at=now(),
            )  # fmt: skip
        return code

    async def set_state(self, code: str, state: str) -> None:
        async with unit_of_work(Actor.system("tests"), unaudited="scenery") as _:
            await run("UPDATE ticket SET state = {} WHERE code = {}", state, code)

    async def gates(self, activity: UUID | None, *names: str, per: Per = Per.once, **hours: datetime) -> list[Phone]:
        """A checkpoint with these gates and an enrolled phone at each."""
        checkpoint = await checkpoints.open_checkpoint(
            self.edition, by=ORGANISER, name=Text("Phiên toàn thể", "Plenary"), gates=[Text(name) for name in names],
            activity=activity, per=per, opens_at=hours.get("opens_at"), closes_at=hours.get("closes_at"),
        )  # fmt: skip
        return [await self.phone(checkpoint, name) for name in names]

    async def phone(self, checkpoint: UUID, gate_name: str) -> Phone:
        from app.kernel.database import row

        gate = await row("SELECT id FROM gate WHERE checkpoint = {} AND name_vi = {}", checkpoint, gate_name)
        assert gate
        enrolment = await devices.add_device(UUID(str(gate["id"])), by=ORGANISER, name=f"Máy {gate_name}")
        bearer = token(32)
        return Phone(await devices.enrol(enrolment.token, bearer), bearer, enrolment.device)


@pytest.fixture
def hall_maker(database: object) -> Callable[[], Any]:
    """Makes an edition; most tests take `hall`."""

    async def make(slug: str = "2026") -> Hall:
        async with unit_of_work(Actor.system("tests"), unaudited="scenery") as _:
            edition = await insert(
                "edition", slug=slug, name_vi="Tuần lễ", name_en="", theme_vi="", theme_en="", locality_vi="", locality_en="",
                zone="Asia/Ho_Chi_Minh", starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 11), main_day=None, state="open", accent="",
                published_version=1, revision=1, created_at=now(),
            )  # fmt: skip
            kind = await insert("unit_kind", code=f"department-{slug}", vi="Sở", en="", position=1)
            unit = await insert(
                "unit", code=f"SKHCN-{slug}", kind=kind, vi="Sở Khoa học và Công nghệ", en="", parent=None, valid_from=None, valid_to=None,
                successor=None, search_text="", sort_text="", revision=1,
            )  # fmt: skip
            term = await insert("term", edition=edition, taxonomy="type", code="seminar", vi="Hội thảo", en="", position=1)
        posts.forget()
        return Hall(edition, unit, term)

    return make


@pytest.fixture
async def hall(hall_maker: Callable[[], Any]) -> Hall:
    """The Week's edition."""
    made: Hall = await hall_maker()
    return made
