"""What a scan asks of the database: a ceiling that holds on the Day, however many are in the hall."""

from __future__ import annotations

from typing import Any

import pytest

from app.kernel.database import engine
from app.kernel.ids import uuid7
from app.registrations.gates import admission, lists, pulse
from app.registrations.gates.admission import Asked
from app.registrations.gates.ledger import enter_on_postgresql
from tests.accounts.conftest import fresh_limits, quick_passwords
from tests.accounts.staff import hire, sign_in
from tests.registrations.gates.conftest import Hall

__all__ = ["fresh_limits", "quick_passwords"]


@pytest.mark.sqlite_only
async def test_a_scan_is_two_statements_and_a_resend_three(hall: Hall, monkeypatch) -> None:
    monkeypatch.setattr(pulse, "felt", lambda _readings: None)  # "last seen" is written now and then, beside the scans
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code, nonce = await hall.ticket(plenary), str(uuid7())
    await north.scan(await hall.ticket(plenary, "Trước"))
    asked: list[str] = []
    connection = engine().writer._connection
    connection.set_trace_callback(lambda sql: asked.append(sql.split()[0]))
    try:
        await north.scan(code, nonce=nonce)
        assert asked == ["BEGIN", "SELECT", "INSERT", "COMMIT"]
        asked.clear()
        await north.scan(code, nonce=nonce)
        assert asked == ["BEGIN", "SELECT", "INSERT", "SELECT", "COMMIT"]
        asked.clear()
        await south.scan(code)
        assert asked == ["BEGIN", "SELECT", "INSERT", "COMMIT"]
    finally:
        connection.set_trace_callback(None)


@pytest.mark.postgresql_only
async def test_a_batch_is_two_statements_however_many_scans_it_holds(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    tickets = [await hall.ticket(plenary, f"Khách {n}") for n in range(20)]
    readings = [admission.read((north, south)[n % 2].post, Asked(str(uuid7()), code)) for n, code in enumerate(tickets)]

    class Counting:
        asked = 0

        def __init__(self, connection: Any) -> None:
            self.connection = connection

        async def fetch(self, *args: Any) -> Any:
            Counting.asked += 1
            return await self.connection.fetch(*args)

    async with engine().raw_connection() as connection:
        entries = await enter_on_postgresql(Counting(connection), readings)
        assert {entry.result.value for entry in entries} == {"admitted"}
        assert Counting.asked == 2
        Counting.asked = 0
        await enter_on_postgresql(Counting(connection), readings)
        assert Counting.asked == 3


async def test_the_gates_page_asks_the_same_for_one_checkpoint_and_for_many(house, hall_maker, monkeypatch) -> None:
    from app.kernel import database

    hall: Hall = await hall_maker()
    monkeypatch.setattr(lists, "_TALLY_KEPT_SECONDS", -1)
    await hire("organiser", "organiser@edition:2026")
    await sign_in(house.client, "organiser")
    asked: list[str] = []
    fetch = database._fetch

    async def counted(sql: str, args: tuple[Any, ...]) -> Any:
        if "seal" not in sql and "FROM mail" not in sql and "UPDATE device" not in sql:
            asked.append(sql)
        return await fetch(sql, args)

    monkeypatch.setattr(database, "_fetch", counted)

    async def cost(address: str) -> int:
        asked.clear()
        assert (await house.client.get(address)).status_code == 200
        return len(asked)

    await hall.gates(await hall.activity("Một"), "Cổng Bắc")
    few = [await cost("/manage/2026/gates"), await cost("/manage/2026/arrivals")]
    for n in range(6):
        await hall.gates(await hall.activity(f"Hội thảo {n}"), "Cổng Bắc", "Cổng Nam")
    assert [await cost("/manage/2026/gates"), await cost("/manage/2026/arrivals")] == few
    assert max(few) <= 16
