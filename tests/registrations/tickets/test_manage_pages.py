"""The organisers' desk: who may enter it, and what is done there."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from app.kernel.database import row
from tests.accounts.staff import hire, sign_in
from tests.events.factories import small_edition
from tests.registrations.tickets.conftest import Week, again, make_week


@pytest.fixture
async def week(house: Any) -> Week:
    return await make_week()


async def desk(house: Any, *roles: str) -> Any:
    """A signed-in browser of somebody with these roles."""
    await hire("to.chuc", *roles)
    browser = house.visitor()
    assert (await sign_in(browser, "to.chuc")).status_code == 303
    return browser


async def test_people_s_data_are_for_the_organisers_of_the_edition(house, week):
    pages = ("/manage/2026/registrations", f"/manage/2026/registrations/{week.talk.slug}")
    for path in pages:
        assert (await house.client.get(path)).status_code == 303  # nobody signed in: to the door
    await small_edition("2027")
    other = await desk(house, "organiser@edition:2027", "unit_editor@unit:SKHCN", "gate_supervisor@edition:2026")
    for path in pages:
        assert (await other.get(path)).status_code == 403
    for post in (pages[1], f"{pages[1]}/export"):
        assert (await other.post(post, data={"action": "cancel"})).status_code == 403
    await hire("ban.to.chuc", "organiser@edition:2026")
    own = house.visitor()
    await sign_in(own, "ban.to.chuc")
    for path in pages:
        assert (await own.get(path)).status_code == 200


async def test_a_reader_s_auditor_sees_and_changes_nothing(house, week):
    held = await week.held("Học viên A", week.course, email="a@example.vn")
    auditor = await desk(house, "auditor")
    path = f"/manage/2026/registrations/{week.course.slug}"
    assert (await auditor.get(path)).status_code == 200
    assert (await auditor.post(path, data={"action": "approve", "chosen": str(held.id)})).status_code == 403
    assert (await auditor.post(f"{path}/export")).status_code == 403
    assert (await again(held)).state == "pending"


async def test_three_wait_two_places_and_the_desk_says_what_became_of_them(house, week):
    people = [await week.held(f"Học viên {name}", week.course, email=f"{name}@example.vn") for name in "abc"]
    browser = await desk(house, "organiser@edition:2026")
    assert "2026 · 3 đăng ký chờ duyệt" in (await browser.get("/manage/")).text
    path = f"/manage/2026/registrations/{week.course.slug}"
    page = html.fromstring((await browser.get(path)).text)
    assert sorted(page.xpath("//input[@name='chosen']/@value")) == sorted(str(one.id) for one in people)
    answer = await browser.post(path, data={"action": "approve", "chosen": [str(one.id) for one in people] + ["nonsense"]})
    assert answer.status_code == 303
    said = (await browser.get(answer.headers["location"])).text
    assert "Đã duyệt 2 đăng ký." in said
    assert "1 đăng ký chưa duyệt được vì hết chỗ." in said
    assert [(await again(one)).state for one in people].count("confirmed") == 2
    assert (await browser.post(path, data={"action": "explode"})).status_code == 404


async def test_search_goes_over_all_activities_and_forgives(house, week):
    await week.held("Nguyễn Thị Ánh", email="anh@example.vn")
    await week.register("Trần Ánh Dương", week.course, email="duong@example.vn")
    browser = await desk(house, "organiser@edition:2026")
    found = (await browser.get("/manage/2026/registrations", params={"q": "anh"})).text
    assert "Nguyễn Thị Ánh" in found
    assert "Trần Ánh Dương" in found
    for strange in ("<script>", "%", "'; DROP TABLE registration; --", "x" * 500, "\u202e"):
        assert (await browser.get("/manage/2026/registrations", params={"q": strange})).status_code == 200
    list_page = f"/manage/2026/registrations/{week.talk.slug}"
    assert "Không có ai khớp" in (await browser.get(list_page, params={"q": "zzz"})).text
    assert (await browser.get(list_page, params={"page": "7"})).status_code == 200
    assert (await browser.get(list_page, params={"page": "minus"})).status_code == 400
    assert (await browser.get(list_page, params={"state": "made-up"})).status_code == 200
    assert (await browser.get("/manage/2026/registrations/khong-co")).status_code == 404


async def test_an_export_is_a_file_and_leaves_a_trace(house, week):
    await week.held("Nguyễn Thị Ánh", email="anh@example.vn")
    browser = await desk(house, "organiser@edition:2026")
    path = f"/manage/2026/registrations/{week.talk.slug}/export"
    masked = await browser.post(path)
    assert masked.headers["content-type"].startswith("text/csv")
    assert ".csv" in masked.headers["content-disposition"]
    assert "anh@example.vn" not in masked.text
    assert "anh@example.vn" in (await browser.post(path, data={"unmasked": "1"})).text
    assert (await row("SELECT count(*) AS n FROM audit_entry WHERE action = 'registrations.exported'"))["n"] == 2
