"""Pages of those who keep accounts and roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.accounts import keeping, queries
from app.accounts.forms import GrantForm, NewAccountForm
from app.accounts.home import in_words
from app.accounts.passwords import made_up
from app.accounts.role_kinds import GLOBAL, ROLE_KINDS, SCOPE_KINDS, RoleKind
from app.accounts.roles import grant_role, revoke_role
from app.accounts.scopes import is_known, scope_choices
from app.kernel.errors import DomainError, NotFound
from app.kernel.text import Text
from app.kernel.web import access
from app.kernel.web.access import allow
from app.kernel.web.forms import Choices
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest

ADMINISTRATORS = allow(resource=None)
ONE_ACCOUNT = allow(resource="account")

NEW_ACCOUNT = allow(resource=None, read_only_for_auditor=False)
"""The empty form: for who may send it, so not for auditors."""

DONE = {
    "granted": N_("Đã giao vai trò."),
    "revoked": N_("Đã thu hồi vai trò."),
    "disabled": N_("Đã khóa tài khoản và đăng xuất mọi thiết bị."),
    "enabled": N_("Đã mở lại tài khoản."),
}


@get("/manage/accounts", guards=[ADMINISTRATORS])
async def account_list(request: HouseRequest) -> Response[Any]:
    """Everybody who can sign in, with what they may."""
    q, kind = request.query_params.get("q", "")[:100], request.query_params.get("role", "")
    found = await queries.accounts(q=q, kind=kind if kind in ROLE_KINDS else "")
    roles = await in_words([role for one in found for role in one.roles])
    return page(
        "accounts/accounts.html",
        accounts=found,
        lines={role.id: role for role in roles},
        q=q,
        kind=kind,
        kinds=[one for one in ROLE_KINDS.values() if one.offered],
        filtered=bool(q or kind),
    )


@get("/manage/accounts/new", guards=[NEW_ACCOUNT])
async def new_account_page() -> Response[Any]:
    """The form of a new account."""
    return page("accounts/new_account.html", form=NewAccountForm.blank(language="vi"))


@post("/manage/accounts/new", guards=[ADMINISTRATORS], status_code=201)
async def new_account(request: HouseRequest) -> Response[Any]:
    """Open it; the made-up password is on the answer and nowhere else."""
    form = NewAccountForm.read(await request.form())
    if form.errors:
        return page("accounts/new_account.html", status=422, form=form)
    typed, password = form.value, made_up()
    try:
        made = await keeping.create_account(
            typed.email, name=typed.name, password=password, language=typed.language, by=access.account().actor
        )
    except (keeping.AccountExists, keeping.WrongAddress) as refused:
        form.fail("email", refused.message)
        return page("accounts/new_account.html", status=refused.status, form=form)
    return await _one(request, made, status=201, password=password)


@get("/manage/accounts/{account:uuid}", guards=[ONE_ACCOUNT])
async def account_page(request: HouseRequest, account: FromPath[UUID]) -> Response[Any]:
    """One account: roles, state, password. `?role=` opens the form for a role of that kind."""
    return await _one(request, account)


@post("/manage/accounts/{account:uuid}/roles", guards=[ONE_ACCOUNT], status_code=303)
async def grant(request: HouseRequest, account: FromPath[UUID]) -> Response[Any]:
    """Give a role."""
    data = await request.form()
    kind = ROLE_KINDS.get(str(data.get("kind", "")))
    form = GrantForm.read(data, choices={"scope": await _scopes_for(kind)})
    if kind is None:
        form.fail("", N_("Không tìm thấy vai trò."))
    if kind is None or form.errors:
        return await _one(request, account, grant=form, kind=kind, status=422)
    scope_kind, _colon, scope = form.value.scope.partition(":")
    try:
        await grant_role(
            account,
            kind.code,
            scope_kind=scope_kind,
            scope=scope,
            with_subtree=form.value.with_subtree and kind.subtree,
            by=access.account().actor,
        )
    except DomainError as refused:
        form.fail("scope", refused.message, **refused.params)
        return await _one(request, account, grant=form, kind=kind, status=refused.status)
    return redirect(f"/manage/accounts/{account}", done="granted")


@post("/manage/accounts/{account:uuid}/roles/{role:uuid}/revoke", guards=[ONE_ACCOUNT], status_code=303)
async def revoke(account: FromPath[UUID], role: FromPath[UUID]) -> Response[Any]:
    """Take a role back."""
    await revoke_role(role, account=account, by=access.account().actor)
    return redirect(f"/manage/accounts/{account}", done="revoked")


@post("/manage/accounts/{account:uuid}/disable", guards=[ONE_ACCOUNT], status_code=303)
async def disable(account: FromPath[UUID]) -> Response[Any]:
    """Close it."""
    await keeping.disable_account(account, by=access.account().actor)
    return redirect(f"/manage/accounts/{account}", done="disabled")


@post("/manage/accounts/{account:uuid}/enable", guards=[ONE_ACCOUNT], status_code=303)
async def enable(account: FromPath[UUID]) -> Response[Any]:
    """Reopen it."""
    await keeping.enable_account(account, by=access.account().actor)
    return redirect(f"/manage/accounts/{account}", done="enabled")


@post("/manage/accounts/{account:uuid}/password", guards=[ONE_ACCOUNT], status_code=200)
async def reset_password(request: HouseRequest, account: FromPath[UUID]) -> Response[Any]:
    """Make up a new password and show it once."""
    return await _one(request, account, password=await keeping.reset_password(account, by=access.account().actor))


async def _one(
    request: HouseRequest,
    account: UUID,
    *,
    grant: GrantForm | None = None,
    kind: RoleKind | None = None,
    password: str = "",
    status: int = 200,
) -> Response[Any]:
    found = await queries.account(account)
    if found is None:
        raise NotFound(N_("Không tìm thấy tài khoản."))
    chosen = kind or ROLE_KINDS.get(request.query_params.get("role", ""))
    if grant is None and chosen is not None:
        scopes = await _scopes_for(chosen)
        # A role of the whole system, or of the only edition there is, needs no choosing.
        grant = GrantForm.blank(choices={"scope": scopes}, kind=chosen.code, scope=scopes[0][0] if len(scopes) == 1 else "")
    done = DONE.get(request.query_params.get("done", "")) if request.method == "GET" else None
    return page(
        "accounts/account.html",
        status=status,
        headers={"cache-control": "no-store"},
        person=found,
        roles=await in_words(found.roles),
        kinds=[one for one in ROLE_KINDS.values() if one.offered and any(scope == GLOBAL or is_known(scope) for scope in one.scopes)],
        chosen=chosen,
        grant=grant,
        new_password=password,
        is_self=str(account) == access.account().id,
        flash=[{"tone": "ok", "text": _(done)}] if done else [],
    )


async def _scopes_for(kind: RoleKind | None) -> Choices:
    """What a role of this kind can be about, as "scope kind:id", named with its kind where there are several."""
    if kind is None:
        return []
    found: list[tuple[str, Text]] = []
    for scope_kind in kind.scopes:
        label = SCOPE_KINDS[scope_kind]
        if scope_kind == GLOBAL:
            found.append((f"{GLOBAL}:", label))
        for one in await scope_choices(scope_kind):
            name = one.name if len(kind.scopes) == 1 else Text(f"{label.vi}: {one.name.vi}", f"{label.en}: {one.name.get('en')}")
            found.append((f"{scope_kind}:{one.id}", name))
    return found
