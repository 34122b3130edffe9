"""Screens are told what changed, know when they lost touch, and see only what they may."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
import pytest

from app.kernel import live
from app.kernel.actor import Actor
from app.kernel.database import engine, run, unit_of_work
from app.kernel.postgres import PooledPostgres

BY = Actor.system("test")


@pytest.fixture
async def hub(database):
    await live.start()
    yield live
    await live.stop()


class Screen:
    """One reader of a stream."""

    def __init__(self, *topics: str) -> None:
        self.source = live.stream(topics)
        self.waiting: list[tuple[str, dict]] = []

    async def next(self, timeout: float = 3) -> tuple[str, dict]:
        while not self.waiting:
            chunk = await asyncio.wait_for(anext(self.source), timeout)
            for event in chunk.decode().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in event.split("\n") if line)
                if "event" in fields:
                    self.waiting.append((fields["event"], msgspec.json.decode(fields["data"])))
        return self.waiting.pop(0)

    async def change(self) -> dict:
        while True:
            name, data = await self.next()
            if name == "change":
                return data


async def touch_in_work(*topics: str) -> None:
    async with unit_of_work(BY) as work:
        for topic in topics:
            work.touch(topic)
        work.record("something.changed", "x")


async def test_a_screen_begins_with_a_snapshot_and_hears_of_commits(hub):
    screen = Screen("arrivals:2026", "led:1")
    name, snapshot = await screen.next()
    assert name == "snapshot"
    assert snapshot["versions"] == {"arrivals:2026": live.version("arrivals:2026"), "led:1": live.version("led:1")}
    await touch_in_work("arrivals:2026", "other:9")
    change = await screen.change()
    assert change == {"topic": "arrivals:2026", "version": live.version("arrivals:2026")}
    assert change["version"] != snapshot["versions"]["arrivals:2026"]


async def test_what_is_undone_is_not_told(hub, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)
    screen = Screen("arrivals:2026")
    await screen.next()
    with contextlib.suppress(ZeroDivisionError):
        async with unit_of_work(BY) as work:
            work.touch("arrivals:2026")
            work.record("something.changed", "x")
            raise ZeroDivisionError
    assert (await screen.next())[0] == "beat"
    assert (await screen.next())[0] == "beat"


async def test_without_news_there_is_a_heartbeat(hub, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    screen = Screen("arrivals:2026")
    await screen.next()
    assert [(await screen.next())[0] for _ in range(3)] == ["beat"] * 3


async def test_a_busy_gate_is_told_a_few_times_a_second(hub):
    screen = Screen("arrivals:2026")
    await screen.next()
    told = 0

    async def read() -> None:
        nonlocal told
        while True:
            await screen.change()
            told += 1

    reader = asyncio.create_task(read())
    for _ in range(100):
        live.touch("arrivals:2026")
        await asyncio.sleep(0.01)
    reader.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reader
    assert 3 <= told <= 8


async def test_a_reader_who_leaves_is_forgotten(hub):
    screen = Screen("arrivals:2026")
    await screen.next()
    assert len(live.hub.streams) == 1
    await screen.source.aclose()
    assert live.hub.streams == set()


async def test_the_server_says_goodbye(hub):
    screen = Screen("arrivals:2026")
    await screen.next()
    live.say_goodbye()
    assert (await screen.next())[0] == "bye"
    with pytest.raises(StopAsyncIteration):
        await anext(screen.source)


async def test_versions_of_another_run_are_never_ours(hub):
    before = live.version("arrivals:2026")
    await live.stop()
    await live.start()
    assert live.version("arrivals:2026") != before


async def test_only_what_one_may_follow(serve, monkeypatch):
    client = await serve()

    async def only_open(rest: str) -> bool:
        return rest == "open"

    monkeypatch.setitem(live._may, "test", only_open)
    assert (await client.get("/live")).status_code == 404
    assert (await client.get("/live?topics=test:closed")).status_code == 403
    assert (await client.get("/live?topics=unknown:1,,")).status_code == 403
    monkeypatch.setattr(live, "MOST_STREAMS", 0)
    assert (await client.get("/live?topics=test:open")).status_code == 503
    monkeypatch.setattr(live, "MOST_STREAMS", 10)
    head = await client.head("/live?topics=test:open,test:closed")
    assert head.status_code == 200
    assert head.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert head.headers["cache-control"] == "no-store"
    assert live.hub.streams == set()


@pytest.mark.postgresql_only
async def test_another_process_s_change_is_heard(hub):
    screen = Screen("arrivals:2026")
    await screen.next()
    async with unit_of_work(BY, unaudited="a test"):
        await run("SELECT pg_notify('ngayso_live', 'other-process|led:1,arrivals:2026')")
    assert (await screen.change())["topic"] == "arrivals:2026"


@pytest.mark.postgresql_only
async def test_a_touch_outside_a_unit_of_work_reaches_the_others(hub):
    import asyncpg

    current = engine()
    assert isinstance(current, PooledPostgres)
    heard: asyncio.Queue[str] = asyncio.Queue()
    other = await asyncpg.connect(current.dsn)
    await other.add_listener(live.CHANNEL, lambda *said: heard.put_nowait(said[3]))
    live.touch("arrivals:2026")
    origin, names = (await asyncio.wait_for(heard.get(), 3)).split("|")
    assert names == "arrivals:2026"
    assert origin == live._PROCESS
    await other.close()


@pytest.mark.postgresql_only
async def test_a_listener_that_was_cut_off_comes_back_and_calls_everything_changed(hub):
    screen = Screen("arrivals:2026")
    await screen.next()
    async with unit_of_work(BY, unaudited="a test"):
        await run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%LISTEN%' AND pid <> pg_backend_pid()")
    assert (await screen.change())["topic"] == "arrivals:2026"
    await touch_in_work("arrivals:2026")
    assert (await screen.change())["topic"] == "arrivals:2026"
