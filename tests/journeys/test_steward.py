"""A steward with a phone: enrolled by the organiser's QR, green with the name, the second time when and where; two doors, one admission."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, expect

from tests.browser.camera import Shot, make_film
from tests.ground.browser import is_complaint, launch
from tests.ground.server import Server
from tests.journeys.conftest import DESK, PHONE, Windows, faults_at_both_widths, sign_in
from tests.journeys.desk import add_device

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Không gian sách số và xuất bản số"
ADMITTED = re.compile(r"^ĐÃ VÀO 09:4\d · Cửa chính$")

Phones = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def phone(playwright: Playwright, tmp_path: Path) -> AsyncIterator[Phones]:
    """Opens phones whose cameras show a film each."""
    browsers: list[Browser] = []
    complaints: list[str] = []

    async def open_phone(*shots: Shot) -> Page:
        browser = await launch(playwright, film=make_film(tmp_path / f"film-{len(browsers)}.y4m", shots))
        browsers.append(browser)
        size = {"width": PHONE, "height": 844}
        context = await browser.new_context(viewport=size, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", permissions=["camera"])
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        return page

    yield open_phone
    for browser in browsers:
        await browser.close()
    assert not complaints, "the browser complained: " + "; ".join(complaints)


def ticket_of(server: Server, name: str) -> str:
    """Somebody registers as a ticket desk's program does; returns what their QR says."""
    wish = {"edition": "2026", "activity": "khong-gian-sach-so-va-xuat-ban-so", "name": name, "phone": "0904123456", "consents": ["attend"]}
    made = httpx.post(f"{server.url}/api/v1/registrations", json={**wish, "nonce": str(uuid.uuid4())})
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


async def enrol(page: Page, link: str) -> None:
    """The phone's own camera read the organiser's screen and opened the link; the steward begins."""
    await page.goto(link)
    await page.get_by_role("button", name="Bắt đầu quét").click()
    await expect(page.get_by_role("button", name="Tìm / gõ mã")).to_be_visible()


async def answer(page: Page) -> tuple[str, str, str]:
    """The next answer that covers the screen: its tone, its words, the name. Green goes by itself, the others are tapped away."""
    cover = page.locator("#verdict:not([hidden])")
    await cover.wait_for(timeout=20_000)
    tone = ((await cover.get_attribute("class")) or "").removeprefix("verdict is-")
    words, name = [(await cover.locator(f".verdict-{part}").text_content() or "").replace("\xa0", " ") for part in ("words", "name")]
    if tone != "ok":
        await cover.click()
    await page.locator("#verdict").wait_for(state="hidden")
    return tone, words, name


async def test_a_morning_at_two_doors(week: Server, window: Windows, phone: Phones) -> None:
    anh, binh, cuong = (ticket_of(week, name) for name in ("Đặng Thị Hồng Ánh", "Lê Văn Bình", "Phạm Quốc Cường"))

    # The organiser opens a door for whoever has tickets, adds another, and shows each phone its square.
    desk = await window(DESK)
    await sign_in(desk, week)
    await desk.get_by_role("main").get_by_role("link", name="Cửa vào").click()
    line = desk.get_by_role("table", name=re.compile("^Có vé mà chưa có cửa")).get_by_role("row").filter(has_text=TITLE)
    await expect(line.get_by_role("cell", name="3", exact=True)).to_be_visible()
    await line.get_by_role("button", name="Mở cửa").click()
    checkpoint = desk.get_by_role("region", name=TITLE)
    await checkpoint.get_by_role("link", name="Thêm cửa").click()
    await desk.get_by_label("Tiếng Việt").fill("Cửa vườn")
    await desk.get_by_role("button", name="Thêm cửa").click()
    faults = await faults_at_both_widths(desk)
    first_link = await add_device(desk, "Cửa chính", "Máy của Lan")
    faults += await faults_at_both_widths(desk)

    lan = await phone(Shot(None, 1), Shot(anh, 2.5), Shot(None, 2.5), Shot(anh, 2.5), Shot(None, 60))
    await enrol(lan, first_link)
    await expect(desk.get_by_role("status").filter(has_text="“Máy của Lan” đã đăng ký lúc 09:4")).to_be_visible()
    assert await answer(lan) == ("ok", "MỜI VÀO", "Đặng Thị Hồng Ánh")
    tone, words, name = await answer(lan)
    assert (tone, name) == ("warn", "Đặng Thị Hồng Ánh")
    assert ADMITTED.match(words)

    # The link was good once; the other door's phone has its own, and knows at once who is in.
    await desk.get_by_role("link", name="Về trang Cửa vào").click()
    second_link = await add_device(desk, "Cửa vườn", "Máy của Minh")
    minh = await phone(Shot(None, 1), Shot(anh, 2.5), Shot(None, 60))
    await minh.goto(first_link)
    await expect(minh.get_by_role("alert").filter(has_text="mã")).to_be_visible()
    await enrol(minh, second_link)
    tone, words, name = await answer(minh)
    assert (tone, name) == ("warn", "Đặng Thị Hồng Ánh")
    assert ADMITTED.match(words)

    # A dead battery and a forgotten phone: the code is typed, the person is looked for.
    await minh.get_by_role("button", name="Tìm / gõ mã").click()
    await minh.get_by_role("searchbox").fill(binh.lower())
    assert await answer(minh) == ("ok", "MỜI VÀO", "Lê Văn Bình")
    await minh.get_by_role("button", name="Tìm / gõ mã").click()
    await minh.get_by_role("searchbox").fill("quoc cuong")
    found = minh.get_by_role("dialog").get_by_role("button", name=re.compile("Phạm Quốc Cường"))
    faults += await faults_at_both_widths(minh)
    await found.click()
    assert await answer(minh) == ("ok", "MỜI VÀO", "Phạm Quốc Cường")
    assert cuong not in await minh.content()

    await desk.get_by_role("link", name="Về trang Cửa vào").click()
    await expect(checkpoint.get_by_role("link", name="3 / 3 đã vào")).to_be_visible()
    assert faults == []
