"""The session's cookie, and how a request becomes an account.

`__Host-` makes browsers refuse a cookie that another host or path of the domain has set; it exists on HTTPS only.
Nobody who is not signed in ever gets a cookie.
"""

from __future__ import annotations

from typing import Any

from litestar.datastructures import Cookie
from litestar.response import Response

from app.accounts.sign_in import LONGEST, Session, session_of
from app.kernel.web.access import Account, use_authenticator


def is_secure(connection: Any) -> bool:
    """Whether people reach us over HTTPS, by the settings or on this very connection."""
    return bool(connection.app.state.settings.https) or connection.scope.get("scheme") == "https"


def cookie_name(connection: Any) -> str:
    """The name under which this connection's session travels."""
    return "__Host-ngayso" if is_secure(connection) else "ngayso"


def token_of(connection: Any) -> str:
    """The token the browser sent; empty when it sent none."""
    return str(connection.cookies.get(cookie_name(connection), ""))


async def current_session(connection: Any) -> Session | None:
    """The open session of this request."""
    return await session_of(token_of(connection))


@use_authenticator
async def account_of(connection: Any) -> Account | None:
    """Who is signed in; costs nothing without a cookie."""
    session = await current_session(connection)
    return session.account if session else None


def give(response: Response[Any], connection: Any, token: str) -> Response[Any]:
    """Hand a new session to the browser."""
    response.set_cookie(_cookie(connection, token, int(LONGEST.total_seconds())))
    return response


def take_back(response: Response[Any], connection: Any) -> Response[Any]:
    """Make the browser forget its session."""
    response.set_cookie(_cookie(connection, "", 0))
    return response


def _cookie(connection: Any, token: str, seconds: int) -> Cookie:
    return Cookie(
        cookie_name(connection), value=token, max_age=seconds, path="/", httponly=True, samesite="lax", secure=is_secure(connection)
    )
