"""Opening, closing and renaming accounts, and their passwords."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from app.accounts import keeping, passwords, queries
from app.accounts.keeping import AccountExists, NoSuchAccount, WrongAddress, WrongPassword
from app.accounts.passwords import WeakPassword
from app.accounts.sign_in import WrongCredentials, open_session, session_of
from app.kernel.database import rows
from app.kernel.errors import Refused, Unavailable
from app.kernel.ids import uuid7
from tests.accounts.staff import OFFICE, PASSWORD, hire

pytestmark = pytest.mark.usefixtures("database")


async def test_one_address_is_one_account_however_it_is_typed():
    await keeping.create_account("An.Nguyen@HaiDang.vn", name=" Nguyễn   An ", password=None, by=OFFICE)
    for typed in ("an.nguyen@haidang.vn", " AN.NGUYEN@haidang.vn "):
        with pytest.raises(AccountExists):
            await keeping.create_account(typed, name="Khác", password=None, by=OFFICE)
    (account,) = await queries.accounts()
    assert (account.email, account.name, account.has_password) == ("an.nguyen@haidang.vn", "Nguyễn An", False)
    assert await queries.account_by_email("AN.nguyen@haidang.vn ") == account


@pytest.mark.parametrize("typed", ["", "an", "an@", "@haidang.vn", "an nguyen@haidang.vn", "a@b@c", "a" * 250 + "@b.vn"])
async def test_what_is_no_address_opens_no_account(typed):
    with pytest.raises(WrongAddress):
        await keeping.create_account(typed, name="X", password=None, by=OFFICE)


@pytest.mark.parametrize(
    "password", ["", "ngắn quá", "1234567890", "aaaaaaaaaaaa", "abababababab", "lan@haidang.vn", "LAN@HAIDANG.VN", "Password123", "x" * 201]
)
async def test_passwords_that_would_be_guessed_are_refused(password):
    with pytest.raises(WeakPassword):
        await hire("lan", password=password)
    assert await queries.accounts() == []


async def test_a_password_typed_on_another_keyboard_is_the_same_password():
    """macOS sends "ế" as e, circumflex and acute; Windows as one character."""
    import unicodedata

    await hire("lan", password=unicodedata.normalize("NFD", "tiếng Việt có dấu"))
    await open_session("lan@haidang.vn", unicodedata.normalize("NFC", "tiếng Việt có dấu"))


async def test_a_password_is_kept_as_an_argon2_hash_and_appears_nowhere_else():
    await hire("lan", password="một bí mật chẳng ai đoán")
    (account,) = await rows("SELECT * FROM account")
    assert account["password_hash"].startswith("$argon2id$")
    kept = str(await rows("SELECT * FROM audit_entry")) + str(await rows("SELECT * FROM audit_personal")) + str(account)
    assert "bí mật" not in kept


async def test_the_log_names_no_address_outside_the_personal_values():
    await hire("lan")
    entries = str(await rows("SELECT * FROM audit_entry WHERE action = 'account.created'"))
    personal = {(one["field"], one["value"]) for one in await rows("SELECT * FROM audit_personal")}
    assert "lan@" not in entries
    assert personal == {("email", "lan@haidang.vn"), ("name", "Lan")}


async def test_a_new_password_ends_all_other_sessions():
    account = await hire("lan")
    here, elsewhere = await open_session("lan@haidang.vn", PASSWORD), await open_session("lan@haidang.vn", PASSWORD)
    mine = await session_of(here.token)
    assert mine is not None
    await keeping.change_password(account, present=PASSWORD, new="mật khẩu khác hẳn", keep_session=mine.id, by=mine.account.actor)
    assert await session_of(here.token) is not None
    assert await session_of(elsewhere.token) is None
    await open_session("lan@haidang.vn", "mật khẩu khác hẳn")


async def test_a_password_is_changed_by_who_knows_the_old_one():
    account = await hire("lan")
    with pytest.raises(WrongPassword):
        await keeping.change_password(account, present="không phải", new="mật khẩu khác hẳn", keep_session=None, by=OFFICE)
    with pytest.raises(WeakPassword):
        await keeping.change_password(account, present=PASSWORD, new="ngắn", keep_session=None, by=OFFICE)
    await open_session("lan@haidang.vn", PASSWORD)


async def test_a_password_that_was_reset_is_shown_once_and_good():
    account = await hire("lan")
    session = await open_session("lan@haidang.vn", PASSWORD)
    password = await keeping.reset_password(account, by=OFFICE)
    assert await session_of(session.token) is None
    await open_session("lan@haidang.vn", password)
    assert password not in str(await rows("SELECT * FROM audit_entry")) + str(await rows("SELECT * FROM audit_personal"))
    with pytest.raises(NoSuchAccount):
        await keeping.reset_password(uuid7(), by=OFFICE)


async def test_names_and_languages_change_and_are_found():
    account = await hire("lan")
    await keeping.rename_account(account, name="Vũ Ngọc Lan", language="en", by=OFFICE)
    (found,) = await queries.accounts(q="vu ngoc")
    assert (found.name, found.language) == ("Vũ Ngọc Lan", "en")
    with pytest.raises(Refused):
        await keeping.rename_account(account, name="Lan", language="fr", by=OFFICE)


async def test_accounts_are_searched_and_narrowed_to_a_role():
    await hire("lan", "auditor")
    await hire("nam", "press@edition:2026")
    assert [one.email for one in await queries.accounts(q="haidang")] == ["lan@haidang.vn", "nam@haidang.vn"]
    assert [one.email for one in await queries.accounts(kind="press")] == ["nam@haidang.vn"]
    assert await queries.accounts(q="%") == []


def test_made_up_passwords_are_strong_and_readable():
    made = {passwords.made_up() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password)
        assert not set(password) & set("il1o0")


class Watched(PasswordHasher):
    """A hasher that remembers what its verifications cost. Counted, not timed: a busy machine would decide a race."""

    costs: list[object]

    def verify(self, stored, password):
        self.costs = [*getattr(self, "costs", []), extract_parameters(stored)]
        return super().verify(stored, password)


async def test_an_unknown_account_costs_what_a_known_one_costs():
    watched = Watched(time_cost=1, memory_cost=8, parallelism=1)
    passwords.use_hasher(watched)
    await hire("lan")
    await keeping.create_account("khong@haidang.vn", name="Không mật khẩu", password=None, by=OFFICE)
    for email in ("lan@haidang.vn", "nobody@haidang.vn", "khong@haidang.vn"):
        with pytest.raises(WrongCredentials):
            await open_session(email, "sai rồi nhé")
    assert len(watched.costs) == 3
    assert len(set(map(str, watched.costs))) == 1


def test_a_hash_costs_in_life_what_the_standard_asks():
    costs = extract_parameters(PasswordHasher().hash("x"))
    assert costs.type is Type.ID
    assert costs.memory_cost >= 64 * 1024
    assert costs.time_cost >= 3


async def test_a_flood_of_sign_ins_is_told_to_wait(monkeypatch):
    monkeypatch.setattr(passwords, "_MOST_WAITING", 0)
    with pytest.raises(Unavailable):
        await open_session("lan@haidang.vn", PASSWORD)
