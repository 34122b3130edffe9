"""An attendee with a phone: registers in one page, has the ticket at once or by mail, finds it again, changes it, cancels."""

from __future__ import annotations

import io
import re
from email.message import EmailMessage

import icalendar
import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from tests.ground.server import Server, ServerFactory
from tests.ground.smtp import MailServer
from tests.journeys.conftest import DESK, PHONE, Windows, faults_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Không gian sách số và xuất bản số"


def codes_in(picture: bytes) -> list[str]:
    """What a scanner reads in a picture."""
    with Image.open(io.BytesIO(picture)) as opened:
        return [found.text for found in zxingcpp.read_barcodes(opened.convert("L"))]


async def open_form(page: Page, server: Server) -> None:
    """From the programme to the form, as one does with a thumb. No box is ticked there for anybody."""
    await page.goto(f"{server.url}/2026/programme?q=sach+so")
    await page.get_by_role("link", name=TITLE).click()
    await page.get_by_role("link", name="Đăng ký tham dự").locator("visible=true").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    boxes = page.get_by_role("main").get_by_role("checkbox")
    assert await boxes.count() >= 2
    assert not any([await box.is_checked() for box in await boxes.all()])


async def register(page: Page, name: str, *, email: str = "", phone: str = "") -> None:
    await page.get_by_label("Họ và tên").fill(name)
    await page.get_by_label("Thư điện tử").fill(email)
    await page.get_by_label("Số điện thoại").fill(phone)
    await page.get_by_role("checkbox", name=re.compile("^Tôi đã đọc và đồng ý")).check()
    await page.get_by_role("button", name="Đăng ký và nhận vé").click()


async def letter_to(smtp: MailServer, address: str, subject: str) -> EmailMessage:
    """The letter with this subject; the sample's people get theirs from the same server."""
    seen = 0
    while True:
        for message in smtp.messages[seen:]:
            if address in message["to"] and subject in message["subject"]:
                return message
        seen = len(smtp.messages)
        await smtp.arrival(seen + 1, timeout=30)


async def test_with_a_phone_number_only(week: Server, window: Windows) -> None:
    """No account, no mail: the ticket is on the screen, in the phone's pictures, and found again by its code and the number."""
    phone = await window(PHONE)
    await open_form(phone, week)
    faults = await faults_at_both_widths(phone)
    await register(phone, "Nguyễn Thị Ánh", phone="0912 345 678")
    await expect(phone.get_by_role("status")).to_contain_text("Đây là vé của bạn")
    faults += await faults_at_both_widths(phone)
    ticket = phone.url.split("?")[0]
    async with phone.expect_download() as download:
        await phone.get_by_role("link", name="Lưu vé thành ảnh").click()
    saved = (await (await download.value).path()).read_bytes()
    square = phone.get_by_role("link", name=re.compile("^Mã QR của vé"))
    assert codes_in(saved) == codes_in(await square.screenshot()) != []
    printed = " ".join((await phone.locator(".ticket-code").inner_text()).split())

    # Another day, another window: the page's address is lost, the picture is not.
    later = await window(PHONE)
    await later.goto(f"{week.url}/2026/")
    await later.get_by_role("link", name="Tìm vé của tôi").click()
    faults += await faults_at_both_widths(later)
    by_code = later.get_by_role("main").locator("section").filter(has_text="Có ảnh vé và số điện thoại")
    await by_code.get_by_label("Mã vé").fill(printed.lower())
    await by_code.get_by_label("Số điện thoại đã đăng ký").fill("0912345679")
    await by_code.get_by_role("button", name="Mở vé").click()
    await expect(later.get_by_role("alert")).to_contain_text("Không tìm thấy vé nào")
    await by_code.get_by_label("Số điện thoại đã đăng ký").fill("+84 912 345 678")
    await by_code.get_by_role("button", name="Mở vé").click()
    await expect(later).to_have_url(ticket)

    # The same person again, perhaps from a second phone: no second place, and nothing told to a stranger.
    await open_form(later, week)
    await register(later, "nguyễn thị ánh", phone="0912345678")
    await expect(later.get_by_role("heading", level=1)).to_have_text("Đã nhận thông tin của bạn")
    await expect(later.get_by_role("link", name=re.compile("Mã QR"))).to_have_count(0)

    await phone.get_by_role("link", name=re.compile("^Sửa họ tên")).click()
    await phone.get_by_label("Họ và tên").fill("Nguyễn Thị Ngọc Ánh")
    await phone.get_by_role("button", name="Lưu thay đổi").click()
    await expect(phone.get_by_role("article")).to_contain_text("Nguyễn Thị Ngọc Ánh")
    await phone.get_by_role("link", name=re.compile("^Hủy đăng ký")).click()
    await phone.get_by_role("button", name="Hủy đăng ký").click()
    await expect(phone.get_by_role("status")).to_contain_text("Đăng ký này đã hủy")
    await expect(square).to_have_count(0)
    assert faults == []


async def test_with_an_address_the_ticket_comes_by_mail(server: ServerFactory, sample: str, smtp: MailServer, window: Windows) -> None:
    """The letter holds the same square, the way back to the ticket and the dates; it works on another machine without a picture."""
    house = server(source=sample, smtp_url=smtp.url, mail_from="ve@tuanle.example.vn")
    phone = await window(PHONE)
    await open_form(phone, house)
    await register(phone, "Trần Văn Bình", email="binh@example.vn")
    await expect(phone.get_by_role("status")).to_contain_text("binh@example.vn")
    square = codes_in(await phone.get_by_role("link", name=re.compile("^Mã QR của vé")).screenshot())
    assert len(square) == 1

    letter = await letter_to(smtp, "binh@example.vn", "Vé của bạn")
    assert TITLE in letter["subject"]
    words = letter.get_body(("plain",)).get_content()
    for told in ("Trần Văn Bình", "14:00–16:00, Thứ Bảy, 10/10/2026", "Phòng đa phương tiện · Thư viện thành phố"):
        assert told in words
    parts = {part.get_content_type(): part for part in letter.walk() if not part.is_multipart()}
    assert codes_in(parts["image/png"].get_content()) == square
    assert f'src="cid:{parts["image/png"]["content-id"].strip("<>")}"' in parts["text/html"].get_content()
    [dates] = icalendar.Calendar.from_ical(parts["text/calendar"].get_content()).events
    assert (dates["summary"], f"{dates.start:%d %H:%M}") == (TITLE, "10 14:00")

    desk = await window(DESK)
    link = re.search(rf"{re.escape(house.url)}/t/\S+", words)
    assert link
    await desk.goto(link[0])
    assert codes_in(await desk.get_by_role("link", name=re.compile("^Mã QR của vé")).screenshot()) == square
    await desk.get_by_role("link", name=re.compile("^Hủy đăng ký")).click()
    await desk.get_by_role("button", name="Hủy đăng ký").click()
    await expect(desk.get_by_role("status")).to_contain_text("Đăng ký này đã hủy")
    assert "Trần Văn Bình" in (await letter_to(smtp, "binh@example.vn", "hủy")).get_body(("plain",)).get_content()
