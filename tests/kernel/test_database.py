"""The unit of work: all or nothing, one audit entry, and no door around it."""

from __future__ import annotations

import asyncio

import pytest

from app.kernel.actor import Actor
from app.kernel.database import Conflict, engine_name, row, rows, run, run_many, unit_of_work

BY = Actor.system("test")
INSERT = "INSERT INTO instance_value (name, value) VALUES ({}, {}) RETURNING name"


async def values() -> dict[str, str]:
    return {found["name"]: found["value"] for found in await rows("SELECT name, value FROM instance_value WHERE name LIKE 'x%'")}


async def test_a_change_is_stored_with_its_audit_entry(database: object) -> None:
    async with unit_of_work(BY) as work:
        await run(INSERT, "x", "1")
        work.record("thing.made", "thing:x", after={"value": 1}, personal={"name": "Nguyễn Thị Hồng Gấm"})
    entry = await row("SELECT actor_kind, action, subject, changes FROM audit_entry WHERE subject = 'thing:x'")
    assert entry == {
        "actor_kind": "system",
        "action": "thing.made",
        "subject": "thing:x",
        "changes": '{"before":null,"after":{"value":1}}',
    }
    assert await values() == {"x": "1"}


async def test_a_change_that_fails_leaves_nothing(database: object) -> None:
    async def failing() -> None:
        async with unit_of_work(BY) as work:
            await run(INSERT, "x", "1")
            work.record("thing.made", "thing:x")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await values() == {}
    assert await row("SELECT 1 AS found FROM audit_entry WHERE subject = 'thing:x'") is None


async def test_a_change_without_an_audit_entry_is_refused(database: object) -> None:
    with pytest.raises(RuntimeError, match="without an audit entry"):
        async with unit_of_work(BY):
            await run(INSERT, "x", "1")
    assert await values() == {}


async def test_both_engines_name_the_broken_rule_alike(database: object) -> None:
    async with unit_of_work(BY, unaudited="test"):
        await run(INSERT, "x", "1")
    with pytest.raises(Conflict) as refused:
        async with unit_of_work(BY, unaudited="test"):
            await run(INSERT, "x", "2")
    assert (refused.value.kind, refused.value.constraint) == ("unique", "instance_value_pkey")
    assert await values() == {"x": "1"}


async def test_the_databases_own_words_are_not_kept_because_they_quote_the_row(database: object) -> None:
    async with unit_of_work(BY, unaudited="test"):
        await run(INSERT, "xgiấu", "1")
    with pytest.raises(Conflict) as refused:
        async with unit_of_work(BY, unaudited="test"):
            await run(INSERT, "xgiấu", "2")
    assert "giấu" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


async def test_nobody_writes_outside_a_unit_of_work(database: object) -> None:
    with pytest.raises(RuntimeError, match="inside unit_of_work"):
        await run(INSERT, "x", "1")
    with pytest.raises(RuntimeError, match="inside unit_of_work"):
        await run_many(INSERT, [("x", "1")])


async def test_a_unit_of_work_inside_another_must_say_so(database: object) -> None:
    async with unit_of_work(BY, unaudited="test") as outer:
        with pytest.raises(RuntimeError, match="already open"):
            async with unit_of_work(BY):
                pass
        async with unit_of_work(BY, joins=True) as inner:
            assert inner is outer


async def test_a_task_born_inside_cannot_borrow_the_transaction(database: object) -> None:
    async with unit_of_work(BY, unaudited="test"):
        with pytest.raises(RuntimeError, match="born inside a unit of work"):
            await asyncio.create_task(rows("SELECT 1 AS one"))


async def test_what_follows_the_commit_does_not_happen_when_there_is_none(database: object) -> None:
    told: list[str] = []

    async def failing() -> None:
        async with unit_of_work(BY, unaudited="test") as work:
            work.after_commit(lambda: told.append("undone"))
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        await failing()
    async with unit_of_work(BY, unaudited="test") as work:
        work.after_commit(lambda: told.append("done"))
        assert told == []
    assert told == ["done"]


async def test_fifty_writers_at_once_lose_no_update(database: object) -> None:
    async with unit_of_work(BY, unaudited="test"):
        await run(INSERT, "x", "0")

    async def add() -> None:
        async with unit_of_work(BY, unaudited="test"):
            await run("UPDATE instance_value SET value = CAST(CAST(value AS INTEGER) + 1 AS VARCHAR(20)) WHERE name = 'x'")

    await asyncio.gather(*(add() for _ in range(50)))
    assert await values() == {"x": "50"}


@pytest.mark.sqlite_only
async def test_readers_cannot_write_on_sqlite(database: object) -> None:
    assert engine_name() == "sqlite"
    with pytest.raises(Exception, match="readonly"):
        await rows("DELETE FROM instance_value")


async def test_a_cancelled_request_leaves_the_door_usable(database: object) -> None:
    """A browser hangs up in the middle of a write: the next one finds neither a lock nor half a change."""
    inside = asyncio.Event()

    async def interrupted() -> None:
        async with unit_of_work(BY, unaudited="test"):
            await run(INSERT, "x", "1")
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(interrupted())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with unit_of_work(BY, unaudited="test"):
        await run(INSERT, "x", "2")
    assert await values() == {"x": "2"}
