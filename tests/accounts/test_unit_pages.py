"""The pages of the tree of units."""

from __future__ import annotations

import pytest

from app.accounts import queries
from tests.accounts.staff import found_city, hire, sign_in


@pytest.fixture
async def city(house):
    return await found_city()


async def _form(unit_id, **changes):
    unit = await queries.unit(unit_id)
    assert unit is not None
    return {
        "code": unit.code, "kind": str(unit.kind_id), "name_vi": unit.name.vi, "name_en": unit.name.en, "parent": str(unit.parent or ""),
        "valid_from": "", "valid_to": "", "revision": str(unit.revision), **changes,
    }  # fmt: skip


async def test_who_sees_the_tree_and_who_keeps_it(house, city):
    unit = f"/manage/units/{city['PBC']}"
    assert (await house.client.get("/manage/units")).status_code == 303
    cast = {
        "quan": (["administrator"], (200, 200, 200, 303)),
        "ha": (["organiser@edition:2026"], (200, 200, 200, 403)),
        "tung": (["auditor"], (200, 200, 200, 403)),
        "yen": (["unit_editor@unit:PBC"], (403, 403, 403, 403)),
        "lan": ([], (403, 403, 403, 403)),
    }
    for who, (roles, expected) in cast.items():
        await hire(who, *roles)
        browser = house.visitor()
        await sign_in(browser, who)
        form = await _form(city["PBC"])
        answers = [
            await browser.get("/manage/units"), await browser.get("/manage/units/new"), await browser.get(unit),
            await browser.post(unit, data=form),
        ]  # fmt: skip
        assert tuple(answer.status_code for answer in answers) == expected, who
    # An organiser reads one unit and finds no form in it.
    browser = house.visitor()
    await sign_in(browser, "ha")
    page = (await browser.get(unit)).text
    assert "UBND phường Bến Cảng" in page
    assert 'name="name_vi"' not in page


async def test_the_tree_reads_as_a_tree_in_both_languages(house, city):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    page = (await house.client.get("/manage/units")).text
    assert page.index("Ủy ban nhân dân thành phố") < page.index("Sở Khoa học") < page.index("Trung tâm Chuyển đổi số")
    assert 'class="depth-2"' in page
    page = (await house.client.get("/manage/units?q=ben+cang&lang=en")).text
    assert "Bến Cảng Ward People&#39;s Committee" in page
    assert "Youth" not in page
    page = (await house.client.get("/manage/units?lang=en")).text
    assert '<span lang="vi">Thành đoàn</span>' in page


async def test_a_unit_is_added_and_lies_where_it_was_put(house, city):
    await hire("ha", "organiser@edition:2026")
    await sign_in(house.client, "ha")
    page = (await house.client.get(f"/manage/units/new?parent={city['UBND']}")).text
    assert f'value="{city["UBND"]}" selected' in page
    form = await _form(city["PBC"], code="PAB", name_vi="UBND phường An Bình", name_en="", revision="")
    answer = await house.client.post("/manage/units/new", data=form)
    assert answer.headers["location"] == "/manage/units?done=created"
    assert "Đã thêm đơn vị." in (await house.client.get(answer.headers["location"])).text
    (unit,) = await queries.units(q="an binh")
    assert unit.parent == city["UBND"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name_vi": ""}, "Xin điền mục này."),
        ({"code": "PHP"}, "Đã có đơn vị mang mã PHP."),
        ({"code": "P B C"}, "Mã không có dấu cách."),
        ({"kind": "không có"}, "Xin chọn một mục trong danh sách."),
        ({"parent": "00000000-0000-0000-0000-000000000000"}, "Xin chọn một mục trong danh sách."),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "Ngày kết thúc không thể trước ngày thành lập."),
        ({"valid_to": "31/02/2026"}, "Ngày chưa đúng"),
        ({"revision": "x"}, "Trang này đã cũ"),
        ({"name_en": "\u202eabc"}, "Có ký tự ẩn đổi chiều chữ"),
    ],
)
async def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(house, city, changes, sentence):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    answer = await house.client.post(
        f"/manage/units/{city['PBC']}", data=await _form(city["PBC"], **{"name_en": "Typed English", **changes})
    )
    assert answer.status_code in (409, 422)
    assert sentence in answer.text
    assert "Typed English" in answer.text or "name_en" in changes
    unit = await queries.unit(city["PBC"])
    assert unit is not None
    assert unit.revision == 2


async def test_the_second_of_two_editors_sees_what_the_first_has_made_of_it(house, city):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    mine = await _form(city["PBC"], name_vi="UBND phường Bến Cảng (của tôi)")
    theirs = await _form(city["PBC"], name_vi="UBND phường Bến Cảng (của họ)", parent=str(city["SKHCN"]))
    path = f"/manage/units/{city['PBC']}"
    assert (await house.client.post(path, data=theirs)).status_code == 303
    answer = await house.client.post(path, data=mine)
    assert answer.status_code == 409
    assert "Người khác vừa đổi thành: UBND phường Bến Cảng (của họ)" in answer.text
    assert "Người khác vừa đổi thành: Sở Khoa học và Công nghệ (SKHCN)" in answer.text
    assert "UBND phường Bến Cảng (của tôi)" in answer.text
    # Having seen it, saving once more is on purpose.
    revision = answer.text.partition('name="revision" value="')[2].partition('"')[0]
    assert (await house.client.post(path, data={**mine, "revision": revision})).status_code == 303
    unit = await queries.unit(city["PBC"])
    assert unit is not None
    assert unit.name.vi.endswith("(của tôi)")


async def test_a_unit_is_never_offered_a_place_below_itself(house, city):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    page = (await house.client.get(f"/manage/units/{city['SKHCN']}")).text
    parents = page.partition('name="parent"')[2].partition("</select>")[0]
    assert str(city["UBND"]) in parents
    assert str(city["SKHCN"]) not in parents
    assert str(city["TTCDS"]) not in parents


async def test_a_merger_is_recorded_and_shown(house, city):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    path = f"/manage/units/{city['PBC']}/merge"
    answer = await house.client.post(path, data={"into": str(city["PBC"]), "last_day": "2026-06-30"})
    assert answer.status_code == 422
    answer = await house.client.post(path, data={"into": str(city["PHP"]), "last_day": ""})
    assert answer.status_code == 422
    answer = await house.client.post(path, data={"into": str(city["PHP"]), "last_day": "30/06/2026"})
    assert answer.status_code == 303
    page = (await house.client.get(answer.headers["location"])).text
    assert "Đã sáp nhập; đơn vị kế tục:" in page
    assert "UBND phường Hoa Phượng" in page
    assert "đã sáp nhập" in (await house.client.get("/manage/units")).text
    again = await house.client.post(path, data={"into": str(city["PHP"]), "last_day": "30/06/2026"})
    assert again.status_code == 409
    (unit,) = await queries.units(q="ben cang")
    assert unit.successor == city["PHP"]


async def test_an_empty_tree_says_the_next_step(house):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    page = (await house.client.get("/manage/units")).text
    assert "Chưa có đơn vị nào" in page
    assert "/manage/units/new" in page
    assert (await house.client.get("/manage/units/00000000-0000-0000-0000-000000000000")).status_code == 404
