"""The pages of an edition's own data, its venues and its taxonomies."""

from __future__ import annotations

import html
import re

import pytest

from app.events.programme import queries
from tests.accounts.staff import hire, sign_in
from tests.events.factories import an_activity, reread

NEXT_YEAR = {
    "slug": "2027",
    "name_vi": "Tuần lễ 2027",
    "name_en": "Week 2027",
    "theme_vi": "",
    "theme_en": "",
    "locality_vi": "",
    "locality_en": "",
    "starts_on": "04/10/2027",
    "ends_on": "2027-10-10",
    "main_day": "2027-10-10",
    "time_zone": "Asia/Ho_Chi_Minh",
    "accent": "#9E1B1B",
    "like": "2026",
}


def text(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.fixture
async def administrator(house, edition):
    await hire("quan", "administrator")
    browser = house.visitor()
    await sign_in(browser, "quan")
    yield browser
    await browser.aclose()


async def test_an_administrator_adds_next_years_edition(administrator, edition):
    assert (await administrator.get("/manage/editions/new")).status_code == 200
    answer = await administrator.post("/manage/editions/new", data=NEXT_YEAR)
    assert answer.headers["location"] == "/manage/2027/?done=edition"
    made = await queries.edition("2027")
    assert (made.info.name.en, made.info.accent, made.info.starts_on.day) == ("Week 2027", "#9e1b1b", 4)
    assert len(await queries.venues(made.id)) == 3
    assert "Đã tạo kỳ tổ chức." in text(await administrator.get("/manage/2027/?done=edition"))


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("slug", "gate", "Chỉ dùng chữ thường, số và gạch nối"),
        ("slug", "", "Chỉ dùng chữ thường, số và gạch nối"),
        ("name_vi", "", "Xin điền mục này."),
        ("ends_on", "2027-10-01", "Ngày kết thúc không thể trước ngày bắt đầu."),
        ("main_day", "2028-01-01", "Ngày chính phải nằm trong kỳ tổ chức."),
        ("time_zone", "Sao Hỏa", "Không có múi giờ này."),
        ("accent", "đỏ tươi", "Màu phải có dạng #00695c."),
        ("like", "khong-co", "Xin chọn một mục trong danh sách."),
    ],
)
async def test_what_is_wrong_with_a_new_edition_stands_beside_its_field(administrator, field, typed, fault):
    answer = await administrator.post("/manage/editions/new", data=NEXT_YEAR | {field: typed})
    assert answer.status_code == 422
    assert fault in text(answer)
    assert 'value="Week 2027"' in answer.text


async def test_an_address_that_is_taken(administrator):
    answer = await administrator.post("/manage/editions/new", data=NEXT_YEAR | {"slug": "2026"})
    assert answer.status_code == 409
    assert "Đã có kỳ tổ chức mang địa chỉ 2026." in text(answer)


async def test_organisers_do_not_add_editions(organiser):
    assert (await organiser.get("/manage/editions/new")).status_code == 403
    assert (await organiser.post("/manage/editions/new", data=NEXT_YEAR)).status_code == 403


async def test_an_organiser_edits_the_edition_and_a_late_one_is_told(organiser, edition):
    page = await organiser.get("/manage/2026/settings")
    assert 'value="Tuần lễ Chuyển đổi số 2026"' in page.text
    own = {name: value for name, value in NEXT_YEAR.items() if name not in ("slug", "like")}
    typed = own | {"revision": "1", "starts_on": "2026-10-05", "ends_on": "2026-10-11", "main_day": "2026-10-10", "state": "draft"}
    assert (await organiser.post("/manage/2026/settings", data=typed)).status_code == 303
    assert (await reread(edition)).info.name.vi == "Tuần lễ 2027"
    assert (await reread(edition)).slug == "2026"
    late = await organiser.post("/manage/2026/settings", data=typed | {"name_vi": "Tên của tôi"})
    assert late.status_code == 409
    assert 'value="Tên của tôi"' in late.text
    assert "Hiện đang lưu là: Tuần lễ 2027" in text(late)
    assert 'name="revision" value="2"' in late.text
    again = await organiser.post("/manage/2026/settings", data=typed | {"name_vi": "Tên của tôi", "revision": "2"})
    assert again.status_code == 303


VENUE = {
    "name_vi": "Nhà Văn hóa",
    "name_en": "",
    "address_vi": "Số 7",
    "address_en": "",
    "code": "",
    "latitude": "20,85",
    "longitude": "106.68",
    "url": "",
}


