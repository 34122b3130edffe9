"""Signing in and out, the organisers' home, and one's own account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Response

from app.accounts import keeping, passwords, sign_in
from app.accounts.cookies import current_session, give, take_back, token_of
from app.accounts.demo import demo_accounts
from app.accounts.forms import PasswordForm, ProfileForm, SignInForm
from app.accounts.home import home_of
from app.accounts.paths import local_path
from app.accounts.queries import sessions
from app.kernel.errors import DomainError
from app.kernel.web import access, navigation
from app.kernel.web.access import public, signed_in
from app.kernel.web.i18n import N_, _
from app.kernel.web.limits import by_address, limit, named
from app.kernel.web.rendering import demo, page, redirect
from app.kernel.web.request import HouseRequest

# A person mistypes a few times; a hall behind one address signs in within a minute. What stops a guesser is the first.
FROM_ONE_PLACE = named("sign-in by account and address", 10, 900)
FROM_ANYWHERE = named("sign-in by account", 100, 3600)
NEW_PASSWORD = named("password change by account", 10, 900)

DONE = {
    "profile": N_("Đã lưu."),
    "password": N_("Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất."),
}


@get("/sign-in", guards=[public])
async def sign_in_page(request: HouseRequest) -> Response[Any]:
    """The form; whoever is signed in already goes straight on."""
    wanted = local_path(request.query_params.get("next", ""))
    if access.current_account() is not None:
        return redirect(wanted)
    return _sign_in_form(SignInForm.blank(next=wanted))


@post("/sign-in", guards=[public, limit("sign-in by address", 300, 900)], status_code=303)
async def sign_in_now(request: HouseRequest) -> Response[Any]:
    """Check the password, end the session the browser had, open a new one."""
    form = SignInForm.read(await request.form())
    if form.errors:
        return _sign_in_form(form, status=422)
    typed = form.value
    address, email = by_address(request), keeping.normal_email(typed.email)
    FROM_ONE_PLACE.take(f"{email} {address}")
    FROM_ANYWHERE.take(email)
    try:
        opened = await sign_in.open_session(
            email, typed.password, ip=address, user_agent=request.headers.get("user-agent", ""), former=token_of(request)
        )
    except (sign_in.WrongCredentials, sign_in.AccountDisabled) as refused:
        form.fail("", refused.message)
        return _sign_in_form(form, status=refused.status)
    FROM_ONE_PLACE.forget(f"{email} {address}")
    wanted = local_path(typed.next)
    language = "en" if opened.language == "en" and "lang=" not in wanted else ""
    return give(redirect(wanted, lang=language), request, opened.token)


@post("/sign-out", guards=[public], status_code=303)
async def sign_out(request: HouseRequest) -> Response[Any]:
    """Leave. Nobody is asked who they are: a session that ended by itself may be left too."""
    session = await current_session(request)
    if session is not None:
        await sign_in.close_session(session)
    answer = redirect("/sign-in")
    return take_back(answer, request) if token_of(request) else answer


def _sign_in_form(form: SignInForm, status: int = 200) -> Response[Any]:
    shown = demo_accounts() if demo()["on"] else []
    return page("accounts/sign_in.html", status=status, headers={"cache-control": "no-store"}, form=form, demo_accounts=shown)


@get("/manage/", guards=[signed_in])
async def home() -> Response[Any]:
    """What I may enter and what waits for me."""
    account = access.account()
    return page("accounts/home.html", home=await home_of(account), needs=await navigation.needs_of(account))


@get("/manage/account", guards=[signed_in])
async def own_account(request: HouseRequest) -> Response[Any]:
    """My name, password, and where I am signed in."""
    return await _own_account(request)


@post("/manage/account", guards=[signed_in], status_code=303)
async def change_profile(request: HouseRequest) -> Response[Any]:
    """Save name and language."""
    form = ProfileForm.read(await request.form())
    if form.errors:
        return await _own_account(request, profile=form, status=422)
    account = access.account()
    await keeping.rename_account(_uuid(account), name=form.value.name, language=form.value.language, by=account.actor)
    return redirect("/manage/account", done="profile")


@post("/manage/account/password", guards=[signed_in], status_code=303)
async def change_password(request: HouseRequest) -> Response[Any]:
    """Change the password; every other session of mine ends."""
    form = PasswordForm.read(await request.form())
    if form.errors:
        return await _own_account(request, password=form, status=422)
    account, session = access.account(), await current_session(request)
    NEW_PASSWORD.take(account.id)
    try:
        await keeping.change_password(
            _uuid(account), present=form.value.present, new=form.value.new, keep_session=session.id if session else None, by=account.actor
        )
    except (keeping.WrongPassword, passwords.WeakPassword) as refused:
        _fail(form, "present" if isinstance(refused, keeping.WrongPassword) else "new", refused)
        return await _own_account(request, password=form, status=422)
    return redirect("/manage/account", done="password")


@post("/manage/account/sign-out-everywhere", guards=[signed_in], status_code=303)
async def sign_out_everywhere(request: HouseRequest) -> Response[Any]:
    """End all my sessions, this one too."""
    account = access.account()
    await sign_in.close_all_sessions(_uuid(account), by=account.actor)
    return take_back(redirect("/sign-in"), request)


async def _own_account(
    request: HouseRequest, *, profile: ProfileForm | None = None, password: PasswordForm | None = None, status: int = 200
) -> Response[Any]:
    account, session = access.account(), await current_session(request)
    done = DONE.get(request.query_params.get("done", "")) if status == 200 else None
    return page(
        "accounts/own_account.html",
        status=status,
        headers={"cache-control": "no-store"},
        profile=profile or ProfileForm.of(account),
        password=password or PasswordForm.blank(),
        sessions=await sessions(_uuid(account)),
        session_id=session.id if session else None,
        flash=[{"tone": "ok", "text": _(done)}] if done else [],
    )


def _fail(form: Any, name: str, error: DomainError) -> None:
    form.fail(name, error.message, **error.params)


def _uuid(account: access.Account) -> UUID:
    return UUID(account.id)
