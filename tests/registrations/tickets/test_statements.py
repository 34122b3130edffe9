"""How many statements a page asks: a ceiling, so that nobody adds one per row."""

from __future__ import annotations

from typing import Any

import pytest

from app.kernel import database
from app.registrations.tickets.approval import approve
from app.registrations.tickets.queries import listing, summaries
from tests.events.factories import ORGANISER
from tests.registrations.tickets.conftest import Week, make_week


@pytest.fixture
async def week(house: Any) -> Week:
    return await make_week()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement from now on, that of background workers left out."""
    statements: list[str] = []
    fetch = database._fetch

    async def counted(sql: str, args: tuple[Any, ...]) -> Any:
        if "holder_notice" not in sql and "seal" not in sql and "FROM mail" not in sql:
            statements.append(sql)
        return await fetch(sql, args)

    monkeypatch.setattr(database, "_fetch", counted)
    return statements


async def test_registering_and_the_ticket_s_page(house, week, asked):
    form = {"name": "Nguyễn Thị Ánh", "email": "anh@example.vn", "consent_attend": "1"}
    await house.client.post(f"/2026/activities/{week.talk.slug}/register", data=form)  # the first one also opens the count of places
    asked.clear()
    answer = await house.client.post(f"/2026/activities/{week.talk.slug}/register", data={**form, "name": "Trần Văn Bình"})
    assert answer.status_code == 303
    assert len(asked) <= 10, "\n".join(asked)
    asked.clear()
    await house.client.get(answer.headers["location"])
    assert len(asked) <= 3, "\n".join(asked)


async def test_lists_ask_the_same_for_two_people_and_for_forty(week, asked):
    async def cost() -> int:
        asked.clear()
        await listing(week.edition.id, q="nguyen")
        await summaries(week.edition.id)
        return len(asked)

    few = await cost()
    for n in range(8):
        held = await week.held(f"Nguyễn Văn {chr(65 + n)}{chr(65 + n)}", week.course, email=f"n{n}@example.vn")
        if n < 2:
            await approve(held, by=ORGANISER)
    assert await cost() == few == 3
