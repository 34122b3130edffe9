"""The organiser's desk in a real browser: a phone in the hall, the keyboard, no script, and whoever cannot see it."""

from __future__ import annotations

import re
import subprocess
import sys

import httpx
import pytest
import pytest_asyncio
from icalendar import Calendar
from playwright.async_api import expect

from tests.conftest import THURSDAY
from tests.ground.browser import accessibility_faults
from tests.ground.databases import ROOT, clean_environment
from tests.ground.ports import scratch
from tests.ground.server import Server

pytestmark = pytest.mark.browser

WHO, PASSWORD = "chuc@haidang.vn", "mật khẩu đủ dài để dùng"

PAGES = [
    "/manage/2026/",
    "/manage/2026/activities",
    "/manage/2026/activities?q=khongcogi",
    "/manage/2026/activities/1",
    "/manage/2026/activities/new",
    "/manage/2026/publish",
    "/manage/2026/versions",
    "/manage/2026/versions/1",
    "/manage/2026/venues",
    "/manage/2026/venues/V01",
    "/manage/2026/terms",
    "/manage/2026/terms/pillar",
    "/manage/2026/settings",
]


@pytest.fixture(scope="module")
def desk(engine, template):
    """A real server with the sample week, published, and its organiser; Thursday of the Week, 09:40."""
    folder = scratch("desk")
    server = Server(engine.copy(template, folder), folder, clock=THURSDAY)
    for command in (
        ["import", "programme", "sample/week.yaml", "--edition", "2026", "--publish"],
        ["user", "add", WHO, "--role", "organiser:2026", "--password", PASSWORD],
    ):
        subprocess.run(
            [sys.executable, "-m", "app.cli", *command],
            cwd=ROOT, check=True, capture_output=True, env=clean_environment(server.database_url, folder),
        )  # fmt: skip
    yield server.start()
    server.stop()
    engine.remove(server.database_url)


async def sign_in(page, server, path="/manage/2026/"):
    await page.goto(f"{server.url}{path}")
    await page.get_by_label("Thư điện tử").fill(WHO)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page).to_have_url(re.compile(re.escape(path.rstrip("/"))))


@pytest_asyncio.fixture(loop_scope="session")
async def organiser(desk, page):
    """A phone on which the organiser is signed in."""
    await sign_in(page, desk)
    return page


def event(server, slug):
    """The activity's session as a calendar gets it."""
    feed = httpx.get(f"{server.url}/2026/activities/{slug}/calendar.ics")
    feed.raise_for_status()
    return Calendar.from_ical(feed.content).walk("VEVENT")[0]


@pytest.mark.smoke
async def test_an_organiser_moves_one_activity_from_the_phone_and_publishes_only_that(desk, organiser):
    """Written, placed, published by itself; then moved, and feeds and pages follow at once."""
    page = organiser
    await page.goto(f"{desk.url}/manage/2026/activities/new")
    await page.get_by_role("group", name="Tên hoạt động").get_by_label(re.compile("^Tiếng Việt")).fill("Tọa đàm ứng phó mưa bão")
    await page.get_by_role("group", name="Tên hoạt động").get_by_label(re.compile("^Tiếng Anh")).fill("Roundtable on storms")
    await page.get_by_label("Đơn vị chủ trì").select_option(label="Sở Khoa học và Công nghệ")
    await page.get_by_label("Loại hình").select_option(label="Tọa đàm")
    first = page.get_by_role("group", name="Buổi 1")
    await first.get_by_label(re.compile("^Ngày")).fill("2026-10-11")
    await first.get_by_label("Bắt đầu").fill("19:00")
    await first.get_by_label("Kết thúc").fill("20:30")
    await first.get_by_label("Địa điểm và phòng").select_option(label="Trung tâm Khởi nghiệp và Đổi mới sáng tạo · Phòng họp kính (40)")
    await page.get_by_role("combobox", name="Trạng thái").select_option(label="Đã xác nhận")
    await page.get_by_role("button", name="Thêm hoạt động").click()
    await expect(page.get_by_text("Hoạt động mới: 19:00–20:30, Chủ Nhật, 11/10/2026")).to_be_visible()
    assert httpx.get(f"{desk.url}/2026/activities/toa-dam-ung-pho-mua-bao").status_code == 404

    await page.get_by_role("button", name="Công bố riêng thay đổi này").click()
    await expect(page.get_by_text("Đã công bố thay đổi này.")).to_be_visible()
    assert event(desk, "toa-dam-ung-pho-mua-bao")["SEQUENCE"] == 0

    await page.get_by_role("group", name="Buổi 1").get_by_label("Bắt đầu").fill("18:00")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.get_by_text("Dời từ 19:00–20:30, Chủ Nhật, 11/10/2026 sang 18:00–20:30, Chủ Nhật, 11/10/2026.")).to_be_visible()
    assert event(desk, "toa-dam-ung-pho-mua-bao")["DTSTART"].dt.hour == 19
    await page.get_by_role("button", name="Công bố riêng thay đổi này").click()
    await expect(page.get_by_text("Đã công bố thay đổi này.")).to_be_visible()
    moved = event(desk, "toa-dam-ung-pho-mua-bao")
    assert (moved["SEQUENCE"], moved["DTSTART"].dt.hour) == (1, 18)

    await page.get_by_role("combobox", name="Trạng thái").select_option(label="Đã hủy")
    await page.get_by_role("group", name="Lý do thay đổi").get_by_label(re.compile("^Tiếng Việt")).fill("Bão đổi hướng")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await page.get_by_role("button", name="Công bố riêng thay đổi này").click()
    await expect(page.get_by_text("Đã công bố thay đổi này.")).to_be_visible()
    cancelled = event(desk, "toa-dam-ung-pho-mua-bao")
    assert (cancelled["SEQUENCE"], cancelled["STATUS"], cancelled["UID"]) == (2, "CANCELLED", moved["UID"])
    assert "Bão đổi hướng" in cancelled["DESCRIPTION"]


