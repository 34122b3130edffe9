"""What an organiser does with their hands: find an activity, place it, publish it."""

from __future__ import annotations

import io
import re

import zxingcpp
from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.ground.server import Server


async def open_activity(page: Page, server: Server, title: str) -> None:
    """Find an activity in the organisers' list by a part of its title and open its form."""
    await page.goto(f"{server.url}/manage/2026/activities")
    await page.get_by_role("searchbox", name="Tìm").fill(title)
    await page.get_by_role("button", name="Lọc", exact=True).click()
    link = page.get_by_role("table", name=re.compile("Hoạt động")).get_by_role("link")
    await expect(link).to_have_count(1)
    await link.click()
    await expect(page.get_by_role("group", name="Tên hoạt động")).to_be_visible()


def session(page: Page, number: int = 1) -> Locator:
    """One session's row in the form."""
    return page.get_by_role("group", name=f"Buổi {number}", exact=True)


async def place(page: Page, *, day: str = "", start: str = "", end: str = "", room: str = "", number: int = 1) -> None:
    """Put a session somewhere, as far as said. `room` as the list shows it: “Thư viện thành phố · Phòng đa phương tiện (100)”."""
    row = session(page, number)
    for label, value in (("^Ngày", day), ("^Bắt đầu", start), ("^Kết thúc", end)):
        if value:
            await row.get_by_label(re.compile(label)).fill(value)
    if room:
        await row.get_by_label(re.compile("^Địa điểm và phòng")).select_option(label=room)


async def save(page: Page) -> None:
    """Save to the draft."""
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.get_by_text("Đã lưu vào bản nháp.")).to_be_visible()


async def publish_this(page: Page) -> None:
    """Publish only what stands on this page."""
    await page.get_by_role("button", name="Công bố riêng thay đổi này").click()
    await expect(page.get_by_text("Đã công bố thay đổi này.")).to_be_visible()


async def add_device(page: Page, gate: str, device: str) -> str:
    """From the page of gates: a device for the gate of this name; returns what the QR on the screen says."""
    here = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=re.compile(f"^{gate}"), level=3))
    await here.get_by_role("link", name="Thêm máy").click()
    await page.get_by_label("Tên máy").fill(device)
    await page.get_by_role("button", name="Cho hiện mã QR đăng ký").click()
    with Image.open(io.BytesIO(await page.get_by_role("img", name="Mã QR đăng ký máy").screenshot())) as shown:
        [code] = zxingcpp.read_barcodes(shown.convert("L"))
    return str(code.text)
