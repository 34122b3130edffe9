"""Who may do what. Every route carries exactly one `Access` in its guards; the permission matrix is read off the router.

    @get("/manage/{edition:str}/activities", guards=[allow("organiser", anywhere=["unit_editor"])])

A role is a kind and a scope (`organiser` of `edition 2026`). A route names the kinds it admits and the resource it is
about; the room that owns the resource registers a resolver that names the scopes it lies in. A role opens the route
when its kind is admitted and its scope is among them. Scopes marked `inherited` (a unit above the host unit) count
only for roles that include their subtree. Administrators may everything; auditors may read everything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from app.kernel.actor import Actor
from app.kernel.errors import DomainError, Forbidden, NotFound
from app.kernel.web import visit
from app.kernel.web.i18n import N_

if TYPE_CHECKING:
    from litestar import Litestar
    from litestar.connection import ASGIConnection
    from litestar.handlers.base import BaseRouteHandler

ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Scope(msgspec.Struct, frozen=True):
    """Something a role can be about: `Scope("edition", "2026")`. `inherited`: reached by going up the tree of units."""

    kind: str
    id: str
    inherited: bool = False


class Role(msgspec.Struct, frozen=True):
    """What an account is, and where. No scope: everywhere. `with_subtree`: also in all units below."""

    kind: str
    scope: Scope | None = None
    with_subtree: bool = False

    def reaches(self, scopes: Sequence[Scope]) -> bool:
        """Whether this role's scope is among those of a resource."""
        if self.scope is None:
            return True
        return any(
            self.scope.kind == scope.kind and self.scope.id == scope.id and (self.with_subtree or not scope.inherited) for scope in scopes
        )


class Account(msgspec.Struct, frozen=True):
    """A signed-in person as the web sees them: what the accounts' authenticator returns."""

    id: str
    name: str
    email: str = ""
    roles: tuple[Role, ...] = ()
    language: str = "vi"

    @property
    def actor(self) -> Actor:
        """The `by` of use cases."""
        return Actor("account", self.id, self.name)

    @property
    def is_administrator(self) -> bool:
        """Whether this account may everything."""
        return self.has(ADMINISTRATOR)

    def has(self, *kinds: str) -> bool:
        """Whether it has a role of one of these kinds, wherever."""
        return any(role.kind in kinds for role in self.roles)

    def may(self, kinds: Sequence[str], scopes: Sequence[Scope]) -> bool:
        """Whether one of its roles is of these kinds and reaches one of the scopes. Administrators may."""
        return any(role.kind == ADMINISTRATOR or (role.kind in kinds and role.reaches(scopes)) for role in self.roles)

    def scopes(self, *kinds: str) -> list[Scope]:
        """The scopes of its roles of these kinds: what lists are narrowed to."""
        return [role.scope for role in self.roles if role.kind in kinds and role.scope is not None]


class Device(msgspec.Struct, frozen=True):
    """A phone or an integration known by its bearer token. `detail` is whatever its room wants to find again."""

    id: str
    label: str
    scopes: tuple[Scope, ...] = ()
    detail: Any = None

    @property
    def actor(self) -> Actor:
        """The `by` of use cases."""
        return Actor("device", self.id, self.label)


class SignInNeeded(DomainError):
    """Nobody is signed in. A page under /manage becomes a redirect to sign-in; everything else answers 401."""

    status = 401

    def __init__(self) -> None:
        super().__init__(N_("Xin đăng nhập để xem trang này."))


class DeviceNeeded(DomainError):
    """No valid bearer token of a device."""

    status = 401

    def __init__(self) -> None:
        super().__init__(N_("Thiết bị này chưa được cấp quyền, hoặc quyền đã bị thu hồi."))


class NotAllowed(Forbidden):
    """Signed in, and not for them."""

    def __init__(self) -> None:
        super().__init__(N_("Tài khoản của bạn không có quyền làm việc này."))


Connection = Any
Authenticator = Callable[["ASGIConnection[Any, Any, Any, Any]"], Awaitable[Account | None]]
DeviceAuthenticator = Callable[["ASGIConnection[Any, Any, Any, Any]"], Awaitable[Device | None]]
Resolver = Callable[[Mapping[str, Any]], Awaitable[Sequence[Scope] | None]]

_authenticators: list[Authenticator] = []
_device_authenticators: list[DeviceAuthenticator] = []
_resolvers: dict[str, Resolver] = {}


def use_authenticator(authenticator: Authenticator) -> Authenticator:
    """Register how an account is known from a request (the accounts' session). Cheap without a cookie: it runs on public pages too."""
    if authenticator not in _authenticators:
        _authenticators.append(authenticator)
    return authenticator


def use_device_authenticator(authenticator: DeviceAuthenticator) -> DeviceAuthenticator:
    """Register how a device is known from its `Authorization: Bearer` header."""
    if authenticator not in _device_authenticators:
        _device_authenticators.append(authenticator)
    return authenticator


def resolver(resource: str) -> Callable[[Resolver], Resolver]:
    """Register how the scopes of a resource are found from the path parameters; none when there is no such thing.

    @resolver("activity")
    async def activity_scopes(path: Mapping[str, Any]) -> Sequence[Scope] | None: ...
    """

    def register(function: Resolver) -> Resolver:
        _resolvers[resource] = function
        return function

    return register


def bearer(connection: Any) -> str:
    """The token of `Authorization: Bearer …`, empty when there is none."""
    header: str = connection.headers.get("authorization", "")
    scheme, _space, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def authenticate(connection: Any) -> Account | None:
    """Ask the registered authenticators who this is, and keep the answer for the rest of the request."""
    for authenticator in _authenticators:
        account = await authenticator(connection)
        if account is not None:
            here = visit.current()
            if here is not None:
                here.account = account
            return account
    return None


