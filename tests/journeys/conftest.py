"""What the days of the eight persons share: a server with the sample week, people with a window of their own, and signing in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.accounts.demo import demo_accounts
from app.kernel.signing import load_secrets, use_secrets
from tests.conftest import THURSDAY
from tests.ground.browser import accessibility_faults, is_complaint
from tests.ground.crowd import settings_for
from tests.ground.databases import Engine
from tests.ground.ports import scratch
from tests.ground.server import Server

PHONE, DESK = 390, 1280
HEIGHTS = {PHONE: 844, DESK: 900}


@pytest.fixture(scope="module")
def week(engine: Engine, sample: str) -> Iterator[Server]:
    """A running server with the sample week, one for all journeys of a file. Thursday of the Week, 09:40."""
    folder = scratch("week")
    server = Server(engine.copy(sample, folder), folder, clock=THURSDAY)
    yield server.start()
    server.stop()
    engine.remove(server.database_url)
    shutil.rmtree(folder, ignore_errors=True)


Windows = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def window(chromium: Browser) -> AsyncIterator[Windows]:
    """Opens windows: `await window(PHONE)`, `await window(DESK, java_script_enabled=False)`. Each is a person of its own.

    An error of a script, or anything the content security policy refused, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_window(width: int, **more: object) -> Page:
        size = {"width": width, "height": HEIGHTS[width]}
        context = await chromium.new_context(viewport=size, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **more)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if is_complaint(said) else None)
        return page

    yield open_window
    for context in contexts:
        await context.close()
    assert not complaints, "the browser complained: " + "; ".join(complaints)


async def sign_in(page: Page, server: Server, role: str = "organiser") -> Page:
    """Sign in by the form as the demo's person of this role."""
    settings = settings_for(server.database_url, server.data_dir)
    use_secrets(load_secrets(settings.secret_key, settings.data_dir))
    person = next(one for one in demo_accounts() if one.role == role)
    await page.goto(f"{server.url}/sign-in")
    await page.get_by_label("Thư điện tử").fill(person.email)
    await page.get_by_label("Mật khẩu").fill(person.password)
    await page.get_by_role("button", name="Đăng nhập", exact=True).click()
    await expect(page.get_by_role("heading", name="Việc của tôi", level=1)).to_be_visible()
    return page


async def faults_at_both_widths(page: Page) -> list[str]:
    """What axe finds on the page as it stands, on a phone and on a desk, and whether it is wider than the window."""
    before = page.viewport_size
    assert before is not None
    faults = []
    for width in (PHONE, DESK):
        await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        faults += [f"{page.url} at {width}: {fault}" for fault in await accessibility_faults(page)]
        over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{page.url} at {width}: {over} pixels too wide"] if over > 0 else []
    await page.set_viewport_size(before)
    return faults