async def test_a_venue_with_its_rooms(organiser, edition):
    first = await organiser.post(
        "/manage/2026/venues/new", data=VENUE | {"r0_code": "", "r0_vi": "Hội trường", "r0_en": "Hall", "r0_capacity": "500"}
    )
    assert first.status_code == 303
    found = await queries.venue(edition.id, "nha-van-hoa")
    assert (found.latitude, found.rooms[0].name.en, found.rooms[0].capacity) == (20.85, "Hall", 500)
    page = await organiser.get("/manage/2026/venues/nha-van-hoa")
    assert 'value="Hội trường"' in page.text
    more = VENUE | {"r0_code": "hoi-truong", "r0_vi": "Hội trường", "r0_en": "", "r0_capacity": "", "revision": "1"}
    added = await organiser.post("/manage/2026/venues/nha-van-hoa", data=more | {"r_add": "1"})
    assert added.status_code == 200
    assert 'name="r1_vi"' in added.text
    saved = await organiser.post(
        "/manage/2026/venues/nha-van-hoa", data=more | {"r1_code": "", "r1_vi": "Sân", "r1_en": "", "r1_capacity": "1500"}
    )
    assert saved.status_code == 303
    assert [(room.code, room.capacity) for room in (await queries.venue(edition.id, "nha-van-hoa")).rooms] == [
        ("hoi-truong", None),
        ("san", 1500),
    ]
    late = await organiser.post("/manage/2026/venues/nha-van-hoa", data=more)
    assert late.status_code == 409
    assert 'name="revision" value="2"' in late.text
    assert (await organiser.post("/manage/2026/venues/nha-van-hoa/remove")).headers["location"] == "/manage/2026/venues?done=removed"


async def test_what_is_wrong_with_a_venue(organiser, edition):
    wrong = VENUE | {
        "name_vi": "",
        "latitude": "200",
        "longitude": "",
        "url": "ftp://x",
        "r0_code": "",
        "r0_vi": "",
        "r0_en": "Hall",
        "r0_capacity": "năm trăm",
    }
    answer = await organiser.post("/manage/2026/venues/new", data=wrong)
    assert answer.status_code == 422
    for fault in ("Xin điền mục này.", "Xin điền một số từ -90", "Đường dẫn bắt đầu bằng https://", "Xin điền một số nguyên."):
        assert fault in text(answer), fault
    assert 'value="năm trăm"' in answer.text


async def test_a_venue_in_use_is_kept(organiser, edition):
    await an_activity(edition, "Lễ khai mạc")
    answer = await organiser.post("/manage/2026/venues/V01/remove")
    assert answer.status_code == 409
    assert "“Trung tâm Hội nghị thành phố” đang có hoạt động" in text(answer)


async def test_a_taxonomy_is_edited_as_a_list(organiser, edition):
    page = await organiser.get("/manage/2026/terms/content")
    assert 'value="Phát triển hạ tầng"' in page.text
    typed = {
        "t0_code": "1",
        "t0_vi": "Nhận thức",
        "t0_en": "",
        "t1_code": "",
        "t1_vi": "",
        "t1_en": "",
        "t2_code": "9",
        "t2_vi": "Mới",
        "t2_en": "New",
    }
    assert (await organiser.post("/manage/2026/terms/content", data=typed)).status_code == 303
    assert [(term.code, term.name.vi) for term in (await queries.terms(edition.id))["content"]] == [("1", "Nhận thức"), ("9", "Mới")]
    wrong = await organiser.post("/manage/2026/terms/content", data=typed | {"t1_code": "1", "t1_vi": "Lặp mã", "t2_code": ""})
    assert wrong.status_code == 422
    assert "Mã này đã có ở dòng trên." in text(wrong)
    assert 'value="Lặp mã"' in wrong.text
    rows = await organiser.post("/manage/2026/terms/content", data=typed | {"t_remove": "0"})
    assert rows.status_code == 200
    assert 'name="t0_code"' not in rows.text


async def test_a_term_in_use_is_kept(organiser, edition):
    await an_activity(edition, "Hội thảo")
    answer = await organiser.post("/manage/2026/terms/type", data={"t0_code": "other", "t0_vi": "Khác", "t0_en": ""})
    assert answer.status_code == 409
    assert "Mục “seminar” đang được hoạt động sử dụng" in text(answer)
