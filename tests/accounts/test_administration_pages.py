"""The pages of accounts and roles, for those who may and those who may not."""

from __future__ import annotations

import re

import pytest

from app.accounts import queries
from app.kernel.database import rows
from tests.accounts.staff import PASSWORD, found_city, hire, sign_in

PAGES = ("/manage/accounts", "/manage/accounts/new", "/manage/audit")


@pytest.fixture
async def quan(house):
    """An administrator, signed in in the house's first browser."""
    account = await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    return account


async def test_nobody_sees_the_accounts(house):
    account = await hire("lan")
    for path in (*PAGES, f"/manage/accounts/{account}"):
        answer = await house.client.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


async def test_an_organiser_does_not_see_the_accounts(house):
    account = await hire("lan", "organiser@edition:2026")
    await sign_in(house.client, "lan")
    for path in (*PAGES, f"/manage/accounts/{account}"):
        assert (await house.client.get(path)).status_code == 403, path
    for action in ("roles", "disable", "enable", "password"):
        answer = await house.client.post(f"/manage/accounts/{account}/{action}", data={"kind": "administrator", "scope": "global:"})
        assert answer.status_code == 403, action
    found = await queries.account(account)
    assert found is not None
    assert [role.kind for role in found.roles] == ["organiser"]


async def test_an_auditor_reads_everything_and_changes_nothing(house):
    account = await hire("tung", "auditor")
    await sign_in(house.client, "tung")
    for path in (*PAGES, f"/manage/accounts/{account}", "/manage/units"):
        page = await house.client.get(path)
        assert page.status_code == (403 if path.endswith("/new") else 200), path
    assert "Thêm kỳ tổ chức" not in (await house.client.get("/manage/")).text
    assert "Giao vai trò" not in (await house.client.get(f"/manage/accounts/{account}")).text
    answer = await house.client.post(f"/manage/accounts/{account}/roles", data={"kind": "administrator", "scope": "global:"})
    assert answer.status_code == 403
    assert (await house.client.post("/manage/accounts/new", data={"email": "a@b.vn", "name": "A", "language": "vi"})).status_code == 403


async def test_a_new_account_is_opened_its_password_shown_once_and_a_role_given(house, quan):
    city = await found_city()
    answer = await house.client.post("/manage/accounts/new", data={"email": "Hai.Yen@haidang.vn", "name": "Phạm Hải Yến", "language": "vi"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    shown = re.search(r"<code>([a-z0-9-]{24})</code>", answer.text)
    assert shown is not None
    found = await queries.account_by_email("hai.yen@haidang.vn")
    assert found is not None
    page = await house.client.get(f"/manage/accounts/{found.id}?role=unit_editor")
    assert shown[1] not in page.text
    assert f'value="unit:{city["PBC"]}"' in page.text
    answer = await house.client.post(
        f"/manage/accounts/{found.id}/roles", data={"kind": "unit_editor", "scope": f"unit:{city['PBC']}", "with_subtree": "1"}
    )
    assert answer.headers["location"] == f"/manage/accounts/{found.id}?done=granted"
    page = await house.client.get(answer.headers["location"])
    assert "Đã giao vai trò." in page.text
    assert "UBND phường Bến Cảng" in page.text
    assert "cả đơn vị trực thuộc" in page.text

    theirs = house.visitor()
    answer = await theirs.post("/sign-in", data={"email": "hai.yen@haidang.vn", "password": shown[1]})
    assert answer.status_code == 303
    assert "Biên tập viên đơn vị" in (await theirs.get("/manage/")).text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "", "name": "A", "language": "vi"}, "Xin điền mục này."),
        ({"email": "không phải thư", "name": "A", "language": "vi"}, "Địa chỉ thư điện tử chưa đúng"),
        ({"email": "quan@haidang.vn", "name": "A", "language": "vi"}, "Đã có tài khoản với địa chỉ thư điện tử này."),
        ({"email": "a@b.vn", "name": "\x00", "language": "vi"}, "Có ký tự điều khiển"),
        ({"email": "a@b.vn", "name": "A" * 201, "language": "vi"}, "Dài quá"),
        ({"email": "a@b.vn", "name": "A", "language": "fr"}, "Xin chọn một mục trong danh sách."),
    ],
)
async def test_a_new_account_with_a_fault_is_asked_again_as_typed(house, quan, data, sentence):
    answer = await house.client.post("/manage/accounts/new", data=data)
    assert answer.status_code in (409, 422)
    assert sentence in answer.text
    assert len(await queries.accounts()) == 1


async def test_a_role_is_not_given_for_what_is_not_on_offer(house, quan):
    lan = await hire("lan")
    for data in (
        {"kind": "unit_editor", "scope": "unit:nowhere"},
        {"kind": "unit_editor", "scope": "global:"},
        {"kind": "emperor", "scope": "global:"},
        {"kind": "administrator"},
        {},
    ):
        answer = await house.client.post(f"/manage/accounts/{lan}/roles", data=data)
        assert answer.status_code == 422, data
    found = await queries.account(lan)
    assert found is not None
    assert found.roles == ()


