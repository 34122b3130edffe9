"""Sessions: who gets one, how it ends, and that only its owner has it."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher

from app.accounts import keeping, passwords, queries
from app.accounts.roles import grant_role, revoke_role
from app.accounts.sign_in import (
    IDLE,
    LONGEST,
    AccountDisabled,
    WrongCredentials,
    close_all_sessions,
    close_session,
    open_session,
    session_of,
)
from app.kernel.database import rows
from app.kernel.ids import digest
from tests.accounts.staff import OFFICE, PASSWORD, found_city, hire

pytestmark = pytest.mark.usefixtures("database")


async def test_a_session_knows_its_account_and_roles():
    city = await found_city()
    account = await hire("hai", "unit_editor@unit:PBC+", "press@edition:2026")
    opened = await open_session(" HAI@haidang.vn", PASSWORD, ip="203.0.113.7", user_agent="Firefox")
    session = await session_of(opened.token)
    assert session is not None
    assert session.account.id == str(account)
    assert session.account.has("press")
    assert session.account.may(["unit_editor"], await queries.unit_scopes([city["PBC"]]))
    assert not session.account.is_administrator


async def test_the_table_keeps_a_digest_and_not_the_token():
    await hire("hai")
    opened = await open_session("hai@haidang.vn", PASSWORD)
    (kept,) = await rows("SELECT * FROM sign_in")
    assert kept["token_digest"] == digest(opened.token)
    assert opened.token not in str(kept) + str(await rows("SELECT * FROM audit_entry"))


@pytest.mark.parametrize("token", ["", "chosen-by-an-attacker", "x" * 5000, "\x00", "ký tự lạ"])
async def test_a_token_that_nobody_gave_out_is_nobody(token):
    await hire("hai")
    assert await session_of(token) is None
    assert await rows("SELECT * FROM sign_in") == []


async def test_a_digest_that_leaked_from_the_table_opens_nothing():
    await hire("hai")
    opened = await open_session("hai@haidang.vn", PASSWORD)
    assert await session_of(digest(opened.token)) is None


async def test_a_wrong_password_and_an_unknown_address_are_told_apart_by_nobody():
    await hire("hai")
    sentences = set()
    for email in ("hai@haidang.vn", "nobody@haidang.vn", "", "' OR 1=1 --"):
        with pytest.raises(WrongCredentials) as refused:
            await open_session(email, "sai mật khẩu")
        sentences.add(refused.value.message)
    assert len(sentences) == 1


async def test_an_account_without_a_password_cannot_be_entered():
    await keeping.create_account("moi@haidang.vn", name="Mới", password=None, by=OFFICE)
    for password in ("", "None", PASSWORD):
        with pytest.raises(WrongCredentials):
            await open_session("moi@haidang.vn", password)


async def test_refused_attempts_are_logged_without_what_was_typed():
    account = await hire("hai")
    for email in ("hai@haidang.vn", "mat-khau-go-nham@x"):
        with pytest.raises(WrongCredentials):
            await open_session(email, "một bí mật", ip="203.0.113.7")
    entries = await rows("SELECT * FROM audit_entry WHERE action = 'sign_in.refused' ORDER BY id")
    assert [(one["subject"], one["actor_kind"]) for one in entries] == [(f"account:{account}", "visitor"), ("sign_in", "visitor")]
    said = str(entries) + str(await rows("SELECT * FROM audit_personal WHERE entry = {} OR entry = {}", *(one["id"] for one in entries)))
    assert "bí mật" not in said
    assert "go-nham" not in said
    assert "203.0.113.7" not in str(entries)
    assert "203.0.113.7" in said


async def test_a_session_ends_after_a_night_without_a_request(clock):
    await hire("hai")
    opened = await open_session("hai@haidang.vn", PASSWORD)
    for _ in range(3):
        clock.advance(seconds=IDLE.total_seconds() - 600)
        assert await session_of(opened.token) is not None
    clock.advance(seconds=IDLE.total_seconds() + 1)
    assert await session_of(opened.token) is None


async def test_a_session_ends_after_a_week_whatever_happens(clock):
    await hire("hai")
    opened = await open_session("hai@haidang.vn", PASSWORD)
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        clock.advance(seconds=IDLE.total_seconds() / 2)
        assert await session_of(opened.token) is not None
    clock.advance(seconds=IDLE.total_seconds() / 2)
    assert await session_of(opened.token) is None


async def test_a_request_writes_nothing_as_long_as_it_is_the_same_five_minutes(clock):
    await hire("hai")
    opened = await open_session("hai@haidang.vn", PASSWORD)
    clock.advance(minutes=4)
    await session_of(opened.token)
    (first,) = await rows("SELECT last_seen_at, created_at FROM sign_in")
    assert first["last_seen_at"] == first["created_at"]
    clock.advance(minutes=2)
    await asyncio.gather(*(asyncio.create_task(session_of(opened.token)) for _ in range(5)))
    (later,) = await rows("SELECT last_seen_at FROM sign_in")
    assert later["last_seen_at"] == clock.now()


async def test_a_closed_account_is_out_at_once_and_stays_out():
    account = await hire("hai", "auditor")
    opened = await open_session("hai@haidang.vn", PASSWORD)
    await keeping.disable_account(account, by=OFFICE)
    assert await session_of(opened.token) is None
    with pytest.raises(AccountDisabled):
        await open_session("hai@haidang.vn", PASSWORD)
    with pytest.raises(WrongCredentials):
        await open_session("hai@haidang.vn", "sai mật khẩu")
    await keeping.enable_account(account, by=OFFICE)
    again = await open_session("hai@haidang.vn", PASSWORD)
    session = await session_of(again.token)
    assert session is not None
    assert session.account.has("auditor")


async def test_a_revoked_role_is_gone_with_the_next_request():
    account = await hire("hai")
    role = await grant_role(account, "auditor", by=OFFICE)
    opened = await open_session("hai@haidang.vn", PASSWORD)
    await revoke_role(role, account=account, by=OFFICE)
    session = await session_of(opened.token)
    assert session is not None
    assert session.account.roles == ()


async def test_signing_in_again_ends_the_session_the_browser_had():
    await hire("hai")
    first = await open_session("hai@haidang.vn", PASSWORD)
    second = await open_session("hai@haidang.vn", PASSWORD, former=first.token)
    assert first.token != second.token
    assert await session_of(first.token) is None
    assert await session_of(second.token) is not None


async def test_signing_out_here_and_everywhere():
    account = await hire("hai")
    opened = [await open_session("hai@haidang.vn", PASSWORD) for _ in range(3)]
    first = await session_of(opened[0].token)
    assert first is not None
    await close_session(first)
    assert [await session_of(one.token) is not None for one in opened] == [False, True, True]
    assert await close_all_sessions(account, by=OFFICE) == 2
    assert await rows("SELECT * FROM sign_in") == []


async def test_a_password_hashed_with_old_costs_is_hashed_anew_at_sign_in():
    await hire("hai")
    (before,) = await rows("SELECT password_hash FROM account")
    passwords.use_hasher(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await open_session("hai@haidang.vn", PASSWORD)
    (after,) = await rows("SELECT password_hash FROM account")
    assert before != after
    assert "m=16,t=2" in after["password_hash"]
    await open_session("hai@haidang.vn", PASSWORD)
