"""The smallest server: the kernel, and the routes that one test writes in its own body."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import httpx
import pytest

from app.kernel.room import Room
from app.kernel.web import access, limits
from app.kernel.web.access import Account, Device, Role, Scope
from tests.conftest import browser_like

PEOPLE = {
    "admin": Account("1", "Quản trị", "admin@so.vn", (Role("administrator"),)),
    "auditor": Account("2", "Thanh tra", "auditor@so.vn", (Role("auditor"),)),
    "organiser": Account("3", "Ban Tổ chức", "to-chuc@so.vn", (Role("organiser", Scope("edition", "2026")),)),
    "last year": Account("4", "Ban Tổ chức cũ", "cu@so.vn", (Role("organiser", Scope("edition", "2025")),)),
    "department": Account("5", "Sở", "so@so.vn", (Role("unit_editor", Scope("unit", "so"), with_subtree=True),)),
    "division": Account("6", "Phòng", "phong@so.vn", (Role("unit_editor", Scope("unit", "so")),)),
    "nobody": Account("7", "Không vai trò", "khong@so.vn"),
}


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    """Accounts known by a header, and a device by a token: the rooms that know better are left out."""
    importlib.import_module("app.main")  # the rooms register theirs when they are first imported: before ours stand in

    async def by_header(connection: Any) -> Account | None:
        return PEOPLE.get(connection.headers.get("x-who", ""))

    async def by_token(connection: Any) -> Device | None:
        return Device("d1", "Máy cửa Bắc") if access.bearer(connection) == "right" else None

    async def edition_scopes(path: Any) -> list[Scope] | None:
        return [Scope("edition", path["edition"])] if path["edition"] in ("2025", "2026") else None

    async def activity_scopes(path: Any) -> list[Scope] | None:
        return [Scope("edition", "2026"), Scope("unit", "trung-tam"), Scope("unit", "so", inherited=True)]

    monkeypatch.setattr(access, "_authenticators", [by_header])
    monkeypatch.setattr(access, "_device_authenticators", [by_token])
    monkeypatch.setattr(access, "_resolvers", {"edition": edition_scopes, "activity": activity_scopes})
    return PEOPLE


@pytest.fixture
async def serve(database: Any, clock: Any, people: Any) -> AsyncIterator[Callable[..., Any]]:
    """`client = await serve(handler, …)`: a started server with these routes, and a browser before it."""
    from app.kernel.database import close_database
    from app.main import create_app

    await close_database()
    limits.forget_all()
    async with AsyncExitStack() as stack:

        async def start(*handlers: Any, settings: Any = database, **headers: str) -> httpx.AsyncClient:
            app = create_app(settings, clock, rooms=(Room("test", route_handlers=handlers),))
            await stack.enter_async_context(app.lifespan())
            client = await stack.enter_async_context(browser_like(app, **headers))
            client.app = app  # type: ignore[attr-defined]
            return client

        yield start


class Said:
    """The lines that were logged so far."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.caplog = caplog

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The structured lines of one event."""
        return [record.msg for record in self.caplog.records if isinstance(record.msg, dict) and record.msg["event"] == event]

    def everything(self) -> str:
        """All that was said, as it was said."""
        return repr([record.msg for record in self.caplog.records]) + self.caplog.text


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Said:
    """What is logged."""
    caplog.set_level("INFO")
    return Said(caplog)


@contextmanager
def english() -> Iterator[None]:
    from app.kernel.web.i18n import speaking

    with speaking("en"):
        yield
