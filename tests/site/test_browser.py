"""The shop window in a real browser: the sample week on a phone and on a desk, by script and without."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.ground.browser import accessibility_faults
from tests.ground.databases import ROOT, clean_environment

pytestmark = pytest.mark.browser

PAGES = [
    "/2026/",
    "/2026/programme",
    "/2026/programme?view=venue",
    "/2026/programme?view=grid&day=2026-10-09",
    "/2026/programme?q=khongcogi",
    "/2026/activities/le-khai-mac-tuan-le-chuyen-doi-so-thanh-pho",
    "/2026/activities/di-bo-dong-hanh-buoc-chan-so",
    "/2026/changes",
]


@pytest.fixture(scope="module")
def shop(engine, template):
    """A real server with the sample week, published; Thursday of the Week, 09:40."""
    from tests.conftest import THURSDAY
    from tests.ground.ports import scratch
    from tests.ground.server import Server

    folder = scratch("shop")
    server = Server(engine.copy(template, folder), folder, clock=THURSDAY)
    subprocess.run(
        [sys.executable, "-m", "app.cli", "import", "programme", "sample/week.yaml", "--edition", "2026", "--publish"],
        cwd=ROOT, check=True, capture_output=True, env=clean_environment(server.database_url, folder),
    )  # fmt: skip
    yield server.start()
    server.stop()
    engine.remove(server.database_url)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(chromium):
    """A wide window."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()


@pytest.mark.smoke
async def test_a_visitor_finds_something_for_tonight_and_opens_it(shop, page):
    """On a phone: today's pill, the search without diacritics, one tap to the activity, its register button at the thumb."""
    await page.goto(f"{shop.url}/2026/programme")
    await expect(page.get_by_role("heading", name=re.compile("Đang diễn ra"))).to_be_visible()
    await page.get_by_role("searchbox").fill("dem hoi thanh pho so")
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("hoạt động trong")
    await page.get_by_role("link", name="Đêm hội Thành phố số").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Đêm hội Thành phố số")


async def test_filters_renew_the_list_without_leaving_the_page(shop, desk):
    """Ticking renews list, counts and address; Back takes it away again; the box keeps its focus."""
    await desk.goto(f"{shop.url}/2026/programme")
    await desk.evaluate("window.same = true")
    box = desk.get_by_role("checkbox", name=re.compile("Kinh tế số"))
    await box.focus()
    await box.check()
    await expect(desk.get_by_role("status").first).to_contain_text("trong")
    await expect(desk).to_have_url(re.compile("pillar=kinh_te_so"))
    await expect(box).to_be_focused()
    assert await desk.evaluate("window.same")
    await expect(desk.locator(".chosen").get_by_role("link", name=re.compile("Kinh tế số"))).to_be_visible()
    await desk.locator(".top .tools a").first.click()
    await expect(desk.get_by_role("checkbox", name=re.compile("Digital economy"))).to_be_checked()
    await desk.go_back()
    await desk.go_back()
    await expect(desk.get_by_role("checkbox", name=re.compile("Kinh tế số"))).not_to_be_checked()


async def test_without_script_everything_reads_and_filters(shop, chromium):
    """The sheet opens by its address, the form is a form."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{shop.url}/2026/")
    await expect(page.get_by_role("heading", name=re.compile("Đang diễn ra"))).to_be_visible()
    await page.goto(f"{shop.url}/2026/programme")
    await page.get_by_role("link", name="Lọc").click()
    await page.get_by_text("Kinh tế số", exact=True).click()
    await page.get_by_role("button", name="Xem kết quả").click()
    await expect(page).to_have_url(re.compile("pillar=kinh_te_so"))
    assert 0 < await page.locator("article.happening").count() < 60
    await page.goto(f"{shop.url}/2026/programme?view=grid&day=2026-10-09")
    assert await page.locator(".plan-block").count() > 5
    await context.close()


async def test_the_plan_has_a_line_where_now_is(shop, desk):
    await desk.goto(f"{shop.url}/2026/programme?view=grid")
    line = desk.locator(".plan-now")
    await expect(line).to_be_attached()
    assert "r21" in (await line.get_attribute("class")).split(), "09:40 on a plan that begins at 08:00"
    await desk.goto(f"{shop.url}/2026/programme?view=grid&day=2026-10-09")
    await expect(desk.locator(".plan")).to_be_visible()
    assert await desk.locator(".plan-now").count() == 0


async def test_nothing_is_moved_on_the_page_by_what_comes_later(shop, page):
    """The live fragment fills a place that was kept for it."""
    await page.goto(f"{shop.url}/2026/programme")
    await page.evaluate(
        """() => { window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shift += e.value })
            .observe({ type: "layout-shift", buffered: true }) }"""
    )
    await expect(page.get_by_role("heading", name=re.compile("Đang diễn ra"))).to_be_visible()
    assert await page.evaluate("window.shift") < 0.1


@pytest.mark.parametrize("address", PAGES)
async def test_accessible_and_never_wider_than_the_window(shop, chromium, address):
    """WCAG 2.2 AA by axe, on the smallest phone, a phone at night in English and a desk."""
    faults: list[str] = []
    for width, scheme, lang in ((320, "light", "vi"), (390, "dark", "en"), (1280, "light", "vi")):
        context = await chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        page = await context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("console", lambda message, said=said: said.append(message.text) if message.type == "error" else None)
        await page.goto(f"{shop.url}{address}{'&' if '?' in address else '?'}lang={lang}", wait_until="networkidle")
        over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{width} {scheme} {lang}: {fault}" for fault in (*await accessibility_faults(page), *said)]
        if over > 0:
            faults.append(f"{width} {scheme} {lang}: {over} pixels too wide")
        await context.close()
    assert faults == []
