"""Roles are given once, taken back, and never lost for the last administrator."""

from __future__ import annotations

import asyncio

import pytest

from app.accounts import keeping, queries
from app.accounts.role_kinds import ROLE_KINDS, SCOPE_KINDS
from app.accounts.roles import LastAdministrator, WrongScope, grant_role, revoke_role
from app.kernel.database import Conflict, rows, run, unit_of_work
from app.kernel.errors import NotFound
from app.kernel.ids import uuid7
from tests.accounts.staff import OFFICE, found_city, hire

pytestmark = pytest.mark.usefixtures("database")


def test_every_kind_of_role_says_what_it_may_in_both_languages():
    for kind in ROLE_KINDS.values():
        assert kind.label.vi, kind.code
        assert kind.label.en, kind.code
        assert kind.may.vi, kind.code
        assert kind.may.en, kind.code
        assert kind.scopes, kind.code
        assert set(kind.scopes) <= set(SCOPE_KINDS), kind.code
        assert not kind.subtree or kind.scopes == ("unit",), kind.code


async def _roles(account):
    found = await queries.account(account)
    assert found is not None
    return [(role.kind, role.scope_kind, role.scope_id, role.with_subtree) for role in found.roles]


async def test_a_role_given_twice_is_one_role():
    account = await hire("lan", "organiser@edition:2026")
    role = await grant_role(account, "organiser", scope_kind="edition", scope="2026", by=OFFICE)
    assert role == await grant_role(account, "organiser", scope_kind="edition", scope="2026", by=OFFICE)
    assert await _roles(account) == [("organiser", "edition", "2026", False)]
    assert len(await rows("SELECT id FROM audit_entry WHERE action = 'role.granted'")) == 1


async def test_a_role_given_by_ten_people_at_once_is_one_role():
    account = await hire("lan")
    given = await asyncio.gather(
        *(asyncio.create_task(grant_role(account, "press", scope_kind="edition", scope="2026", by=OFFICE)) for _ in range(10))
    )
    assert len(set(given)) == 1
    assert len(await rows("SELECT id FROM role")) == 1


async def test_a_unit_is_named_by_its_code_and_its_subtree_can_be_added_later():
    city = await found_city()
    account = await hire("hai", "unit_editor@unit:PBC")
    assert await _roles(account) == [("unit_editor", "unit", str(city["PBC"]), False)]
    await grant_role(account, "unit_editor", scope_kind="unit", scope=str(city["PBC"]), with_subtree=True, by=OFFICE)
    assert await _roles(account) == [("unit_editor", "unit", str(city["PBC"]), True)]


@pytest.mark.parametrize(
    ("kind", "scope_kind", "scope", "with_subtree", "refused"),
    [
        ("emperor", "global", "", False, WrongScope),
        ("administrator", "edition", "2026", False, WrongScope),
        ("organiser", "global", "", False, WrongScope),
        ("organiser", "edition", "2026", True, WrongScope),
        ("unit_editor", "unit", "KHONGCO", False, NotFound),
        ("unit_editor", "unit", "", False, NotFound),
    ],
)
async def test_roles_that_make_no_sense_are_refused(kind, scope_kind, scope, with_subtree, refused):
    account = await hire("lan")
    with pytest.raises(refused):
        await grant_role(account, kind, scope_kind=scope_kind, scope=scope, with_subtree=with_subtree, by=OFFICE)
    assert await _roles(account) == []


async def test_nobody_who_is_not_there_gets_a_role():
    with pytest.raises(NotFound):
        await grant_role(uuid7(), "administrator", by=OFFICE)


async def test_a_role_is_taken_back_and_given_again():
    account = await hire("lan")
    role = await grant_role(account, "auditor", by=OFFICE)
    await revoke_role(role, account=account, by=OFFICE)
    await revoke_role(role, account=account, by=OFFICE)
    assert await _roles(account) == []
    assert await grant_role(account, "auditor", by=OFFICE) != role
    history = await rows("SELECT revoked_at FROM role ORDER BY granted_at, id")
    assert [one["revoked_at"] is None for one in history] == [False, True]


async def test_a_role_is_taken_from_the_account_that_has_it():
    account, other = await hire("lan"), await hire("nam")
    role = await grant_role(account, "auditor", by=OFFICE)
    with pytest.raises(NotFound):
        await revoke_role(role, account=other, by=OFFICE)


async def test_the_last_administrator_stays():
    one = await hire("quan")
    role = await grant_role(one, "administrator", by=OFFICE)
    with pytest.raises(LastAdministrator):
        await revoke_role(role, account=one, by=OFFICE)
    with pytest.raises(LastAdministrator):
        await keeping.disable_account(one, by=OFFICE)
    other = await hire("ha", "administrator")
    await keeping.disable_account(other, by=OFFICE)
    # A closed account's role does not count.
    with pytest.raises(LastAdministrator):
        await revoke_role(role, account=one, by=OFFICE)
    await keeping.enable_account(other, by=OFFICE)
    await revoke_role(role, account=one, by=OFFICE)


async def test_two_administrators_who_dismiss_each_other_at_once_leave_one():
    one, other = await hire("quan"), await hire("ha")
    roles = [await grant_role(one, "administrator", by=OFFICE), await grant_role(other, "administrator", by=OFFICE)]

    async def dismiss(role, account):
        try:
            await revoke_role(role, account=account, by=OFFICE)
        except LastAdministrator:
            return False
        return True

    dismissed = await asyncio.gather(asyncio.create_task(dismiss(roles[0], one)), asyncio.create_task(dismiss(roles[1], other)))
    assert sorted(dismissed) == [False, True]


async def test_the_database_itself_holds_that_a_live_role_exists_once():
    account = await hire("lan", "auditor")
    with pytest.raises(Conflict) as conflict:
        async with unit_of_work(OFFICE, unaudited="a test") as _:
            await run(
                "INSERT INTO role (id, account, kind, scope_kind, scope_id, with_subtree, granted_at, granted_by) "
                "SELECT {}, account, kind, scope_kind, scope_id, with_subtree, granted_at, granted_by FROM role WHERE account = {}",
                uuid7(), account,
            )  # fmt: skip
    assert conflict.value.constraint == "role_live"