async def test_a_role_is_revoked_an_account_closed_and_reopened(house, quan):
    lan = await hire("lan", "auditor")
    theirs = house.visitor()
    await sign_in(theirs, "lan")
    assert (await theirs.get("/manage/audit")).status_code == 200
    (role,) = await rows("SELECT id FROM role WHERE account = {}", lan)
    for _ in range(2):  # twice by two tabs
        answer = await house.client.post(f"/manage/accounts/{lan}/roles/{role['id']}/revoke")
        assert answer.headers["location"].endswith("done=revoked")
    assert (await theirs.get("/manage/audit")).status_code == 403
    assert (await house.client.post(f"/manage/accounts/{quan}/roles/{role['id']}/revoke")).status_code == 404

    await house.client.post(f"/manage/accounts/{lan}/disable")
    assert (await theirs.get("/manage/")).status_code == 303
    assert (await sign_in(theirs, "lan")).status_code == 403
    page = await house.client.get("/manage/accounts")
    assert "Đã khóa" in page.text
    await house.client.post(f"/manage/accounts/{lan}/enable")
    assert (await sign_in(theirs, "lan")).status_code == 303


async def test_the_only_administrator_cannot_close_the_door_behind_herself(house, quan):
    (role,) = await rows("SELECT id FROM role WHERE account = {}", quan)
    for path in ("disable", f"roles/{role['id']}/revoke"):
        answer = await house.client.post(f"/manage/accounts/{quan}/{path}")
        assert answer.status_code == 409
        assert "Phải còn ít nhất một quản trị hệ thống đang hoạt động." in answer.text
    assert (await house.client.get("/manage/accounts")).status_code == 200


async def test_a_password_is_reset_and_shown_once(house, quan):
    lan = await hire("lan")
    theirs = house.visitor()
    await sign_in(theirs, "lan")
    answer = await house.client.post(f"/manage/accounts/{lan}/password")
    shown = re.search(r"<code>([a-z0-9-]{24})</code>", answer.text)
    assert shown is not None
    assert (await theirs.get("/manage/")).status_code == 303
    assert (await sign_in(theirs, "lan")).status_code == 422
    assert (await sign_in(theirs, "lan", password=shown[1])).status_code == 303


@pytest.mark.parametrize(
    "path", ["/manage/accounts/0", "/manage/accounts/00000000-0000-0000-0000-000000000000", "/manage/accounts/../../etc"]
)
async def test_an_account_that_is_not_there(house, quan, path):
    assert (await house.client.get(path)).status_code == 404


async def test_accounts_are_found_without_marks_and_by_role(house, quan):
    await hire("lan", "auditor")
    assert "lan@haidang.vn" in (await house.client.get("/manage/accounts?q=LAN")).text
    only = (await house.client.get("/manage/accounts?role=auditor")).text
    assert "lan@haidang.vn" in only
    assert "/manage/accounts/" + str(quan) not in only
    assert "Không có tài khoản nào như vậy" in (await house.client.get("/manage/accounts?q=khongco")).text
    for odd in ("?role=emperor", "?q=%25", "?q=" + "x" * 3000, "?role=%F0%9F%98%80"):
        assert (await house.client.get(f"/manage/accounts{odd}")).status_code == 200


async def test_the_log_shows_who_did_what_and_is_narrowed_down(house, quan):
    lan = await hire("lan")
    await house.client.post(f"/manage/accounts/{lan}/disable")
    page = (await house.client.get("/manage/audit")).text
    assert "Khóa tài khoản" in page
    assert "Quan" in page
    assert PASSWORD not in page
    only = (await house.client.get("/manage/audit?action=account.disabled")).text
    assert only.count("<tr>") == 2  # the heading and one line
    assert "Không có dòng nào như vậy" in (await house.client.get("/manage/audit?day=2020-01-01")).text
    assert "Khóa tài khoản" in (await house.client.get("/manage/audit?day=2026-10-08&q=quan")).text
    mine = (await house.client.get(f"/manage/audit?q=account:{lan}")).text
    assert mine.count("<tr>") >= 3
    assert (await house.client.get("/manage/audit?day=hom-qua")).status_code == 422
    for odd in ("?before=x", "?before=00000000-0000-0000-0000-000000000000", "?q=%25", "?q='"):
        assert (await house.client.get(f"/manage/audit{odd}")).status_code == 200


async def test_a_long_log_is_read_page_by_page_without_losing_a_line(house, quan):
    lan = await hire("lan")
    for _ in range(60):
        await house.client.post(f"/manage/accounts/{lan}/disable")
        await house.client.post(f"/manage/accounts/{lan}/enable")
    seen: list[str] = []
    path = "/manage/audit?q=account:" + str(lan)
    while path:
        page = (await house.client.get(path)).text
        seen += re.findall(r"<td data-label=\"Việc\">([^<]+)", page)
        older = re.search(r'<a class="button[^"]*" href="(/manage/audit\?[^"]*before=[^"]*)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    logged = await rows("SELECT id FROM audit_entry WHERE subject = {}", f"account:{lan}")
    assert len(seen) == len(logged) == 121
    assert seen.count("Khóa tài khoản") == 60


async def test_the_list_of_accounts_asks_the_database_as_often_for_fifty_as_for_five(house, quan, monkeypatch):
    from app.kernel import database

    counts = []
    for many in (5, 45):
        for n in range(many):
            await hire(f"p{many}-{n}", "press@edition:2026", password=None)
        asked = 0
        fetch = database._fetch

        async def counting(sql, args, fetch=fetch):
            nonlocal asked
            asked += 1
            return await fetch(sql, args)

        with monkeypatch.context() as patched:
            patched.setattr(database, "_fetch", counting)
            assert (await house.client.get("/manage/accounts")).status_code == 200
        counts.append(asked)
    assert counts[0] == counts[1] <= 8
