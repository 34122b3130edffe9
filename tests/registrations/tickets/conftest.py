"""A published week with activities to register for, and people who do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.events.programme.model import Activity
from app.events.programme.queries import EditionView
from app.kernel.actor import Actor
from app.kernel.database import row, rows
from app.kernel.text import Text
from app.kernel.web import limits
from app.registrations.tickets.holding import Holding
from app.registrations.tickets.offer import Offer
from app.registrations.tickets.queries import holding, offer
from app.registrations.tickets.registration import Outcome, Wish, register
from tests.events.factories import AI_LAB, a_session, an_activity, edit, publish, reread, small_edition

VISITOR = Actor.anonymous()
AGREED = {"attend": True}


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> Iterator[None]:
    limits.forget_all()
    yield
    limits.forget_all()


@dataclass
class Week:
    """One published edition. `talk` is open with few places, `course` wants approval, `fair` is walk-in."""

    edition: EditionView
    talk: Activity
    course: Activity
    fair: Activity

    async def offer(self, activity: Activity | None = None) -> Offer:
        found = await offer(self.edition.slug, (activity or self.talk).slug)
        assert found is not None
        return found

    async def register(self, name: str = "Nguyễn Thị Ánh", activity: Activity | None = None, **wish: Any) -> Outcome:
        wish = wish or {"email": "anh@example.vn", "phone": "+84912345678"}
        return await register(await self.offer(activity), Wish(name, **wish), AGREED, by=VISITOR)

    async def held(self, name: str = "Nguyễn Thị Ánh", activity: Activity | None = None, **wish: Any) -> Holding:
        outcome = await self.register(name, activity, **wish)
        assert outcome.holding is not None
        return outcome.holding

    async def taken(self, activity: Activity | None = None) -> int:
        found = await row("SELECT taken FROM places WHERE activity = {}", (activity or self.talk).id)
        return found["taken"] if found else 0


async def again(held: Holding) -> Holding:
    """The same registration as it stands now."""
    found = await holding(held.id)
    assert found is not None
    return found


async def mails() -> list[dict[str, Any]]:
    return await rows("SELECT kind, recipient, subject, text, html, language FROM mail ORDER BY id")


async def audit(action: str) -> list[dict[str, Any]]:
    return await rows("SELECT id, subject, changes, personal, actor_kind FROM audit_entry WHERE action = {} ORDER BY id", action)


async def make_week() -> Week:
    edition = await small_edition()
    talk = await an_activity(edition, "Dữ liệu mở cho mọi người", a_session(5, "14:00", "16:30"), registration="open", capacity=10)
    talk = (await edit(edition, talk.id, title=Text("Dữ liệu mở cho mọi người", "Open data for everybody"))).activity
    morning = a_session(6, "08:00", "11:00", AI_LAB)
    course = await an_activity(edition, "Lớp học AI cho cán bộ xã", morning, registration="approval", capacity=2)
    fair = await an_activity(edition, "Triển lãm", a_session(5, "09:00", "17:00", None), registration="walk_in", capacity=3000)
    await publish(edition)
    edition = await reread(edition)
    return Week(edition, talk, course, fair)


@pytest.fixture
async def week(database: Any) -> Week:
    return await make_week()
