"""`ngayso user`: accounts from the command line."""

from __future__ import annotations

from uuid import UUID

import click

from app.accounts import keeping, passwords, queries
from app.accounts.role_kinds import GLOBAL, ROLE_KINDS, SCOPE_KINDS
from app.accounts.roles import grant_role
from app.accounts.scopes import find_scope
from app.kernel.actor import Actor
from app.kernel.command import refuse, with_database
from app.kernel.web.access import ADMINISTRATOR
from app.settings import Settings

CLI = Actor.system("cli")


async def create_administrator(email: str, *, name: str, password: str) -> UUID:
    """The account that may everything: made, or the existing one of this address given the role (its password stays).

    Raises:
        keeping.WrongAddress
        passwords.WeakPassword
    """
    found = await queries.account_by_email(email)
    account = found.id if found else await keeping.create_account(email, name=name, password=password, by=CLI)
    await grant_role(account, ADMINISTRATOR, by=CLI)
    return account


@click.group()
def user() -> None:
    """Tài khoản và vai trò. / Accounts and roles."""


@user.command("add")
@click.argument("email")
@click.option("--role", "roles", multiple=True, metavar="KIND[:SCOPE]", help="Ví dụ: organiser:2026, unit_editor:PBC+, administrator.")
@click.option("--name", default="", help="Họ và tên / name.")
@click.option("--password", default="", help="Bỏ trống: tự tạo và in ra một lần / empty: made and printed once.")
def add(email: str, roles: tuple[str, ...], name: str, password: str) -> None:
    """Mở tài khoản EMAIL, hoặc thêm vai trò cho tài khoản đã có. / Open an account, or add roles to it.

    Phạm vi là mã hoặc id; dấu + ở cuối mã đơn vị gồm cả các đơn vị trực thuộc.
    A scope is a code or an id; a + after a unit's code includes the units below it.
    """
    chosen = password or passwords.made_up()

    async def run(_: Settings) -> bool:
        wanted = [await _read_role(role) for role in roles]
        found = await queries.account_by_email(email)
        if found and password:
            refuse("Tài khoản đã có; mật khẩu không đổi bằng lệnh này. / The account exists; this command does not change its password.")
        account = found.id if found else await keeping.create_account(email, name=name, password=chosen, by=CLI)
        for kind, scope_kind, scope, with_subtree in wanted:
            await grant_role(account, kind, scope_kind=scope_kind, scope=scope, with_subtree=with_subtree, by=CLI)
        return found is None

    made = with_database(run)
    click.echo(f"Tài khoản / account: {keeping.normal_email(email)}{'' if made else ' (đã có / existed)'}")
    for role in roles:
        click.echo(f"Vai trò / role: {role}")
    if made and not password:
        click.echo(f"Mật khẩu (chỉ in lần này) / password (printed once): {chosen}")


@user.command("password")
@click.argument("email")
def new_password(email: str) -> None:
    """Đặt mật khẩu mới cho EMAIL và in ra một lần. / Make up a new password and print it once."""

    async def run(_: Settings) -> str:
        found = await queries.account_by_email(email)
        if found is None:
            raise keeping.NoSuchAccount
        return await keeping.reset_password(found.id, by=CLI)

    click.echo(f"Mật khẩu (chỉ in lần này) / password (printed once): {with_database(run)}")


async def _read_role(said: str) -> tuple[str, str, str, bool]:
    """`organiser:2026` as (kind, scope kind, scope id, with subtree); ends the command with a sentence when it makes no sense."""
    code, _, scope = said.partition(":")
    kind = ROLE_KINDS.get(code)
    if kind is None:
        refuse(f"Không có vai trò {code} / no such role. Có / there are: {', '.join(ROLE_KINDS)}")
    with_subtree = kind.subtree and scope.endswith("+")
    named = scope.removesuffix("+") if with_subtree else scope
    if kind.scopes == (GLOBAL,):
        if named:
            refuse(f"Vai trò {code} không có phạm vi / the role {code} has no scope.")
        return code, GLOBAL, "", False
    found = [(scope_kind, about) for scope_kind in kind.scopes if named and (about := await find_scope(scope_kind, named))]
    if found:
        return code, found[0][0], found[0][1].id, with_subtree
    kinds = ", ".join(SCOPE_KINDS[one].en.lower() for one in kind.scopes)
    return refuse(f"Không tìm thấy phạm vi {named or '(trống)'} của vai trò {code} / no such scope ({kinds}), write {code}:CODE.")
