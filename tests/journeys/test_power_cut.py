"""The power goes in the middle of the rush: what was acknowledged is there afterwards, once, and the mail leaves."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.kernel.database import close_database, open_database, rows
from tests.ground.crowd import NOW, TOKEN, make_gate, publish_week, scans, settings_for, take_registrations, wishes
from tests.ground.databases import Engine
from tests.ground.server import Server

pytestmark = pytest.mark.slow

CONNECTIONS = 16
BEFORE_THE_CUT = 200
"""Answers that have come back before the kill."""


@pytest.fixture(scope="module")
def week(engine: Engine, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A published programme, without registrations."""
    folder = tmp_path_factory.mktemp("week")
    url = engine.copy(template, folder)
    publish_week(url, folder, sessions=12)
    return url


class Load:
    """Clients that send one body after the other until the server is gone, and remember what was acknowledged."""

    def __init__(self, server: Server, path: str, bodies: list[str], **headers: str) -> None:
        self.server = server
        self.path = path
        self.headers = {"content-type": "application/json", **headers}
        self.waiting = list(reversed(bodies))
        self.acknowledged: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.unanswered: list[str] = []
        self.addresses = (f"10.{n // 65_025 % 250}.{n // 255 % 250}.{n % 255}" for n in itertools.count(1))

    async def run(self) -> None:
        """All clients, until the server does not answer any more or nothing is left."""
        await asyncio.gather(*(self._client() for _ in range(CONNECTIONS)))

    async def _client(self) -> None:
        async with httpx.AsyncClient(base_url=self.server.url, headers=self.headers, timeout=10) as client:
            while self.waiting:
                body = self.waiting.pop()
                try:
                    # Each from an address of its own, as the proxy says: a crowd is not one phone.
                    answer = await client.post(self.path, content=body, headers={"x-forwarded-for": next(self.addresses)})
                except httpx.HTTPError:
                    self.unanswered.append(body)
                    return
                assert answer.status_code in (200, 201), f"{answer.status_code} {answer.text}"
                self.acknowledged.append((json.loads(body), answer.json()))


async def cut_power(server: Server, load: Load) -> None:
    """Let the load run, kill the server under it, and wait until every client has noticed."""
    running = asyncio.create_task(load.run())
    while len(load.acknowledged) < BEFORE_THE_CUT and not running.done():
        await asyncio.sleep(0.02)
    server.kill()
    await running
    assert load.waiting, "the load was over before the cut"


@asynccontextmanager
async def looking_into(server: Server) -> AsyncIterator[None]:
    """Open the server's database in this process, while the server is down."""
    await open_database(settings_for(server.database_url, server.data_dir))
    try:
        yield
    finally:
        await close_database()


async def test_power_goes_while_people_come_in(server, week):
    """Every green light that a steward saw is in the log; what had no answer is sent again, as phones do, and counts once."""
    one: Server = server(source=week, clock=NOW, start=False)
    gate = await asyncio.to_thread(make_gate, one.database_url, one.data_dir, 30_000)
    one.start()
    load = Load(one, "/api/v1/scans", scans(gate.codes), authorization=f"Bearer {TOKEN}")
    await cut_power(one, load)

    async with looking_into(one):
        stored = {row["nonce"]: row for row in await rows("SELECT nonce, result, ticket FROM scan")}
    lost = [asked["nonce"] for asked, said in load.acknowledged if stored.get(asked["nonce"], {}).get("result") != said["result"]]
    assert lost == []
    admitted = Counter(row["ticket"] for row in stored.values() if row["result"] == "admitted")
    assert max(admitted.values()) == 1
    # At most one scan per client was under way: nothing was stored that nobody had sent.
    assert len(stored) - len(load.acknowledged) in range(CONNECTIONS + 1)

    one.start()
    again = Load(one, "/api/v1/scans", [*load.unanswered, *(json.dumps(asked) for asked, _ in load.acknowledged[-50:])])
    again.headers |= {"authorization": f"Bearer {TOKEN}"}
    await again.run()
    said_before = {asked["nonce"]: said["result"] for asked, said in load.acknowledged}
    for asked, said in again.acknowledged:
        if asked["nonce"] in said_before:
            assert said["result"] == said_before[asked["nonce"]]
    one.stop()
    async with looking_into(one):
        double = await rows("SELECT ticket FROM scan WHERE result = 'admitted' GROUP BY ticket HAVING count(*) > 1")
        known = {row["nonce"] for row in await rows("SELECT nonce FROM scan")}
    assert double == []
    assert {json.loads(body)["nonce"] for body in load.unanswered} <= known


async def test_power_goes_while_people_register(server, week, smtp):
    """Every ticket that a person saw is there once, the count of places is right, and every mail leaves after the cut."""
    smtp.delay = 0.2  # so that mail is waiting when the power goes
    one: Server = server(source=week, clock=NOW, start=False, smtp_url=smtp.url)
    slug = await asyncio.to_thread(take_registrations, one.database_url, one.data_dir, capacity=100_000)
    one.start()
    load = Load(one, "/api/v1/registrations", wishes(20_000, slug))
    await cut_power(one, load)

    async with looking_into(one):
        made = await rows("SELECT id, email FROM registration")
        tickets = await rows("SELECT registration FROM ticket")
        places = await rows("SELECT taken FROM places")
        mails = await rows("SELECT recipient, state FROM mail")
    stored = Counter(row["email"] for row in made)
    assert [asked["email"] for asked, _ in load.acknowledged if stored[asked["email"]] != 1] == []
    assert Counter(UUID(str(row["registration"])) for row in tickets) == Counter(UUID(str(row["id"])) for row in made)
    assert [row["taken"] for row in places] == [len(made)]
    assert {row["recipient"] for row in mails} == set(stored)
    assert [row for row in mails if row["state"] != "sent"], "no mail was waiting: the test asks nothing"

    smtp.delay = 0
    one.clock = NOW + timedelta(minutes=11)  # what was being sent when the power went is taken for abandoned after ten
    one.start()
    again = Load(one, "/api/v1/registrations", load.unanswered)
    await again.run()
    everybody = set(stored) | {json.loads(body)["email"] for body in load.unanswered}
    deadline = asyncio.get_running_loop().time() + 60
    while {address for to in smtp.recipients for address in to} != everybody:
        assert asyncio.get_running_loop().time() < deadline, f"{len(everybody)} people, {len(smtp.messages)} mails"
        await asyncio.sleep(0.1)
    one.stop()
    async with looking_into(one):
        assert {row["state"] for row in await rows("SELECT state FROM mail")} == {"sent"}
        assert await rows("SELECT email FROM registration GROUP BY email HAVING count(*) > 1") == []
