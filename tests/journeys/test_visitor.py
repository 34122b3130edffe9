"""A visitor: what is on, for whom and where; found with or without diacritics, on a phone and on a desk, with script and without.

What the page shows is compared with the sample's own file, counted here without any of the application's code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from playwright.async_api import Page, expect

from tests.ground.databases import ROOT
from tests.ground.server import Server
from tests.journeys.conftest import DESK, HEIGHTS, PHONE, Windows, faults_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Activity = dict[str, Any]

ON = pytest.mark.parametrize(("width", "script"), [(PHONE, True), (DESK, True), (PHONE, False)], ids=["phone", "desk", "no script"])

# The facet, a choice of it, and who has it.
CHOICES: tuple[tuple[str, str, Callable[[Activity], bool]], ...] = (
    ("Trụ cột", "An toàn, an ninh mạng và dữ liệu cá nhân", lambda one: "an_toan_an_ninh" in one["pillars"]),
    ("Loại hình", "Lớp học cộng đồng", lambda one: one["type"] == "class"),
    ("Dành cho", "Người cao tuổi", lambda one: "elderly" in one["audience"]),
    ("Địa điểm", "Quảng trường trung tâm và phố đi bộ", lambda one: one["venue"] == "V06"),
    ("Đơn vị", "Thành đoàn", lambda one: "TDTN" in units_of(one)),
)  # fmt: skip


def units_of(one: Activity) -> Iterator[str]:
    """Host, co-hosts and the units of satellite sites."""
    yield one["host_unit"]
    yield from one.get("co_hosts", ())
    for site in one.get("satellite_sites", ()):
        yield site if isinstance(site, str) else site["unit"]


def days_of(one: Activity) -> set[str]:
    return {part["start"][:10] for part in one.get("sessions", (one,))}


@pytest.fixture(scope="module")
def listed() -> list[Activity]:
    """What the sample's file wants to be seen in lists."""
    told = yaml.safe_load((ROOT / "sample" / "week.yaml").read_text(encoding="utf-8"))
    return [one for one in told["activities"] if not one.get("unlisted")]


def titles(activities: list[Activity], which: Callable[[Activity], bool], lang: str = "vi") -> set[str]:
    return {one["title"][lang] for one in activities if which(one)}


async def shown(page: Page) -> set[str]:
    """The titles on the page, once all of it is there; days gone by are unfolded first."""
    await page.wait_for_load_state("domcontentloaded")
    folded = page.locator("details.past:not([open]) > summary")
    if await folded.count():
        await folded.click()
    return {" ".join(text.split()) for text in await page.locator("article").get_by_role("heading").all_text_contents()}


async def choose(page: Page, facet: str, choice: str) -> int:
    """Tick a choice as this window offers it, and look at what is left; returns how many activities its number promised."""
    sheet = page.get_by_role("complementary", name="Lọc chương trình")
    if page.viewport_size == {"width": PHONE, "height": HEIGHTS[PHONE]}:  # there the filters are a sheet
        await page.get_by_role("link", name=re.compile("^Lọc")).click()
    box = sheet.get_by_role("checkbox", name=re.compile(rf"^{re.escape(choice)} \d+$"))
    await sheet.wait_for()
    if not await box.is_visible():
        await sheet.locator("summary").filter(has_text=re.compile(rf"^{facet}")).click()
    promised = await box.locator("xpath=ancestor::label").locator(".num").text_content()
    await box.check()
    await sheet.get_by_role("button", name="Xem kết quả").click()
    return int(promised or 0)


async def search(page: Page, words: str) -> set[str]:
    """Type it and press Enter; returns the titles found."""
    await page.get_by_role("searchbox").fill(words)
    await page.get_by_role("searchbox").press("Enter")
    await expect(page.get_by_role("link", name=f"“{words}”")).to_be_visible()
    return await shown(page)


