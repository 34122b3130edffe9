"""The audit's chain: it shows every alteration, and survives the erasure of a person."""

from __future__ import annotations

import pytest

from app.kernel import audit, seal
from app.kernel.actor import Actor
from app.kernel.database import rows, run, unit_of_work

BY = Actor.system("test")


async def write(*subjects: str) -> None:
    for subject in subjects:
        async with unit_of_work(BY) as work:
            work.record("thing.made", subject, after={"n": 1}, personal={"name": "Trần Văn Ổn", "phone": "+84912345678"})


async def tamper(sql: str) -> None:
    async with unit_of_work(BY, unaudited="a test plays the intruder"):
        await run(sql)


async def audit_verdict() -> seal.Verdict:
    [found] = [verdict for verdict in await seal.verify() if verdict.log == "audit_entry"]
    return found


async def test_sealed_entries_verify_and_new_ones_wait(database: object) -> None:
    await write("a", "b")
    assert await seal.seal_pending() == 2
    await write("c")
    verdict = await audit_verdict()
    assert (verdict.sealed, verdict.waiting, verdict.fault) == (2, 1, "")
    assert await seal.seal_pending() == 1
    assert await seal.seal_pending() == 0


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE audit_entry SET note = 'khác' WHERE subject = 'b'", "row number 2 was altered"),
        ("UPDATE audit_entry SET actor_id = 'x' WHERE subject = 'a'", "row number 1 was altered"),
        ("UPDATE audit_entry SET seal_seq = 9 WHERE subject = 'b'", "row number 2 is missing"),
        ("UPDATE audit_entry SET seal_seq = NULL WHERE subject = 'c'", "rows after number 2 are missing; the head says 3"),
        ("UPDATE seal_head SET seq = 2", "the head does not belong to this chain"),
    ],
)
async def test_an_intruder_with_the_database_in_hand_is_noticed(database: object, sql: str, fault: str) -> None:
    await write("a", "b", "c")
    await seal.seal_pending()
    await tamper(sql)
    assert (await audit_verdict()).fault == fault


async def test_erasing_a_person_leaves_the_chain_whole(database: object) -> None:
    await write("registration:1", "registration:2")
    await seal.seal_pending()
    async with unit_of_work(BY) as work:
        assert await audit.erase_personal("registration:1") == 2
        work.record("person.erased", "registration:1")
    left = [found["value"] for found in await rows("SELECT value FROM audit_personal ORDER BY value")]
    assert left == ["", "", "+84912345678", "Trần Văn Ổn"]
    assert (await audit_verdict()).fault == ""
