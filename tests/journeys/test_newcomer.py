"""A newcomer after `ngayso demo`: what it printed is true. (That it starts in any folder: test_wheel.)"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.ground.databases import ROOT, clean_environment
from tests.ground.ports import free_port
from tests.journeys.conftest import DESK, PHONE, Windows, faults_at_both_widths

# The demo has a SQLite file of its own, whatever the run's engine.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[tuple[str, str]]:
    """`ngayso demo`, running; gives its address and what it printed."""
    port, log = free_port(), folder / "log"
    environment = {key: value for key, value in clean_environment("", folder).items() if not key.startswith("NGAYSO_")}
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "demo", "--port", str(port), "--data", str(folder / "demo"), *options],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while not _ready(url):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url, log.read_text()
    finally:
        server.terminate()
        server.wait(20)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").status_code == 200
    except httpx.HTTPError:
        return False


def accounts(printed: str) -> dict[str, str]:
    """The addresses and passwords of the printed table."""
    return dict(re.findall(r"(\S+@demo\.example\.vn)\W+([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})\b", printed))


async def test_what_the_demo_prints_is_true(tmp_path: Path, window: Windows) -> None:
    """The banner names the day, every account signs in, the ticket and the scanner open; later at another moment of the Week."""
    desk, phone = await window(DESK), await window(PHONE)
    with demo(tmp_path) as (url, printed):
        await phone.goto(f"{url}/")
        await expect(phone.get_by_text("Dữ liệu hư cấu; hôm nay là Thứ Năm, 08/10/2026.")).to_be_visible()
        await expect(phone.get_by_role("heading", level=1)).to_contain_text("Hải Đăng")
        faults = await faults_at_both_widths(phone)

        known = accounts(printed)
        assert len(known) == 7
        browser = {"origin": url, "sec-fetch-site": "same-origin"}
        for email, password in known.items():
            answer = httpx.post(f"{url}/sign-in", data={"email": email, "password": password}, headers=browser)
            assert (answer.status_code, answer.headers["location"]) == (303, "/manage/"), email
        wrong = httpx.post(f"{url}/sign-in", data={"email": email, "password": "sai-mat-khau"}, headers=browser)
        assert wrong.status_code == 422

        # Who has no terminal in sight goes in by one press.
        await desk.goto(f"{url}/manage/2026/")
        faults += await faults_at_both_widths(desk)
        await desk.get_by_role("button", name="Ban tổ chức").click()
        await expect(desk.get_by_role("heading", name="Tổng quan", level=1)).to_be_visible()
        await expect(desk.get_by_text("hôm nay là Thứ Năm, 08/10/2026")).to_be_visible()

        ticket = re.search(rf"{url}/t/\S+", printed)
        scanner = re.search(rf"{url}/gate/#enrol=\S+", printed)
        assert ticket
        assert scanner
        await phone.goto(ticket[0])
        await expect(phone.get_by_role("article")).to_contain_text("Đặng Ngọc Mai")
        await phone.goto(scanner[0])
        await expect(phone.get_by_role("button", name="Bắt đầu quét")).to_be_visible()
        await expect(phone.get_by_text("Cổng Bắc").first).to_be_visible()
        assert faults == []

    with demo(tmp_path, "--clock", "2026-10-10T20:00") as (url, printed):
        assert accounts(printed) == known
        await phone.goto(f"{url}/2026/")
        await expect(phone.get_by_text("hôm nay là Thứ Bảy, 10/10/2026")).to_be_visible()
        await expect(phone.get_by_role("list", name="Đang diễn ra")).to_contain_text("Đêm hội Thành phố số")
