"""Signing in and out: sessions whose token only the browser has; the table keeps its digest.

A session ends at sign-out, after `IDLE` without a request, after `LONGEST` whatever happens, when the password changes
and when the account is closed. An id that the table does not know is nobody: nothing is ever stored under an id that
the browser chose, and every sign-in gets a new one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from app.accounts import passwords
from app.accounts.keeping import normal_email
from app.accounts.queries import role_of
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import Row, row, rows, run, unit_of_work
from app.kernel.errors import Forbidden, Refused
from app.kernel.ids import digest, token, uuid7
from app.kernel.web.access import Account
from app.kernel.web.i18n import N_

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_SEEN_EVERY = timedelta(minutes=5)  # how stale `last_seen_at` may be: a write for every request would be a waste


class WrongCredentials(Refused):
    """No such account, or not its password: the two are told apart by nobody."""

    status = 422

    def __init__(self) -> None:
        super().__init__(N_("Thư điện tử hoặc mật khẩu chưa đúng."))


class AccountDisabled(Forbidden):
    """The password was right and the account is closed."""

    def __init__(self) -> None:
        super().__init__(N_("Tài khoản này đã bị khóa. Xin liên hệ quản trị hệ thống."))


class Session(msgspec.Struct, frozen=True):
    """An open session: who, and the row's id."""

    id: UUID
    account: Account


class Opened(msgspec.Struct, frozen=True):
    """A session that was just opened; `token` goes into the cookie and nowhere else."""

    token: str
    account: UUID
    language: str
    expires_at: datetime


async def open_session(email: str, password: str, *, ip: str = "", user_agent: str = "", former: str = "") -> Opened:
    """Check a password and open a session under a new token. `former`: the token the browser had, which ends.

    Raises:
        WrongCredentials, AccountDisabled
        Unavailable: too many sign in at this moment.
    """
    found = await row("SELECT id, password_hash, state, language, name FROM account WHERE email = {}", normal_email(email))
    right = await passwords.matches(found["password_hash"] if found else None, password)
    if found is None or not right:
        await _note_refusal(found, "password" if found else "unknown", ip)
        raise WrongCredentials
    if found["state"] != "active":
        await _note_refusal(found, "disabled", ip)
        raise AccountDisabled
    secret, at = token(32), now()
    async with unit_of_work(Actor("account", str(found["id"]), found["name"])) as work:
        # Only for the password that was just checked: one that was changed meanwhile opens nothing.
        opened = await run(
            "INSERT INTO sign_in (id, token_digest, account, created_at, expires_at, last_seen_at, user_agent) "
            "SELECT {}, {}, account.id, {}, {}, {}, {} FROM account WHERE id = {} AND state = 'active' AND password_hash = {} RETURNING id",
            uuid7(), digest(secret), at, at + LONGEST, at, _short(user_agent), found["id"], found["password_hash"],
        )  # fmt: skip
        if not opened:
            raise WrongCredentials
        if former:
            await run("DELETE FROM sign_in WHERE token_digest = {}", digest(former))
        await run("DELETE FROM sign_in WHERE expires_at <= {} OR last_seen_at <= {}", at, at - IDLE)
        work.record("sign_in.opened", f"account:{found['id']}", personal={"ip": ip} if ip else {})
    await _refresh_hash(found, password)
    return Opened(secret, found["id"], found["language"], at + LONGEST)


async def session_of(secret: str) -> Session | None:
    """The open session of a token; none for unknown, expired and idle ones, and for closed accounts."""
    if not secret or len(secret) > 200:
        return None
    at = now()
    found = await rows(
        "SELECT sign_in.id AS session, sign_in.last_seen_at, account.id, account.name, account.email, account.language, "
        "role.kind, role.scope_kind, role.scope_id, role.with_subtree "
        "FROM sign_in JOIN account ON account.id = sign_in.account "
        "LEFT JOIN role ON role.account = account.id AND role.revoked_at IS NULL "
        "WHERE sign_in.token_digest = {} AND sign_in.expires_at > {} AND sign_in.last_seen_at > {} AND account.state = 'active'",
        digest(secret), at, at - IDLE,
    )  # fmt: skip
    if not found:
        return None
    first = found[0]
    if at - first["last_seen_at"] > _SEEN_EVERY:
        await _note_seen(first["session"], at)
    roles = tuple(role_of(one) for one in found if one["kind"] is not None)
    return Session(first["session"], Account(str(first["id"]), first["name"], first["email"], roles, first["language"]))


async def close_session(session: Session) -> None:
    """Sign out here."""
    async with unit_of_work(session.account.actor) as work:
        await run("DELETE FROM sign_in WHERE id = {}", session.id)
        work.record("sign_in.closed", f"account:{session.account.id}")


async def close_all_sessions(account: UUID, *, by: Actor) -> int:
    """Sign out everywhere; returns how many sessions ended."""
    async with unit_of_work(by) as work:
        ended = await run("DELETE FROM sign_in WHERE account = {} RETURNING id", account)
        work.record("sign_in.closed_everywhere", f"account:{account}", after={"ended": len(ended)})
    return len(ended)


async def _note_refusal(found: Row | None, reason: str, ip: str) -> None:
    # What was typed as an unknown address is not kept: in a hurry people type their password there.
    subject = f"account:{found['id']}" if found else "sign_in"
    async with unit_of_work(Actor.anonymous()) as work:
        work.record("sign_in.refused", subject, after={"reason": reason}, personal={"ip": ip} if ip else {})


async def _note_seen(session: UUID, at: datetime) -> None:
    async with unit_of_work(Actor.system("sign-in"), unaudited="when a session was last used") as _:
        await run("UPDATE sign_in SET last_seen_at = {} WHERE id = {} AND last_seen_at < {}", at, session, at)


async def _refresh_hash(found: Row, password: str) -> None:
    """Hash anew with today's costs, now that the password is at hand."""
    if not passwords.is_outdated(found["password_hash"]):
        return
    stored = await passwords.hashed(password)
    async with unit_of_work(Actor.system("sign-in"), unaudited="the same password, hashed with other costs") as _:
        await run("UPDATE account SET password_hash = {} WHERE id = {} AND password_hash = {}", stored, found["id"], found["password_hash"])


def _short(user_agent: Any) -> str:
    """The part of a User-Agent that tells one's own devices apart."""
    text = str(user_agent).encode("ascii", "ignore").decode()
    return "".join(char for char in text if char.isprintable())[:200]