async def _authenticate_device(connection: Any) -> Device | None:
    for authenticator in _device_authenticators:
        device_found = await authenticator(connection)
        if device_found is not None:
            here = visit.current()
            if here is not None:
                here.device = device_found
            return device_found
    return None


Kind = Literal["public", "signed_in", "roles", "device"]


class Access:
    """What a route needs. A Litestar guard; `public`, `signed_in`, `device` and `allow(...)` are the only ones made."""

    def __init__(
        self,
        kind: Kind,
        *,
        kinds: Sequence[str] = (),
        anywhere: Sequence[str] = (),
        resource: str | None = None,
        read_only_for_auditor: bool = True,
    ) -> None:
        self.kind = kind
        self.kinds = tuple(kinds)
        self.anywhere = tuple(anywhere)
        self.resource = resource
        self.read_only_for_auditor = read_only_for_auditor

    def __repr__(self) -> str:
        if self.kind != "roles":
            return self.kind
        return f"allow({', '.join([*self.kinds, *(f'{kind} (anywhere)' for kind in self.anywhere)])}; {self.resource or 'no resource'})"

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Let the request pass, or raise.

        Raises:
            SignInNeeded, DeviceNeeded: nobody is known.
            NotFound: the resource of the path does not exist.
            NotAllowed: known, and may not.
        """
        if self.kind == "device":
            if await _authenticate_device(connection) is None:
                raise DeviceNeeded
            return
        if self.kind == "public":
            # Pages that show nothing of the reader say opt={"account": False} and save the look-up.
            if handler.opt.get("account", True):
                await authenticate(connection)
            return
        account = await authenticate(connection)
        if account is None:
            raise SignInNeeded
        if self.kind == "roles":
            await self._check(account, str(connection.scope.get("method", "GET")), connection.path_params)

    async def _check(self, account: Account, method: str, path: Mapping[str, Any]) -> None:
        scopes: Sequence[Scope] = ()
        if self.resource is not None:
            found = await _resolvers[self.resource](path)
            if found is None:
                raise NotFound(N_("Không tìm thấy trang này."))
            scopes = found
        if not self.admits(account, method, scopes):
            raise NotAllowed

    def admits(self, account: Account, method: str, scopes: Sequence[Scope]) -> bool:
        """The rule itself, without a request."""
        if account.is_administrator or account.has(*self.anywhere):
            return True
        if self.read_only_for_auditor and method in SAFE_METHODS and account.has(AUDITOR):
            return True
        return account.has(*self.kinds) if self.resource is None else account.may(self.kinds, scopes)


public = Access("public")
signed_in = Access("signed_in")
device = Access("device")


def allow(*kinds: str, resource: str | None = "edition", anywhere: Sequence[str] = (), read_only_for_auditor: bool = True) -> Access:
    """Admit roles of `kinds` whose scope covers the `resource` named by the path.

    `resource=None`: the path is about nothing in particular, any scope will do. `anywhere`: kinds whose scope need not
    cover the resource, because the handler narrows it down itself (a unit editor on an edition's list).
    `allow()` without kinds is for administrators (and auditors, reading).
    """
    return Access("roles", kinds=kinds, anywhere=anywhere, resource=resource, read_only_for_auditor=read_only_for_auditor)


def current_account() -> Account | None:
    """The signed-in account of this request."""
    here = visit.current()
    return here.account if here else None


def account() -> Account:
    """The signed-in account, behind a guard that made sure of it.

    Raises:
        SignInNeeded: there is none.
    """
    found = current_account()
    if found is None:
        raise SignInNeeded
    return found


def current_device() -> Device:
    """The device behind the `device` guard.

    Raises:
        DeviceNeeded: there is none.
    """
    here = visit.current()
    if here is None or here.device is None:
        raise DeviceNeeded
    return here.device


def actor() -> Actor:
    """Who acts in this request: the account, the device, or a visitor."""
    here = visit.current()
    if here and here.account:
        return here.account.actor
    if here and here.device:
        return here.device.actor
    return Actor.anonymous()


def require(*kinds: str, scopes: Sequence[Scope]) -> Account:
    """Narrow down inside a handler: the account when it may, else an error.

    Raises:
        SignInNeeded, NotAllowed
    """
    found = account()
    if not found.may(kinds, scopes):
        raise NotAllowed
    return found


class Declared(msgspec.Struct, frozen=True):
    """One route as declared: a line of the permission matrix. `access` is none when the route has not exactly one."""

    method: str
    path: str
    access: Any
    handler: Any


def declared(app: Litestar) -> Iterator[Declared]:
    """Every route of the app with its `Access`. The OPTIONS answers that Litestar adds by itself are left out."""
    from litestar.routes import ASGIRoute, HTTPRoute

    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if set(handler.http_methods) == {"OPTIONS"}:
                    continue
                for method in sorted(handler.http_methods):
                    yield Declared(str(method), route.path_format, _single(handler), handler)
        elif isinstance(route, ASGIRoute):
            yield Declared("ANY", route.path, _single(route.route_handler), route.route_handler)


def _single(handler: Any) -> Access | None:
    found = [guard for guard in handler.resolve_guards() if isinstance(guard, Access)]
    return found[0] if len(found) == 1 else None


def faults(app: Litestar) -> list[str]:
    """Routes without exactly one `Access`, or with a resource that nobody resolves. A test asserts that there are none."""
    found: list[str] = []
    for line in declared(app):
        if line.access is None:
            found.append(f"{line.method} {line.path}: needs exactly one of public, signed_in, device, allow(...) in guards")
        elif line.access.resource is not None and line.access.resource not in _resolvers:
            found.append(f"{line.method} {line.path}: nobody resolves the resource {line.access.resource!r}")
    return found
