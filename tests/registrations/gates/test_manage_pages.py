"""Organisers and supervisors at their desk: doors in one click, a QR for a phone, and how many are in."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from app.kernel.database import row
from app.kernel.ids import token
from app.kernel.text import Text
from app.registrations.gates import checkpoints, lists
from app.registrations.gates.decision import Per
from tests.accounts.conftest import fresh_limits, quick_passwords
from tests.accounts.staff import hire, sign_in
from tests.registrations.gates.conftest import ORGANISER, Hall, at

__all__ = ["fresh_limits", "quick_passwords"]


@pytest.fixture
async def hall(house, hall_maker) -> Hall:
    made: Hall = await hall_maker()
    await hire("organiser", "organiser@edition:2026")
    await sign_in(house.client, "organiser")
    return made


async def the(sql: str, *args: object) -> UUID:
    found = await row(sql, *args)
    assert found
    return UUID(str(found["id"]))


async def test_an_organiser_opens_gates_with_one_click_and_enrols_a_phone(house, hall: Hall) -> None:
    seminar = await hall.activity("Hội thảo dữ liệu", (at(8, "08:00"), at(8, "11:00")), (at(9, "08:00"), at(9, "11:00")))
    await hall.ticket(seminar)
    shown = (await house.client.get("/manage/2026/gates")).text
    assert "Có vé mà chưa có cửa" in shown
    assert "Hội thảo dữ liệu" in shown

    opened = await house.client.post("/manage/2026/checkpoints/quick", data={"activity": "1"})
    assert (opened.status_code, opened.headers["location"]) == (303, "/manage/2026/gates?done=opened")
    checkpoint = await row("SELECT * FROM checkpoint")
    assert (checkpoint["name_vi"], checkpoint["per"], checkpoint["opens_at"]) == ("Hội thảo dữ liệu", Per.session, None)
    gate = await the("SELECT id FROM gate")
    shown = (await house.client.get("/manage/2026/gates")).text
    assert "Có vé mà chưa có cửa" not in shown
    assert "Cửa chính" in shown

    base = f"/manage/2026/checkpoints/{checkpoint['id']}"
    made = await house.client.post(f"{base}/gates/{gate}/devices", data={"name": "Máy của Lan"})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    enrolment = re.search(r"http://ngayso\.test/gate/#enrol=([\w-]+)", made.text)
    assert enrolment
    assert "<svg" in made.text
    device = await the("SELECT id FROM device")
    state = f"{base}/devices/{device}/state"
    assert "Đang chờ" in (await house.client.get(state)).text
    phone = token(32)
    answer = await house.client.post("/api/v1/devices/enrolments", json={"enrolment": enrolment[1], "token": phone})
    assert answer.json()["gate"] == "Cửa chính"
    assert "đã đăng ký lúc 09:40" in (await house.client.get(state)).text

    again = await house.client.post(f"{base}/devices/{device}/enrolment")
    assert again.status_code == 201
    assert enrolment[1] not in again.text
    revoked = await house.client.post(f"{base}/devices/{device}/revoke")
    assert revoked.status_code == 303
    assert (await house.client.get("/api/v1/gate", headers={"authorization": f"Bearer {phone}"})).status_code == 401
    assert (await house.client.post(f"{base}/devices/{device}/revoke")).status_code == 404
    assert "đã thu hồi" in (await house.client.get("/manage/2026/gates")).text


async def test_a_checkpoint_of_ones_own_with_hours_and_english_names(house, hall: Hall) -> None:
    typed = {
        "name_vi": "Ăn trưa ngày 10/10", "name_en": "Lunch", "activity": "", "gates": "Quầy 1 / Counter 1\n\nQuầy 2\n", "per": "day",
        "opens_at_date": "2026-10-10", "opens_at_time": "11:00", "closes_at_date": "2026-10-10", "closes_at_time": "13:30",
    }  # fmt: skip
    refused = await house.client.post("/manage/2026/checkpoints/new", data=typed | {"closes_at_time": "10:00", "gates": " \n"})
    assert refused.status_code == 422
    assert "Giờ đóng cửa phải sau giờ mở cửa." in refused.text
    assert "Ăn trưa ngày 10/10" in refused.text
    assert (await house.client.post("/manage/2026/checkpoints/new", data=typed)).status_code == 303
    found = await row("SELECT * FROM checkpoint")
    assert (found["opens_at"], found["closes_at"], found["activity"]) == (at(10, "11:00"), at(10, "13:30"), None)
    gates = [await row("SELECT name_vi, name_en, code FROM gate WHERE position = {}", n) for n in (1, 2)]
    assert [(gate["name_vi"], gate["name_en"], gate["code"]) for gate in gates] == [
        ("Quầy 1", "Counter 1", "quay-1"), ("Quầy 2", "", "quay-2"),
    ]  # fmt: skip
    english = (await house.client.get("/manage/2026/gates?lang=en")).text
    assert "Counter 1" in english
    assert "Every ticket of the edition" in english


async def test_a_change_from_an_old_form_is_refused_and_kept_as_typed(house, hall: Hall) -> None:
    checkpoint = await checkpoints.open_checkpoint(hall.edition, by=ORGANISER, name=Text("Ăn trưa"), gates=[Text("Quầy 1")])
    form = {"name_vi": "Ăn tối", "name_en": "", "per": "once", "revision": "1"}
    address = f"/manage/2026/checkpoints/{checkpoint}"
    assert "Ăn trưa" in (await house.client.get(address)).text
    assert (await house.client.post(address, data=form)).status_code == 303
    late = await house.client.post(address, data=form | {"name_vi": "Ăn sáng"})
    assert late.status_code == 409
    assert "Ăn sáng" in late.text
    assert (await row("SELECT name_vi FROM checkpoint"))["name_vi"] == "Ăn tối"


@pytest.mark.parametrize("bad", ["", "x" * 300, "<b>\x00</b>", "\u202eABC"])
async def test_bad_names_are_said_beside_the_field(house, hall: Hall, bad: str) -> None:
    checkpoint = await checkpoints.open_checkpoint(hall.edition, by=ORGANISER, name=Text("Ăn trưa"), gates=[Text("Quầy 1")])
    gate = await the("SELECT id FROM gate")
    base = f"/manage/2026/checkpoints/{checkpoint}"
    for address, data in (
        (f"{base}/gates", {"name_vi": bad, "name_en": ""}),
        (f"{base}/gates/{gate}/devices", {"name": bad}),
        (base, {"name_vi": bad, "name_en": "", "per": "once", "revision": "1"}),
        ("/manage/2026/checkpoints/new", {"name_vi": bad, "name_en": "", "gates": "Một", "per": "once"}),
        ("/manage/2026/checkpoints/new", {"name_vi": "Tên", "gates": "x" * 101, "per": "tomorrow", "activity": "99"}),
        ("/manage/2026/checkpoints/new", {"name_vi": "Tên", "gates": "Một", "per": "once", "opens_at_date": "soon"}),
    ):
        answer = await house.client.post(address, data=data)
        assert answer.status_code == 422
        assert "field-error" in answer.text
    assert (await house.client.post("/manage/2026/checkpoints/quick", data={"activity": bad})).status_code == 404


async def test_the_supervisor_of_one_checkpoint_keeps_that_one_only(house, hall: Hall, hall_maker) -> None:
    lunch = await checkpoints.open_checkpoint(hall.edition, by=ORGANISER, name=Text("Ăn trưa"), gates=[Text("Quầy 1")])
    dinner = await checkpoints.open_checkpoint(hall.edition, by=ORGANISER, name=Text("Ăn tối"), gates=[Text("Quầy 9")])
    await hire("supervisor", f"gate_supervisor@checkpoint:{lunch}")
    await hire("auditor", "auditor")
    await hire("stranger", "organiser@edition:2026")
    async with house.visitor() as browser:
        await sign_in(browser, "supervisor")
        page = (await browser.get("/manage/2026/gates")).text
        assert "Ăn trưa" in page
        assert "Ăn tối" not in page
        assert "Thêm máy" in page
        assert "Thêm điểm kiểm soát" not in page
        assert "Ăn tối" not in (await browser.get("/manage/2026/arrivals")).text
        assert (await browser.get(f"/manage/2026/checkpoints/{lunch}")).status_code == 200
        assert (await browser.get(f"/manage/2026/checkpoints/{dinner}")).status_code == 403
        assert (await browser.post("/manage/2026/checkpoints/new", data={})).status_code == 403
        assert (await browser.get("/live?topics=arrivals:2027")).status_code == 403
    async with house.visitor() as browser:
        await sign_in(browser, "auditor")
        page = (await browser.get("/manage/2026/gates")).text
        assert "Ăn tối" in page
        assert "Thêm máy" not in page
    await hall_maker("2025")
    assert (await house.client.get(f"/manage/2025/checkpoints/{lunch}")).status_code == 404
    assert (await house.visitor().get("/manage/2026/gates")).headers["location"].startswith("/sign-in")


async def test_arrivals_are_counted_by_gate_and_minute_and_name_nobody(house, hall: Hall, clock, monkeypatch) -> None:
    monkeypatch.setattr(lists, "_TALLY_KEPT_SECONDS", -1)
    plenary = await hall.activity("Phiên toàn thể")
    assert "Chưa có điểm kiểm soát nào" in (await house.client.get("/manage/2026/arrivals")).text
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    tickets = [await hall.ticket(plenary, f"Đặng Thị {n}") for n in range(6)]
    assert "Chưa có ai vào" in (await house.client.get("/manage/2026/arrivals")).text
    for n, code in enumerate(tickets[:5]):
        await (north, south)[n == 4].scan(code)
        clock.advance(minutes=2)
    await south.scan(tickets[0])
    clock.advance(seconds=2)
    page = (await house.client.get("/manage/2026/arrivals")).text
    assert "Đặng Thị" not in page
    assert re.search(r'stat-value">5<.*?trên 6 vé hợp lệ', page, re.S)
    assert re.search(r"Cổng Bắc</th><td class=\"num\">4<", page)
    assert re.search(r"09:40</th><td class=\"num\">3<", page)
    assert re.search(r"09:45</th><td class=\"num\">2<", page)
    assert re.search(r"Đã vào trước đó</th><td class=\"num\">1<", page)
    part = await house.client.get("/manage/2026/arrivals", headers={"hx-request": "true", "hx-request-type": "partial"})
    assert part.text.lstrip().startswith('<div class="stack-l" id="arrivals" data-live="arrivals:2026"')


async def test_screens_are_told_of_arrivals_after_they_are_durable(house, hall: Hall) -> None:
    import asyncio

    from app.kernel import live

    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    before = live.version("arrivals:2026")
    await gate.scan(await hall.ticket(plenary))
    for _ in range(200):
        if live.version("arrivals:2026") != before:
            break
        await asyncio.sleep(0.01)
    assert live.version("arrivals:2026") != before
