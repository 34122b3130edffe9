"""The navigation: each sees the pages they may enter, and a link never leads to a refusal."""

from __future__ import annotations

import re

import msgspec
import pytest

from app.kernel.web import navigation
from app.kernel.web.access import Account, Role, Scope, allow, public, signed_in
from app.kernel.web.navigation import EDITION, Need, enter, entries
from tests.accounts.staff import hire, sign_in


class Edition(msgspec.Struct):
    id: str
    slug: str


@pytest.fixture
def rooms(monkeypatch):
    """A navigation of its own, as three rooms would fill it."""
    monkeypatch.setattr(navigation, "_entries", {})
    enter("Nhà", "/manage/", signed_in, position=10)
    enter("Tài khoản", "/manage/accounts", allow(resource=None), position=70)
    enter("Cửa", f"/manage/{EDITION}/gates", allow("organiser", "gate_supervisor", anywhere=["gate_steward"]), position=30)
    enter("Hoạt động", f"/manage/{EDITION}/activities", allow("organiser", anywhere=["unit_editor"]), position=20)
    enter("Báo chí", f"/manage/{EDITION}/press", public, position=40)


def labels(account, edition=None):
    return [entry.label for entry in entries(account, edition=edition)]


def someone(*roles: Role) -> Account:
    return Account("x", "Một người", roles=roles)


@pytest.mark.usefixtures("rooms")
def test_each_sees_what_they_may_enter():
    this, other = Edition("id-2026", "2026"), Edition("id-2025", "2025")
    administrator, auditor = someone(Role("administrator")), someone(Role("auditor"))
    organiser = someone(Role("organiser", Scope("edition", "id-2026")))
    by_slug = someone(Role("organiser", Scope("edition", "2026")))
    editor, steward = someone(Role("unit_editor", Scope("unit", "PBC"))), someone(Role("gate_steward", Scope("gate", "north")))
    assert labels(None) == []
    assert labels(someone()) == ["Nhà"]
    for account in (administrator, auditor):
        assert labels(account) == ["Nhà", "Tài khoản"]
        assert labels(account, other) == ["Hoạt động", "Cửa", "Báo chí"]
    for account in (organiser, by_slug):
        assert labels(account) == ["Nhà"]
        assert labels(account, this) == ["Hoạt động", "Cửa", "Báo chí"]
        assert labels(account, other) == ["Báo chí"]
    assert labels(editor, this) == ["Hoạt động", "Báo chí"]
    assert labels(steward, this) == ["Cửa", "Báo chí"]


async def test_the_page_one_is_on_is_marked(house):
    await hire("quan", "administrator")
    await sign_in(house.client, "quan")
    marked = r'<a href="([^"]+)" aria-current="page">'
    for path, current in (("/manage/", "/manage/"), ("/manage/accounts/new", "/manage/accounts"), ("/manage/units", "/manage/units")):
        assert set(re.findall(marked, (await house.client.get(path)).text)) == {current}, path
    assert re.findall(marked, (await house.client.get("/manage/account")).text) == []


async def test_what_waits_for_me_stands_on_my_home(house, monkeypatch):
    async def failed_mail(account):
        return [Need("1 thư chưa gửi được", "/manage/units", "stop")] if account.is_administrator else []

    monkeypatch.setattr(navigation, "_waiting", [failed_mail])
    await hire("quan", "administrator")
    await hire("lan")
    await sign_in(house.client, "quan")
    page = (await house.client.get("/manage/")).text
    assert "1 thư chưa gửi được" in page
    assert "Hôm nay không có việc nào đang chờ bạn." not in page
    plain = house.visitor()
    await sign_in(plain, "lan")
    assert "Hôm nay không có việc nào đang chờ bạn." in (await plain.get("/manage/")).text
