"""A phone in the hand: from the form to the square on a bright screen, with and without script; nothing shuts anybody out."""

from __future__ import annotations

import asyncio
import io

import pytest
import zxingcpp
from PIL import Image

from app.kernel.clock import FrozenClock, SystemClock, use_clock
from app.kernel.database import close_database, open_database
from app.kernel.signing import load_secrets, use_secrets
from tests.conftest import THURSDAY
from tests.ground.browser import accessibility_faults
from tests.ground.crowd import settings_for
from tests.registrations.tickets.conftest import make_week

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _prepare(database_url, data_dir) -> str:
    settings = settings_for(database_url, data_dir)
    use_clock(FrozenClock(THURSDAY))
    use_secrets(load_secrets(settings.secret_key, settings.data_dir))
    await open_database(settings)
    try:
        return (await make_week()).talk.slug
    finally:
        await close_database()
        use_clock(SystemClock())


@pytest.fixture
def form(server):
    """The address of a registration form on a real server."""
    one = server(start=False)
    slug = asyncio.run(_prepare(one.database_url, one.data_dir))
    one.start()
    return f"{one.url}/2026/activities/{slug}/register"


async def _read(page) -> list[str]:
    """What a scanner held before the screen would read."""
    with Image.open(io.BytesIO(await page.screenshot())) as seen:
        return [found.text for found in zxingcpp.read_barcodes(seen)]


@pytest.mark.smoke
async def test_a_phone_registers_and_holds_up_its_ticket(form, page):
    await page.goto(form)
    assert await accessibility_faults(page) == []
    await page.get_by_label("Họ và tên").fill("Nguyễn Thị Ánh")
    await page.get_by_role("button", name="Đăng ký và nhận vé").click()
    assert await page.locator(".field-error").count() == 2
    assert await page.evaluate("document.activeElement.id") == "errors"
    assert await accessibility_faults(page) == []
    await page.get_by_label("Số điện thoại").fill("0912 345 678")
    await page.get_by_label("Tôi đã đọc và đồng ý").check()
    await page.get_by_role("button", name="Đăng ký và nhận vé").click()
    await page.get_by_text("Đây là vé của bạn").wait_for()
    assert await accessibility_faults(page) == []
    ticket = page.url.split("?")[0]

    square, card = await page.locator(".ticket-square svg").bounding_box(), await page.locator(".ticket").bounding_box()
    assert square["width"] * 25 / 33 >= 0.69 * card["width"]  # 25 of 33 modules are dark or light, the rest is its quiet zone
    await page.locator(".ticket-square").scroll_into_view_if_needed()
    codes = await _read(page)
    assert len(codes) == 1

    async with page.expect_download() as download:
        await page.get_by_role("link", name="Lưu vé thành ảnh").click()
    with Image.open(await (await download.value).path()) as saved:
        assert [found.text for found in zxingcpp.read_barcodes(saved)] == codes

    await page.get_by_role("link", name="Mở to mã QR", exact=True).click()
    await page.wait_for_url("**/show")
    assert await _read(page) == codes
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert await accessibility_faults(page) == []
    for path in ("/change", "/data", "/cancel"):
        await page.goto(ticket + path)
        assert await accessibility_faults(page) == [], path


async def test_in_the_dark_the_square_stays_on_white(form, chromium):
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", locale="vi-VN", java_script_enabled=False
    )
    page = await context.new_page()
    await page.goto(form)
    await page.get_by_label("Họ và tên").fill("Trần Văn Bình")
    await page.get_by_label("Số điện thoại").fill("0912 345 678")
    await page.get_by_label("Tôi đã đọc và đồng ý").check()
    await page.get_by_role("button", name="Đăng ký và nhận vé").click()
    await page.locator(".ticket-square").scroll_into_view_if_needed()
    assert len(await _read(page)) == 1
    ticket = page.url.split("?")[0]
    await page.get_by_role("link", name="Hủy đăng ký, nhường chỗ").click()
    await page.get_by_role("button", name="Hủy đăng ký").click()
    assert page.url == ticket
    assert await page.locator(".ticket-square").count() == 0
    await context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
async def test_nothing_sticks_out_at_any_width(form, chromium, width):
    context = await chromium.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
    page = await context.new_page()
    await page.goto(form)
    await page.get_by_label("Họ và tên").fill("Công Tằng Tôn Nữ Thị Huyền Trang Phương Thảo")
    await page.get_by_label("Thư điện tử").fill("mot.dia.chi.that.la.dai.de.xem.co.tran.ra.ngoai.khong@mien.con.example.vn")
    await page.get_by_label("Tôi đã đọc và đồng ý").check()
    await page.get_by_role("button", name="Đăng ký và nhận vé").click()
    await page.get_by_text("Đây là vé của bạn").wait_for()
    ticket = page.url.split("?")[0]
    for address in (form, ticket + "?new=1", ticket + "/show", ticket + "/change", ticket + "/data", ticket + "/cancel"):
        await page.goto(address)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, address
    await context.close()
