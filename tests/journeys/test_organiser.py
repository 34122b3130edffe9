"""An organiser: sees the week, adds an activity, places it, publishes it alone; two activities in one room are refused by name and time."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.ground.server import Server
from tests.journeys.conftest import DESK, PHONE, Windows, faults_at_both_widths, sign_in
from tests.journeys.desk import open_activity, place, publish_this, save, session

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE, TITLE_EN = "Tọa đàm: Thư viện số cho trẻ em", "Roundtable: Digital libraries for children"
SUMMARY, SUMMARY_EN = "Sách nói, sách chữ nổi và kho sách mở.", "Audio books, braille and open collections."


async def tick(page: Page, group: str, *choices: str) -> None:
    """Open a group of boxes, if it is closed, and tick some."""
    boxes = page.get_by_role("group", name=group, exact=True)
    if not await boxes.is_visible():
        await page.locator("summary").filter(has_text=re.compile(rf"^\s*{group} \(")).click()
    for choice in choices:
        await boxes.get_by_role("checkbox", name=choice, exact=True).check()


async def latest_version(page: Page, server: Server) -> int:
    await page.goto(f"{server.url}/manage/2026/versions")
    told = await page.get_by_role("main").get_by_role("link", name=re.compile(r"^Bản \d+")).first.text_content()
    found = re.search(r"\d+", told or "")
    assert found
    return int(found[0])


@pytest.mark.smoke
async def test_a_new_activity_is_written_placed_and_published_alone(week: Server, window: Windows) -> None:
    """Another edit waits in the draft meanwhile, and stays there: the visitor sees the one and not the other."""
    desk, visitor = await window(DESK), await window(PHONE)
    await desk.goto(f"{week.url}/sign-in")
    faults = await faults_at_both_widths(desk)
    await sign_in(desk, week)

    await desk.get_by_role("region", name=re.compile("Hải Đăng")).get_by_role("link", name="Tổng quan").click()
    await expect(desk.get_by_role("link", name=re.compile("^Hoạt động 61"))).to_be_visible()  # 62, one of them cancelled
    today = desk.get_by_role("region", name="Hôm nay")
    await expect(today.get_by_role("link", name="Hội thảo: Cảng biển và logistics thông minh")).to_be_visible()
    before = await latest_version(desk, week)

    # Somebody began to rename the library's afternoon.
    await open_activity(desk, week, "khong gian sach so")
    await desk.get_by_role("group", name="Tên hoạt động").get_by_label("Tiếng Việt").fill("Ngày sách số")
    await save(desk)
    await expect(desk.get_by_role("region", name=re.compile("^Công chúng chưa thấy"))).to_contain_text("Ngày sách số")

    await desk.get_by_role("navigation", name="Các phần việc").get_by_role("link", name="Hoạt động").click()
    await desk.get_by_role("link", name="Thêm hoạt động").first.click()
    for group, vi, en in (("Tên hoạt động", TITLE, TITLE_EN), ("Tóm tắt", SUMMARY, SUMMARY_EN)):
        texts = desk.get_by_role("group", name=re.compile(f"^{group}"))
        await texts.get_by_label("Tiếng Việt").fill(vi)
        await texts.get_by_label("Tiếng Anh").fill(en)
    await desk.get_by_role("combobox", name="Đơn vị chủ trì").select_option(label="Thư viện thành phố")
    await desk.get_by_role("combobox", name="Loại hình").select_option(label="Tọa đàm")
    await tick(desk, "Đơn vị phối hợp", "Sở Giáo dục và Đào tạo", "Thành đoàn")
    await tick(desk, "Trụ cột", "Xã hội số", "Nhân lực và kỹ năng số")
    await tick(desk, "Nội dung thi đua", "Xã hội số, Bình dân học vụ số")
    await tick(desk, "Đối tượng tham dự", "Gia đình", "Giáo viên")
    await tick(desk, "Hỗ trợ tiếp cận", "Phiên dịch ngôn ngữ ký hiệu")
    await desk.get_by_role("combobox", name="Hình thức").select_option(label="Trực tiếp kết hợp trực tuyến")
    await desk.get_by_role("combobox", name="Cách đăng ký").select_option(label="Đăng ký tự do")
    await desk.get_by_label(re.compile("^Sức chứa")).fill("90")
    await desk.get_by_role("button", name="Thêm hoạt động").click()
    await expect(desk.get_by_text("Đã thêm vào bản nháp.")).to_be_visible()
    await expect(desk.get_by_role("heading", level=1)).to_have_text(TITLE)
    await expect(desk.get_by_role("button", name="Công bố riêng thay đổi này")).to_have_count(0)  # a draft is nobody's business

    # Placed, and its state said.
    await place(desk, day="2026-10-09", start="09:00", end="11:00", room="Thư viện thành phố · Phòng đa phương tiện (100)")
    await desk.get_by_role("combobox", name="Trạng thái", exact=True).select_option(label="Đã xác nhận")
    await save(desk)
    await visitor.goto(f"{week.url}/2026/programme?q=thu+vien+so")
    await expect(visitor.get_by_role("link", name=TITLE)).to_have_count(0)
    faults += await faults_at_both_widths(desk)
    await publish_this(desk)

    await visitor.reload()
    await visitor.get_by_role("link", name=TITLE).click()
    await expect(visitor.get_by_role("heading", level=1)).to_have_text(TITLE)
    main = visitor.get_by_role("main")
    for told in (
        SUMMARY, "Thứ Sáu, 09/10/2026", "09:00–11:00", "Phòng đa phương tiện", "Số 9 đường Tri Thức", "Thư viện thành phố",
        "Sở Giáo dục và Đào tạo, Thành đoàn", "Gia đình, Giáo viên", "Nhân lực và kỹ năng số", "Xã hội số, Bình dân học vụ số",
        "Phiên dịch ngôn ngữ ký hiệu", "Tọa đàm", "Trực tiếp và trực tuyến", "90 chỗ",
    ):  # fmt: skip
        await expect(main).to_contain_text(told)
    await visitor.get_by_role("link", name="English").click()
    for told in (TITLE_EN, SUMMARY_EN, "Multimedia Room", "City Library", "Families, Teachers"):
        await expect(visitor.get_by_role("main")).to_contain_text(told)

    # The other edit is still nobody else's.
    await visitor.goto(f"{week.url}/2026/programme?q=sach+so")
    await expect(visitor.get_by_role("link", name="Không gian sách số và xuất bản số")).to_be_visible()
    await expect(visitor.get_by_text("Ngày sách số")).to_have_count(0)
    assert await latest_version(desk, week) == before + 1
    await desk.get_by_role("navigation", name="Các phần việc").get_by_role("link", name="Công bố").click()
    changes = desk.get_by_role("region", name=re.compile(r"^\d+ thay đổi"))
    await expect(changes).to_contain_text("Ngày sách số")
    await expect(changes).not_to_contain_text(TITLE)
    assert faults == []


async def test_two_in_one_room_are_refused_by_name_and_time(week: Server, window: Windows) -> None:
    """At the activity and for the whole draft; moved next door, it goes out."""
    desk, visitor = await window(DESK), await window(DESK)
    await sign_in(desk, week)
    await open_activity(desk, week, "su hai long cua nguoi dan la thuoc do")
    taken = "Trung tâm Hội nghị và Biểu diễn thành phố · Phòng Hải Âu (200)"
    await place(desk, day="2026-10-09", start="10:00", end="11:00", room=taken)
    await save(desk)
    here = desk.url.split("?")[0]
    for address, button in ((here, "Công bố riêng thay đổi này"), (f"{week.url}/manage/2026/publish", "Công bố tất cả")):
        await desk.goto(address)
        await desk.get_by_role("button", name=button).click()
        refusal = desk.get_by_role("alert").filter(has_text="mục cần xem lại")
        await expect(refusal).to_be_visible()
        for told in ("Phòng Hải Âu", "Tọa đàm truyền hình", "10:00–11:00", "Trợ lý ảo và AI tạo sinh", "08:30–11:30"):
            await expect(desk.get_by_role("main")).to_contain_text(told)
        assert await faults_at_both_widths(desk) == []
    await visitor.goto(f"{week.url}/2026/programme?q=truyen+hinh")
    await expect(visitor.get_by_role("article").filter(has_text="Tọa đàm truyền hình")).to_contain_text("20:00–21:00")

    await desk.goto(here)
    await place(desk, room="Trung tâm Hội nghị và Biểu diễn thành phố · Phòng Cánh Buồm (120)")
    await save(desk)
    await expect(session(desk).get_by_label(re.compile("^Bắt đầu"))).to_have_value("10:00")
    await publish_this(desk)
    await visitor.reload()
    moved = visitor.get_by_role("article").filter(has_text="Tọa đàm truyền hình")
    for told in ("10:00–11:00", "20:00–21:00", "Phòng Cánh Buồm", "Dời lịch"):
        await expect(moved).to_contain_text(told)
