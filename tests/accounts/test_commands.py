"""`ngayso user`, the first administrator, and the demo's accounts."""

from __future__ import annotations

import asyncio
import re

import pytest
from click.testing import CliRunner

from app.accounts import queries
from app.accounts.commands import create_administrator, user
from app.accounts.demo import demo_accounts, ensure_demo_accounts
from app.accounts.sign_in import open_session, session_of
from app.kernel.database import close_database, open_database, rows
from app.settings import Settings
from tests.accounts.staff import PASSWORD, found_city, hire
from tests.ground.databases import must, ngayso


@pytest.fixture
async def run(database: Settings, monkeypatch):
    """The command on the test's database, which is closed meanwhile; in this process, because a new one takes seconds."""
    monkeypatch.setenv("NGAYSO_DATABASE_URL", database.database_url)
    monkeypatch.setenv("NGAYSO_DATA_DIR", str(database.data_dir))

    async def command(*arguments: str, fails: bool = False):
        await close_database()
        done = await asyncio.to_thread(CliRunner().invoke, user, arguments)
        await open_database(database)
        assert done.exit_code == (1 if fails else 0), done.output
        return done.stderr if fails else done.stdout

    return command


async def test_an_account_is_opened_and_its_password_printed_once(database):
    """The real command line, in a process of its own."""
    await close_database()
    arguments = ("user", "add", "Quan@HaiDang.vn", "--role", "administrator", "--name", "Nguyễn Minh Quân")
    said = must(ngayso(*arguments, database_url=database.database_url, data_dir=database.data_dir)).stdout
    await open_database(database)
    password = re.search(r"password \(printed once\): (\S+)", said)
    assert password is not None
    # The command line lives by the machine's clock, the test by the Week's.
    session = await session_of((await open_session("quan@haidang.vn", password[1])).token)
    assert session is not None
    assert session.account.is_administrator
    assert session.account.name == "Nguyễn Minh Quân"
    entries = await rows("SELECT action, actor_kind FROM audit_entry WHERE actor_kind = 'system' ORDER BY id")
    assert [one["action"] for one in entries] == ["account.created", "role.granted"]


async def test_roles_are_added_to_an_account_that_is_there(run):
    city = await found_city()
    account = await hire("hai")
    said = await run("add", "hai@haidang.vn", "--role", "unit_editor:PBC+", "--role", "auditor")
    assert "password" not in said.lower().replace("mật khẩu", "")
    found = await queries.account(account)
    assert found is not None
    assert {(role.kind, role.scope_id, role.with_subtree) for role in found.roles} == {
        ("unit_editor", str(city["PBC"]), True), ("auditor", "", False),
    }  # fmt: skip
    await open_session("hai@haidang.vn", PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "emperor"], "no such role"),
        (["--role", "administrator:2026"], "has no scope"),
        (["--role", "unit_editor:KHONGCO"], "no such scope"),
        (["--role", "organiser"], "no such scope"),
        (["--password", "ngắn"], "ít nhất 10 ký tự"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_one_sentence_and_changes_nothing(run, arguments, sentence):
    said = await run("add", "quan@haidang.vn", *arguments, fails=True)
    assert sentence in said
    assert len(said.strip().splitlines()) == 1
    assert await queries.accounts() == []


async def test_a_forgotten_password_is_made_anew(run):
    await hire("quan")
    said = await run("password", "QUAN@haidang.vn")
    await open_session("quan@haidang.vn", said.split()[-1])
    assert "Không tìm thấy tài khoản" in await run("password", "nobody@haidang.vn", fails=True)


@pytest.mark.usefixtures("database")
async def test_the_first_administrator_is_made_once():
    first = await create_administrator("quan@haidang.vn", name="Quân", password=PASSWORD)
    assert await create_administrator("QUAN@haidang.vn", name="Ai đó", password="mật khẩu khác hẳn") == first
    session = await session_of((await open_session("quan@haidang.vn", PASSWORD)).token)
    assert session is not None
    assert session.account.is_administrator


@pytest.mark.usefixtures("database")
async def test_the_demos_accounts_open_and_keep_their_passwords_at_the_next_start():
    await found_city()
    first = await ensure_demo_accounts("2026")
    entries = len(await rows("SELECT id FROM audit_entry"))
    assert await ensure_demo_accounts("2026") == first == demo_accounts()
    assert len(await rows("SELECT id FROM audit_entry")) == entries
    assert {one.role for one in first} == {
        "administrator", "organiser", "unit_editor", "gate_supervisor", "gate_steward", "press", "auditor",
    }  # fmt: skip
    for one in first:
        session = await session_of((await open_session(one.email, one.password)).token)
        assert session is not None
        if one.role != "gate_steward":  # there are no gates here
            assert session.account.has(one.role), one.role


@pytest.mark.usefixtures("database")
async def test_a_password_somebody_changed_in_the_demo_is_the_printed_one_again_at_the_next_start():
    from app.accounts import keeping
    from tests.accounts.staff import OFFICE

    (first, *_) = await ensure_demo_accounts("2026")
    account = await queries.account_by_email(first.email)
    assert account is not None
    await keeping.set_password(account.id, "một mật khẩu khác", by=OFFICE)
    await ensure_demo_accounts("2026")
    await open_session(first.email, first.password)
