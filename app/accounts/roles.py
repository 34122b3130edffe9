"""Giving roles to accounts and taking them back."""

from __future__ import annotations

from uuid import UUID

from app.accounts.role_kinds import GLOBAL, ROLE_KINDS
from app.accounts.scopes import find_scope
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import engine_name, row, rows, run, unit_of_work
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import uuid7
from app.kernel.web.access import ADMINISTRATOR
from app.kernel.web.i18n import N_

_LOCK = 1010_0003  # whoever takes administrators away holds it until the commit (PostgreSQL)


class WrongScope(Refused):
    """This kind of role cannot be about that."""

    status = 422

    def __init__(self) -> None:
        super().__init__(N_("Vai trò này không gắn được với phạm vi đó."))


class LastAdministrator(Refused):
    """Nobody would be left to give roles."""

    def __init__(self) -> None:
        super().__init__(N_("Phải còn ít nhất một quản trị hệ thống đang hoạt động."))


async def grant_role(account: UUID, kind: str, *, scope_kind: str = GLOBAL, scope: str = "", with_subtree: bool = False, by: Actor) -> UUID:
    """Give an account a role; `scope` is the id or the code of what it is about. Returns the live role's id.

    A role that the account already has is left as it is, except for `with_subtree`, which becomes as said.

    Raises:
        WrongScope: there is no such kind, or it cannot be about that.
        NotFound: there is no such account, or no such thing of that scope kind.
    """
    known = ROLE_KINDS.get(kind)
    if known is None or scope_kind not in known.scopes or (with_subtree and not known.subtree):
        raise WrongScope
    about = await find_scope(scope_kind, scope)
    if about is None:
        raise NotFound(N_("Không tìm thấy phạm vi của vai trò."))
    async with unit_of_work(by, joins=True, unaudited="the account had this role already") as work:
        if await row("SELECT id FROM account WHERE id = {}", account) is None:
            raise NotFound(N_("Không tìm thấy tài khoản."))
        given = await run(
            "INSERT INTO role (id, account, kind, scope_kind, scope_id, with_subtree, granted_at, granted_by, revoked_at) "
            "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, NULL) "
            "ON CONFLICT (account, kind, scope_kind, scope_id) WHERE revoked_at IS NULL "
            "DO UPDATE SET with_subtree = excluded.with_subtree WHERE role.with_subtree <> excluded.with_subtree RETURNING id",
            uuid7(), account, kind, scope_kind, about.id, with_subtree, now(), by.label[:200],
        )  # fmt: skip
        if given:
            after = {"kind": kind, "scope_kind": scope_kind, "scope": about.id, "with_subtree": with_subtree}
            work.record("role.granted", f"account:{account}", after=after)
        live = await row(
            "SELECT id FROM role WHERE account = {} AND kind = {} AND scope_kind = {} AND scope_id = {} AND revoked_at IS NULL",
            account, kind, scope_kind, about.id,
        )  # fmt: skip
    assert live is not None
    found: UUID = live["id"]
    return found


async def revoke_role(role: UUID, *, account: UUID, by: Actor) -> None:
    """Take a role of this account back. One that is gone already stays gone; the row stays as history.

    Raises:
        NotFound: the account never had it.
        LastAdministrator
    """
    async with unit_of_work(by, unaudited="it was revoked before") as work:
        await hold_administrators()
        found = await row("SELECT kind, scope_kind, scope_id, revoked_at FROM role WHERE id = {} AND account = {}", role, account)
        if found is None:
            raise NotFound(N_("Không tìm thấy vai trò."))
        if found["revoked_at"] is not None:
            return
        if found["kind"] == ADMINISTRATOR:
            await refuse_to_lose(account)
        await run("UPDATE role SET revoked_at = {} WHERE id = {}", now(), role)
        work.record("role.revoked", f"account:{account}", before={name: found[name] for name in ("kind", "scope_kind", "scope_id")})


async def hold_administrators() -> None:
    """Let nobody else take an administrator away until the commit: two, each leaving one, would leave none."""
    if engine_name() == "postgresql":
        await run("SELECT pg_advisory_xact_lock({})", _LOCK)


async def refuse_to_lose(account: UUID) -> None:
    """Inside a unit of work, before this account stops being an administrator: refuse if nobody else would be one.

    Raises:
        LastAdministrator
    """
    active = await rows(
        "SELECT account.id FROM role JOIN account ON account.id = role.account "
        "WHERE role.kind = {} AND role.revoked_at IS NULL AND account.state = 'active'",
        ADMINISTRATOR,
    )
    if [one["id"] for one in active] == [account]:
        raise LastAdministrator
