"""An organiser on the day: the board counts by itself while scans come in at two doors."""

from __future__ import annotations

import secrets
import uuid

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.ground.server import Server
from tests.journeys.conftest import DESK, PHONE, Windows, faults_at_both_widths, sign_in
from tests.journeys.desk import add_device

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Door:
    """A device at a gate, without a screen."""

    def __init__(self, server: Server, link: str) -> None:
        token = secrets.token_urlsafe(32)
        enrolled = httpx.post(f"{server.url}/api/v1/devices/enrolments", json={"enrolment": link.split("#enrol=")[1], "token": token})
        assert enrolled.status_code == 200, enrolled.text
        self.url, self.headers = server.url, {"authorization": f"Bearer {token}"}

    def let_in(self, name: str) -> str:
        """Find a guest by name and scan them in; returns the result."""
        [person] = httpx.get(f"{self.url}/api/v1/gate/people", params={"q": name}, headers=self.headers).json()["people"]
        scan = {"ticket": person["ticket"], "nonce": str(uuid.uuid4())}
        answer = httpx.post(f"{self.url}/api/v1/scans", json=scan, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["result"])


def figure(page: Page, label: str) -> Locator:
    return page.locator(".stat").filter(has_text=label).locator(".stat-value")


@pytest.mark.smoke
async def test_the_board_counts_while_people_come(week: Server, window: Windows) -> None:
    desk = await window(DESK)
    await sign_in(desk, week)
    doors = []
    for gate in ("Cổng Bắc", "Cổng Nam"):
        await desk.goto(f"{week.url}/manage/2026/gates")
        doors.append(Door(week, await add_device(desk, gate, f"Máy {gate}")))
    north, south = doors

    await desk.goto(f"{week.url}/manage/2026/arrivals")
    await expect(desk.get_by_role("heading", name="Phiên toàn thể", level=2)).to_be_visible()
    await expect(desk.locator(".stat").filter(has_text="Đã vào")).to_contain_text("trên 9 vé hợp lệ")
    await expect(figure(desk, "Đã vào")).to_have_text("0")
    await expect(desk.get_by_role("status").filter(has_text="Đang trực tiếp")).to_have_attribute("data-state", "live")
    await desk.evaluate("window.same = true")

    assert north.let_in("Đặng Ngọc Mai") == "admitted"
    await expect(figure(desk, "Đã vào")).to_have_text("1")
    assert south.let_in("nguyen huu phuoc") == "admitted"
    assert south.let_in("tran thi kim chi") == "admitted"
    assert north.let_in("nguyen huu phuoc") == "already_admitted"
    await expect(figure(desk, "Đã vào")).to_have_text("3")
    await expect(figure(desk, "Lượt chưa vào được hôm nay")).to_have_text("1")
    by_gate = desk.get_by_role("figure").filter(has_text="Theo cửa")
    await by_gate.locator("summary").click()
    for gate, count in (("Cổng Bắc", "1"), ("Cổng Nam", "2")):
        await expect(by_gate.get_by_role("row", name=f"{gate} {count}", exact=True)).to_be_visible()
    last = desk.get_by_role("table", name="Những lượt quét mới nhất").get_by_role("row")
    await expect(last).to_have_count(5)
    await expect(last.nth(1)).to_contain_text("Đã vào trước đó")
    assert await desk.evaluate("window.same")  # never loaded anew
    for name in ("Đặng Ngọc Mai", "Nguyễn Hữu Phước"):
        await expect(desk.get_by_text(name)).to_have_count(0)
    assert await faults_at_both_widths(desk) == []

    # The same on the phone of whoever runs the doors, and for nobody else.
    supervisor, press = await window(PHONE), await window(PHONE)
    await sign_in(supervisor, week, "gate_supervisor")
    await supervisor.goto(f"{week.url}/manage/2026/arrivals")
    await expect(figure(supervisor, "Đã vào")).to_have_text("3")
    await sign_in(press, week, "press")
    refused = await press.goto(f"{week.url}/manage/2026/arrivals")
    assert refused is not None
    assert refused.status == 403