async def test_a_clash_is_told_with_names_and_hours_before_anything_is_public(desk, organiser):
    """The plenary is moved into the opening's hour: the page says whom it hits; put back, nothing is left to publish."""
    page = organiser
    await page.goto(f"{desk.url}/manage/2026/activities/2")
    start = page.get_by_role("group", name="Buổi 1").get_by_label("Bắt đầu")
    await start.fill("09:00")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    clash = page.get_by_role("alert")
    await expect(clash).to_contain_text("1 chỗ trùng phòng")
    await expect(clash).to_contain_text("Lễ khai mạc Tuần lễ Chuyển đổi số thành phố")
    await expect(clash).to_contain_text("09:00–09:30, Thứ Hai, 05/10/2026")
    await page.get_by_role("button", name="Công bố riêng thay đổi này").click()
    await expect(page.get_by_text("Chưa công bố được vì trùng phòng: 1 trường hợp.")).to_be_visible()
    await start.fill("09:45")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.get_by_text("Đã lưu vào bản nháp.")).to_be_visible()
    await expect(page.get_by_role("button", name="Công bố riêng thay đổi này")).to_have_count(0)


async def test_rows_come_and_go_in_place_and_enter_saves(desk, organiser):
    """Adding a session keeps what was typed elsewhere and the place on the page; Enter in a field saves, it deletes no row."""
    page = organiser
    await page.goto(f"{desk.url}/manage/2026/activities/5")
    await page.evaluate("window.same = true")
    title = page.get_by_role("group", name="Tên hoạt động").get_by_label(re.compile("^Tiếng Anh"))
    before = await title.input_value()
    await title.fill("Typed and not saved")
    await page.get_by_role("button", name="Thêm buổi").click()
    await expect(page.get_by_role("group", name="Buổi 2")).to_be_visible()
    await expect(title).to_have_value("Typed and not saved")
    await page.get_by_role("button", name="Bỏ buổi này 2").click()
    await expect(page.get_by_role("group", name="Buổi 2")).to_have_count(0)
    assert await page.evaluate("window.same")
    await title.press("Enter")
    await expect(page.get_by_text("Đã lưu vào bản nháp.")).to_be_visible()
    await expect(page.get_by_role("group", name="Buổi 1")).to_be_visible()
    await title.fill(before)
    await title.press("Enter")
    await expect(page.get_by_text("Đã lưu vào bản nháp.")).to_be_visible()


async def test_the_list_renews_while_one_types(desk, organiser):
    """Search as one types: results, count and address follow, the field keeps its focus."""
    page = organiser
    await page.goto(f"{desk.url}/manage/2026/activities")
    search = page.get_by_role("searchbox")
    await search.press_sequentially("khai mac", delay=20)
    await expect(page.get_by_role("link", name="Lễ khai mạc Tuần lễ Chuyển đổi số thành phố")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"q=khai\+mac"))
    await expect(search).to_be_focused()
    await expect(page.get_by_role("link", name="Đêm hội Thành phố số")).to_have_count(0)


async def test_without_script_sessions_and_filters_work(desk, chromium):
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, desk, "/manage/2026/activities")
    await page.get_by_role("searchbox").fill("cang thong minh")
    await page.get_by_role("button", name="Lọc").click()
    await page.get_by_role("link", name="Tham quan Trung tâm Điều hành cảng thông minh").click()
    await page.get_by_role("button", name="Thêm buổi").click()
    await expect(page.get_by_role("group", name="Buổi 2")).to_be_visible()
    await page.get_by_role("button", name="Bỏ buổi này 2").click()
    await expect(page.get_by_role("group", name="Buổi 2")).to_have_count(0)
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_used_by_all(desk, chromium, scheme):
    """WCAG 2.2 AA by axe, on a phone and on a desk; nothing is wider than the window, at 320 px either."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, locale="vi-VN")
    page = await context.new_page()
    await sign_in(page, desk)
    faults = []
    for path in PAGES:
        await page.set_viewport_size({"width": 390 if scheme == "light" else 1280, "height": 844})
        await page.goto(f"{desk.url}{path}")
        faults += [f"{path}: {fault}" for fault in await accessibility_faults(page)]
        await page.set_viewport_size({"width": 320, "height": 700})
        wide = await page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            faults.append(f"{path} is {wide} px wide on a window of 320")
    await context.close()
    assert faults == []