@ON
async def test_every_filter_leaves_what_the_week_has(
    week: Server, window: Windows, listed: list[Activity], width: int, script: bool
) -> None:
    """Pillar, kind, audience, venue, unit and day, one after another and two together; the numbers promised are kept."""
    page = await window(width, java_script_enabled=script)
    await page.goto(f"{week.url}/2026/")
    await page.get_by_role("link", name="Xem chương trình").click()
    counted = page.get_by_role("status").filter(has_text="hoạt động")
    await expect(counted).to_have_text(f"{len(listed)} hoạt động")
    assert await shown(page) == titles(listed, lambda one: True)

    for facet, choice, belongs in CHOICES:
        promised = await choose(page, facet, choice)
        chosen = counted.get_by_role("link", name=choice)
        await expect(chosen).to_be_visible()
        expected = titles(listed, belongs)
        assert await shown(page) == expected
        assert promised == len(expected) > 0
        await chosen.click()
        await expect(chosen).to_have_count(0)

    # One day, then a pillar within it. The plain list has all days under each other; by venue a day is a choice.
    await page.get_by_role("link", name="Theo nơi").click()
    await page.get_by_role("navigation", name="Các ngày").get_by_role("link", name="11/10").click()
    await expect(page).to_have_url(re.compile("day=2026-10-11"))
    assert await shown(page) == titles(listed, lambda one: "2026-10-11" in days_of(one))
    await choose(page, "Trụ cột", "Kinh tế số")
    await expect(counted.get_by_role("link", name="Kinh tế số")).to_be_visible()
    assert await shown(page) == titles(listed, lambda one: "2026-10-11" in days_of(one) and "kinh_te_so" in one["pillars"])


@ON
async def test_searched_without_diacritics_opened_and_read_in_english(
    week: Server, window: Windows, listed: list[Activity], width: int, script: bool
) -> None:
    page = await window(width, java_script_enabled=script)
    await page.goto(f"{week.url}/2026/programme")
    found = await search(page, "chuyen doi so")
    assert found == await search(page, "chuyển đổi số")
    named = titles(listed, lambda one: "chuyển đổi số" in one["title"]["vi"].lower())
    assert len(named) > 5
    assert named <= found

    walk = next(one for one in listed if one["id"] == "A50")
    await search(page, "buoc chan so")
    await page.get_by_role("link", name=walk["title"]["vi"]).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(walk["title"]["vi"])
    main = page.get_by_role("main")
    await expect(main.get_by_text("Hoạt động này đã dời lịch")).to_be_visible()
    await expect(main.get_by_text(walk["change_reason"]["vi"])).to_be_visible()
    where = main.get_by_role("region", name="Khi nào, ở đâu")
    for told in ("Chủ Nhật, 11/10/2026", "06:00–07:30", "Đường chạy phố đi bộ", "Quảng trường trung tâm và phố đi bộ"):
        await expect(where).to_contain_text(told)
    await expect(main.get_by_role("link", name="Đăng ký tham dự").locator("visible=true")).to_have_count(1)

    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(walk["title"]["en"])
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("link", name="Register").locator("visible=true")).to_have_count(1)
    # English stays while one walks on.
    await page.get_by_role("navigation", name="You are here").get_by_role("link", name="Programme").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Programme")
    assert await shown(page) == titles(listed, lambda one: True, "en")


async def test_what_a_visitor_reads_is_accessible(week: Server, window: Windows) -> None:
    """The programme narrowed, with its sheet of filters open, found nothing, and one activity; in both languages."""
    page = await window(PHONE)
    faults = []
    for address in (
        "/2026/programme?pillar=kinh_te_so&day=2026-10-08&lang=en",
        "/2026/programme?audience=elderly#filters",
        "/2026/programme?q=khongcogi&lang=en",
        "/2026/activities/di-bo-dong-hanh-buoc-chan-so?lang=en",
    ):
        await page.goto(week.url + address)
        faults += await faults_at_both_widths(page)
    assert faults == []
