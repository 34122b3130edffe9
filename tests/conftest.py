"""The fixtures every room's tests stand on.

`database`  a fresh migrated database, opened in this process; the clock stands still at Thursday of the Week, 09:40.
`house`     the whole application on that database, with a client on the test's own event loop.
`smtp`      a real mail server.
`server`    a factory of real `ngayso serve` processes on such a database.
`live_server`  one of them, running; `sample_server` one with the sample week as the demo has it.
`chromium`, `page`  a real browser.

One run per engine: NGAYSO_TEST_DATABASE=sqlite (default) or postgresql.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from tests.ground.browser import is_complaint, launch
from tests.ground.databases import Engine, Postgresql, Sqlite, migrated, sampled
from tests.ground.ports import scratch
from tests.ground.server import Server, ServerFactory
from tests.ground.smtp import MailServer

if TYPE_CHECKING:
    from app.kernel.clock import FrozenClock
    from app.settings import Settings

ENGINE = os.environ.get("NGAYSO_TEST_DATABASE", "sqlite")
THURSDAY = datetime.fromisoformat("2026-10-08T09:40:00+07:00")
BASE_URL = "http://ngayso.test"


def pytest_configure(config: pytest.Config) -> None:
    if ENGINE not in ("sqlite", "postgresql"):
        raise pytest.UsageError("NGAYSO_TEST_DATABASE must be sqlite or postgresql")
    # A developer's own settings must not reach the tests.
    for variable in [
        name for name in os.environ if name.startswith("NGAYSO_") and name not in ("NGAYSO_TEST_DATABASE", "NGAYSO_REAL_DATA")
    ]:
        del os.environ[variable]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests run wholly on SQLite; on PostgreSQL a smoke of them. Tests of one engine stay on it.

    All tests that use the one browser share its event loop.
    """
    for item in items:
        if "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    other = "postgresql_only" if ENGINE == "sqlite" else "sqlite_only"
    left_out = [
        item
        for item in items
        if item.get_closest_marker(other)
        or (ENGINE == "postgresql" and item.get_closest_marker("browser") and not item.get_closest_marker("smoke"))
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_report_header() -> str:
    return f"database engine: {ENGINE}"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The database engine of this run."""
    one: Engine = Sqlite() if ENGINE == "sqlite" else Postgresql()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def template(engine: Engine) -> Iterator[str]:
    """A migrated database that every test gets a copy of."""
    with migrated(engine) as url:
        yield url


@pytest.fixture(scope="session")
def sample(engine: Engine) -> Iterator[str]:
    """A database with the sample week, as the demo has it. Take `sample_server`, or `server(source=sample)`."""
    with sampled(engine) as url:
        yield url


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder."""
    folder = scratch("data")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(engine: Engine, template: str, data_dir: Path) -> Iterator[Settings]:
    """Settings of a server on a fresh migrated database."""
    from app.settings import Settings

    url = engine.copy(template, data_dir)
    yield Settings(database_url=url, data_dir=data_dir, base_url=BASE_URL, secret_key="a secret of the tests, long enough to sign with")
    engine.remove(url)


@pytest.fixture
def clock() -> Iterator[FrozenClock]:
    """A clock that stands still inside the Week until a test moves it."""
    from app.kernel.clock import FrozenClock, SystemClock, use_clock

    frozen = FrozenClock(THURSDAY)
    use_clock(frozen)
    yield frozen
    use_clock(SystemClock())


@pytest.fixture
async def database(settings: Settings, clock: FrozenClock) -> AsyncIterator[Settings]:
    """The fresh database, open: use cases and queries can be called directly."""
    from app.kernel.database import close_database, open_database

    await open_database(settings)
    yield settings
    await close_database()


@dataclass
class House:
    """The whole application in this process. `client` talks to it as a browser that follows no redirects."""

    app: Any
    client: httpx.AsyncClient
    settings: Settings
    clock: FrozenClock

    def visitor(self, **headers: str) -> httpx.AsyncClient:
        """One more browser with cookies of its own. Close it, or let the test end."""
        return browser_like(self.app, **headers)


def browser_like(app: Any, **headers: str) -> httpx.AsyncClient:
    """A client that says what browsers say about where a request comes from (the CSRF check reads it)."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=BASE_URL,
        headers={"origin": BASE_URL, "sec-fetch-site": "same-origin", "accept": "text/html,*/*;q=0.8", **headers},
    )


@pytest.fixture
async def house(database: Settings, clock: FrozenClock) -> AsyncIterator[House]:
    """The application on the fresh database, started, with a client on the test's own event loop."""
    from app.kernel.database import close_database
    from app.main import create_app

    await close_database()  # the application opens it itself
    app = create_app(database, clock)
    async with app.lifespan(), browser_like(app) as client:
        yield House(app, client, database, clock)


@pytest.fixture
def server(engine: Engine, template: str) -> Iterator[ServerFactory]:
    """Make real servers, each on a fresh database and data folder; all are stopped at the end.

    `server()` is started; `server(start=False)` not yet. `clock=None` lets it run on the machine's clock.
    Other keywords are NGAYSO_ variables in lower case: `server(smtp_url=smtp.url)`.
    """
    made: list[Server] = []

    def make(*, source: str = template, clock: datetime | None = THURSDAY, start: bool = True, **variables: str) -> Server:
        folder = scratch("server")
        environment = {f"NGAYSO_{name.upper()}": value for name, value in variables.items()}
        one = Server(engine.copy(source, folder), folder, clock=clock, **environment)
        made.append(one)
        return one.start() if start else one

    yield make
    for one in made:
        if one.process is not None:
            one.stop()
        engine.remove(one.database_url)
        shutil.rmtree(one.data_dir, ignore_errors=True)


@pytest.fixture
def live_server(server: ServerFactory) -> Server:
    """A running server on a fresh migrated database."""
    return server()


@pytest.fixture
def sample_server(server: ServerFactory, sample: str) -> Server:
    """A running server on a fresh copy of the sample week, its clock at Thursday of the Week."""
    return server(source=sample)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """Playwright's driver, one for the run."""
    # Five seconds, its default, are short for a page on a machine that is busy with something else.
    expect.set_options(timeout=15_000)
    async with async_playwright() as driver:
        yield driver


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """One Chromium for the run. Tests open contexts of their own in it, or take `page`."""
    browser = await launch(playwright)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A phone's page, 390 px wide, in Vietnamese. Any error of a script or of the content security policy fails the test."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    context.set_default_timeout(20_000)
    one = await context.new_page()
    complaints: list[str] = []
    one.on("pageerror", lambda error: complaints.append(str(error)))
    one.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    yield one
    await context.close()
    assert not complaints, "the browser complained: " + "; ".join(complaints)


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A real mail server on a free port."""
    server = MailServer().start()
    yield server
    server.stop()
