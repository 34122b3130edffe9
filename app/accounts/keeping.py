"""Keeping accounts: opening one, renaming it, its language and password, closing and reopening it."""

from __future__ import annotations

import re
from uuid import UUID

from app.accounts import passwords
from app.accounts.roles import hold_administrators, refuse_to_lose
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import Conflict, Row, row, run, unit_of_work
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import uuid7
from app.kernel.text import fold, nfc, person_sort_text
from app.kernel.web.i18n import LANGUAGES, N_


class AccountExists(Refused):
    """Somebody has an account with this address."""

    def __init__(self) -> None:
        super().__init__(N_("Đã có tài khoản với địa chỉ thư điện tử này."))


class WrongPassword(Refused):
    """The present password was not right."""

    status = 422

    def __init__(self) -> None:
        super().__init__(N_("Mật khẩu hiện tại chưa đúng."))


class NoSuchAccount(NotFound):
    """There is no account with this id."""

    def __init__(self) -> None:
        super().__init__(N_("Không tìm thấy tài khoản."))


class WrongAddress(Refused):
    """This is not an e-mail address."""

    status = 422

    def __init__(self) -> None:
        super().__init__(N_("Địa chỉ thư điện tử chưa đúng, ví dụ: an@congty.vn"))


def normal_email(typed: str) -> str:
    """The form in which addresses are kept and compared: NFC, no case, no blanks."""
    return nfc(typed).strip().casefold()


async def create_account(email: str, *, name: str, password: str | None, language: str = "vi", by: Actor) -> UUID:
    """Open an account and return its id. Without a password nobody can sign in to it until one is set.

    Raises:
        AccountExists, WrongAddress
        passwords.WeakPassword
    """
    address = normal_email(email)
    if len(address) > 254 or not re.fullmatch(r"[^\s@]+@[^\s@]+", address):
        raise WrongAddress
    if password is not None:
        passwords.check(password, email=address)
    stored = await passwords.hashed(password) if password is not None else None
    shown = _name(name) or address
    account = uuid7()
    try:
        async with unit_of_work(by, joins=True) as work:
            await run(
                "INSERT INTO account (id, email, name, password_hash, state, language, created_at, search_text, sort_text, revision) "
                "VALUES ({}, {}, {}, {}, 'active', {}, {}, {}, {}, 1)",
                account, address, shown, stored, language, now(), _search(shown, address), person_sort_text(shown)[:500],
            )  # fmt: skip
            work.record("account.created", f"account:{account}", personal={"email": address, "name": shown})
    except Conflict as conflict:
        raise AccountExists from conflict
    return account


async def rename_account(account: UUID, *, name: str, language: str, by: Actor) -> None:
    """Change how an account is called and in which language mails reach it."""
    if language not in LANGUAGES:
        raise Refused(N_("Không có ngôn ngữ này."))
    async with unit_of_work(by) as work:
        before = await _required(account)
        shown = _name(name) or before["email"]
        await run(
            "UPDATE account SET name = {}, language = {}, search_text = {}, sort_text = {}, revision = revision + 1 WHERE id = {}",
            shown, language, _search(shown, before["email"]), person_sort_text(shown)[:500], account,
        )  # fmt: skip
        work.record(
            "account.renamed", f"account:{account}", before={"language": before["language"]}, after={"language": language},
            personal={"name": shown},
        )  # fmt: skip


async def change_password(account: UUID, *, present: str, new: str, keep_session: UUID | None, by: Actor) -> None:
    """Change one's own password. All other sessions of the account end; `keep_session` stays.

    Raises:
        WrongPassword, NoSuchAccount
        passwords.WeakPassword
    """
    before = await _required(account)
    if not await passwords.matches(before["password_hash"], present):
        raise WrongPassword
    passwords.check(new, email=before["email"])
    stored = await passwords.hashed(new)
    async with unit_of_work(by) as work:
        # Only over the password that was checked: of two changes at once the second must know the first.
        changed = await run(
            "UPDATE account SET password_hash = {}, revision = revision + 1 WHERE id = {} AND password_hash = {} RETURNING id",
            stored, account, before["password_hash"],
        )  # fmt: skip
        if not changed:
            raise WrongPassword
        await _end_sessions(account, keep_session)
        work.record("account.password_changed", f"account:{account}")


async def reset_password(account: UUID, *, by: Actor) -> str:
    """Give an account a new made-up password, which is returned once, and end all its sessions."""
    await _required(account)
    password = passwords.made_up()
    await set_password(account, password, by=by)
    return password


async def set_password(account: UUID, password: str, *, by: Actor) -> None:
    """Set an account's password without asking for the old one, and end all its sessions.

    Raises:
        NoSuchAccount
        passwords.WeakPassword
    """
    passwords.check(password)
    stored = await passwords.hashed(password)
    async with unit_of_work(by, joins=True) as work:
        await _required(account)
        await run("UPDATE account SET password_hash = {}, revision = revision + 1 WHERE id = {}", stored, account)
        await _end_sessions(account)
        work.record("account.password_reset", f"account:{account}")


async def disable_account(account: UUID, *, by: Actor) -> None:
    """Close an account: its sessions end at once, its roles rest. Closed twice is closed.

    Raises:
        NoSuchAccount
        LastAdministrator: nobody would be left to give roles.
    """
    async with unit_of_work(by, unaudited="it was disabled already") as work:
        await hold_administrators()
        before = await _required(account)
        if before["state"] == "disabled":
            return
        await refuse_to_lose(account)
        await run("UPDATE account SET state = 'disabled', revision = revision + 1 WHERE id = {}", account)
        await _end_sessions(account)
        work.record("account.disabled", f"account:{account}")


async def enable_account(account: UUID, *, by: Actor) -> None:
    """Reopen a closed account, with the roles it had.

    Raises:
        NoSuchAccount
    """
    async with unit_of_work(by, unaudited="it was open already") as work:
        before = await _required(account)
        if before["state"] == "active":
            return
        await run("UPDATE account SET state = 'active', revision = revision + 1 WHERE id = {}", account)
        work.record("account.enabled", f"account:{account}")


def _name(typed: str) -> str:
    return " ".join(nfc(typed).split())[:200]


def _search(name: str, email: str) -> str:
    return fold(f"{name} {email}")[:500]


async def _required(account: UUID) -> Row:
    found = await row("SELECT id, email, name, password_hash, state, language FROM account WHERE id = {}", account)
    if found is None:
        raise NoSuchAccount
    return found


async def _end_sessions(account: UUID, keep: UUID | None = None) -> None:
    if keep is None:
        await run("DELETE FROM sign_in WHERE account = {}", account)
    else:
        await run("DELETE FROM sign_in WHERE account = {} AND id <> {}", account, keep)
