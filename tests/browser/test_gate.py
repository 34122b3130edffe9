"""The gate steward with a phone: enrolled by a link, camera on, green, amber, red; and what happens when the server goes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Playwright, expect

from app.kernel.actor import Actor
from app.kernel.clock import SystemClock, now, use_clock
from app.kernel.database import close_database, open_database, row, rows, unit_of_work
from app.registrations.gates import checkpoints, devices
from app.registrations.tickets import codes
from app.settings import Settings
from tests.browser.camera import Shot, blurred, dark, inverted, make_film, tilted
from tests.conftest import THURSDAY
from tests.ground.browser import accessibility_faults, is_complaint, launch
from tests.ground.server import Server
from tests.registrations.gates.conftest import ORGANISER, Hall, insert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Doors:
    """A server with the plenary's checkpoint, and what is behind it. Its database is only opened while it is stopped."""

    server: Server
    hall: Hall
    plenary: UUID
    north: UUID
    enrolment: str

    def link(self) -> str:
        return f"{self.server.url}/gate/#enrol={self.enrolment}"

    async def scans(self) -> list[dict[str, Any]]:
        """The log of scans, read after the server has stopped."""
        async with opened(self.server):
            return await rows(
                "SELECT s.result, s.nonce, t.holder FROM scan s LEFT JOIN ticket t ON t.id = s.ticket ORDER BY s.received_at, s.id"
            )


@contextlib.asynccontextmanager
async def opened(server: Server) -> AsyncIterator[None]:
    """The server's database, in this process."""
    from app.kernel.clock import OffsetClock
    from app.kernel.signing import load_secrets, use_secrets

    settings = Settings(
        database_url=server.database_url, data_dir=server.data_dir, secret_key="a secret of the tests, long enough to sign with"
    )
    use_clock(OffsetClock(THURSDAY))
    use_secrets(load_secrets(settings.secret_key, settings.data_dir))
    await open_database(settings)
    try:
        yield
    finally:
        await close_database()
        use_clock(SystemClock())


@pytest_asyncio.fixture(loop_scope="session")
async def doors(server: Callable[..., Server]) -> Doors:
    """One checkpoint, two gates, an enrolment for Lan's phone at the northern one. Not started yet."""
    one = server(start=False)
    async with opened(one):
        async with unit_of_work(Actor.system("tests"), unaudited="scenery"):
            edition = await insert(
                "edition", slug="2026", name_vi="Tuần lễ Chuyển đổi số", name_en="", theme_vi="", theme_en="", locality_vi="",
                locality_en="", zone="Asia/Ho_Chi_Minh", starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 11), main_day=None,
                state="open", accent="", published_version=1, revision=1, created_at=now(),
            )  # fmt: skip
            kind = await insert("unit_kind", code="department", vi="Sở", en="", position=1)
            unit = await insert(
                "unit", code="SKHCN", kind=kind, vi="Sở Khoa học và Công nghệ", en="", parent=None, valid_from=None, valid_to=None,
                successor=None, search_text="", sort_text="", revision=1,
            )  # fmt: skip
            term = await insert("term", edition=edition, taxonomy="type", code="plenary", vi="Phiên toàn thể", en="", position=1)
        hall = Hall(edition, unit, term)
        plenary = await hall.activity("Phiên toàn thể Ngày Chuyển đổi số", title_en="Plenary")
        from app.kernel.text import Text

        checkpoint = await checkpoints.open_checkpoint(
            edition, by=ORGANISER, name=Text("Phiên toàn thể", "Plenary"), gates=[Text("Cổng Bắc", "North gate"), Text("Cổng Nam")],
            activity=plenary,
        )  # fmt: skip
        gate = await row("SELECT id FROM gate WHERE checkpoint = {} AND name_vi = 'Cổng Bắc'", checkpoint)
        assert gate
        enrolment = await devices.add_device(gate["id"], by=ORGANISER, name="Máy của Lan")
    return Doors(one, hall, plenary, gate["id"], enrolment.token)


Phones = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def phone(playwright: Playwright, tmp_path: Path) -> AsyncIterator[Phones]:
    """Opens phones whose camera shows a film; a script's error or a refused policy fails the test."""
    browsers: list[Browser] = []
    complaints: list[str] = []

    async def open_phone(*shots: Shot, language: str = "vi") -> Page:
        film = make_film(tmp_path / f"film-{len(browsers)}.y4m", shots or [Shot(None, 5)])
        browser = await launch(playwright, film=film)
        browsers.append(browser)
        context: BrowserContext = await browser.new_context(
            viewport={"width": 390, "height": 844}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", permissions=["camera"]
        )
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        return page

    yield open_phone
    for browser in browsers:
        await browser.close()
    assert not complaints, "the browser complained: " + "; ".join(complaints)


async def enrolled(page: Page, doors: Doors, *, language: str = "vi") -> Page:
    """The phone opened the enrolment link and started scanning."""
    link = doors.link()
    await page.goto(link if language == "vi" else link.replace("/gate/#", "/gate/?lang=en#"))
    await page.locator("#start").click()
    await expect(page.locator("body")).to_have_attribute("data-screen", "scan")
    return page


async def answered(page: Page, timeout: float = 15_000) -> tuple[str, str, str, str]:
    """The next answer that covers the screen: tone, words, name, detail. Green goes by itself, the others are tapped away."""
    cover = page.locator("#verdict:not([hidden])")
    await cover.wait_for(timeout=timeout)
    tone = ((await cover.get_attribute("class")) or "").removeprefix("verdict is-")
    parts = [(await page.locator(f".verdict-{part}").text_content() or "").replace("\xa0", " ") for part in ("words", "name", "detail")]
    if tone != "ok":
        await cover.click()
    await page.locator("#verdict").wait_for(state="hidden")
    return (tone, parts[0], parts[1], parts[2])


@pytest.mark.smoke
async def test_a_steward_scans_a_guest_and_the_second_time_sees_when_and_where(doors: Doors, phone: Phones) -> None:
    async with opened(doors.server):
        code = await doors.hall.ticket(doors.plenary, "Đặng Thị Hồng Ánh", kind="invited")
    doors.server.start()
    page = await enrolled(await phone(Shot(None, 1.5), Shot(code, 2.5), Shot(None, 3), Shot(code, 3, tilted), Shot(None, 30)), doors)
    assert "enrol" not in page.url
    assert await answered(page) == ("ok", "MỜI VÀO", "Đặng Thị Hồng Ánh", "")
    await expect(page.locator("#counter")).to_have_text("1 / 1")
    assert await answered(page) == ("warn", "ĐÃ VÀO 09:40 · Cổng Bắc", "Đặng Thị Hồng Ánh", "Máy: Máy của Lan")
    await expect(page.locator("#said")).to_contain_text("Cổng Bắc")
    # A ticket that is held before the camera for long is one scan.
    doors.server.stop()
    assert [scan["result"] for scan in await doors.scans()] == ["admitted", "already_admitted"]


async def test_dark_tilted_inverted_and_blurred_codes_are_read_and_a_foreign_qr_stays_on_the_phone(doors: Doors, phone: Phones) -> None:
    async with opened(doors.server):
        tickets = [await doors.hall.ticket(doors.plenary, name) for name in ("Một", "Hai", "Ba", "Bốn")]
        void = await doors.hall.ticket(doors.plenary, "Năm", state="cancelled")
    doors.server.start()
    shots = [Shot(None, 1)]
    identity_card = "079090001234|280123456|NGUYEN VAN A|01011990|Nam"
    for text, spoil in [*zip(tickets, (dark, tilted, inverted, blurred), strict=True), (void, None), (identity_card, None)]:
        shots += [Shot(text, 1.8, spoil), Shot(None, 0.6)]
    page = await enrolled(await phone(*shots), doors)
    seen = [await answered(page) for _ in range(6)]
    assert [(tone, name) for tone, _, name, _ in seen[:5]] == [("ok", "Một"), ("ok", "Hai"), ("ok", "Ba"), ("ok", "Bốn"), ("stop", "Năm")]
    assert seen[4][1] == "VÉ ĐÃ HỦY"
    assert seen[5][:2] == ("warn", "KHÔNG PHẢI MÃ VÉ")
    doors.server.stop()
    assert len(await doors.scans()) == 5  # the identity card was never sent


async def test_a_guest_without_a_ticket_at_hand_is_found_or_the_code_is_typed(doors: Doors, phone: Phones) -> None:
    async with opened(doors.server):
        await doors.hall.ticket(doors.plenary, "Đặng Thị Hồng Ánh", phone="+84904123456")
        typed = await doors.hall.ticket(doors.plenary, "Lê Văn Bình", kind="press")
        wedge = await doors.hall.ticket(doors.plenary, "Phạm Quốc Cường")
    doors.server.start()
    page = await enrolled(await phone(), doors)
    await page.locator("#open-search").click()
    await page.locator("#q").fill("hong anh")
    line = page.locator("#people button")
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text("…456")
    assert not await accessibility_faults(page)
    await line.click()
    assert (await answered(page))[:3] == ("ok", "MỜI VÀO", "Đặng Thị Hồng Ánh")

    await page.locator("#open-search").click()
    await page.locator("#q").fill("0904 123 456")
    await expect(line).to_contain_text("đã vào 09:40")
    await page.locator("#q").fill(codes.grouped(typed).lower().replace("0", "o").replace("1", "l"))
    assert (await answered(page))[:3] == ("ok", "MỜI VÀO", "Lê Văn Bình")

    # A USB scanner types the code like a very fast keyboard; a Vietnamese input method must not matter.
    await page.evaluate(
        """(code) => {
            const keys = [...code].map((char) => [/[A-Z]/.test(char) ? `Key${char}` : `Digit${char}`, "Process"]);
            for (const [place, key] of [...keys, ["Enter", "Enter"]])
                document.body.dispatchEvent(new KeyboardEvent("keydown", { code: place, key, bubbles: true }));
        }""",
        wedge,
    )
    assert (await answered(page))[:3] == ("ok", "MỜI VÀO", "Phạm Quốc Cường")
    await page.locator(".place").click()
    await expect(page.locator("#history li")).to_have_count(3)
    assert not await accessibility_faults(page)


async def test_a_photograph_of_a_ticket_is_read_where_there_is_no_camera(doors: Doors, phone: Phones, tmp_path: Path) -> None:
    from tests.browser.camera import frame

    async with opened(doors.server):
        code = await doors.hall.ticket(doors.plenary, "Đặng Thị Hồng Ánh")
    doors.server.start()
    page = await enrolled(await phone(), doors)
    frame(code, tilted).resize((1280, 960)).save(tmp_path / "photo.jpg")
    await page.locator("#photo").set_input_files(tmp_path / "photo.jpg")
    assert (await answered(page))[:3] == ("ok", "MỜI VÀO", "Đặng Thị Hồng Ánh")
    frame(None).save(tmp_path / "empty.jpg")
    await page.locator("#photo").set_input_files(tmp_path / "empty.jpg")
    assert (await answered(page))[3] == "Không đọc được mã nào trong ảnh."


async def test_the_server_goes_and_comes_back_and_each_scan_arrives_once(doors: Doors, phone: Phones) -> None:
    """Amber, said plainly; the queue outlives the browser's page; the same nonces are sent when the server answers again."""
    async with opened(doors.server):
        names = ("Đặng Thị Hồng Ánh", "Lê Văn Bình")
        tickets = [await doors.hall.ticket(doors.plenary, name) for name in names]
    doors.server.start()
    page = await enrolled(await phone(), doors)
    await expect(page.locator("body")).to_have_attribute("data-link", "on")
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    doors.server.kill()

    async def type_code(code: str) -> None:
        await page.locator("#open-search").click()
        await page.locator("#q").fill(code)

    await type_code(tickets[0])
    assert await answered(page) == ("warn", "CHƯA KIỂM TRA ĐƯỢC – mất kết nối", "", "Đã ghi lại, sẽ tự gửi khi có kết nối")
    await expect(page.locator("#link")).to_have_text("Mất kết nối · 1 lượt chờ")
    await type_code(tickets[1])
    assert (await answered(page))[0] == "warn"

    await page.reload()  # from the service worker: nobody answers
    await expect(page.locator("#panel-start")).to_be_visible()
    await expect(page.locator("#link")).to_have_text("Mất kết nối · 2 lượt chờ")
    assert not await accessibility_faults(page)
    await page.locator("#start").click()
    await type_code(tickets[1])
    assert (await answered(page))[0] == "warn"

    doors.server.start()
    await expect(page.locator("#link")).to_have_text("Đã kết nối", timeout=20_000)
    await page.locator(".place").click()
    await expect(page.locator("#about-queue")).to_have_text("0 lượt")
    await expect(page.locator("#history li").first).to_contain_text("Kiểm tra sau")
    doors.server.stop()
    scans = await doors.scans()
    assert [(scan["result"], scan["holder"]) for scan in scans] == [
        ("admitted", names[0]), ("admitted", names[1]), ("already_admitted", names[1]),
    ]  # fmt: skip
    assert len({scan["nonce"] for scan in scans}) == 3


async def test_an_answer_lost_on_the_way_is_asked_for_again_with_the_same_nonce(doors: Doors, phone: Phones) -> None:
    """The scan reached the server, its answer did not reach the phone: one row, and the steward learns of it."""
    async with opened(doors.server):
        code = await doors.hall.ticket(doors.plenary, "Đặng Thị Hồng Ánh")
    doors.server.start()
    page = await enrolled(await phone(), doors)

    async def swallow(route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/api/v1/scans", swallow)
    await page.locator("#open-search").click()
    await page.locator("#q").fill(code)
    assert (await answered(page))[0] == "warn"
    await expect(page.locator("#last")).to_contain_text("MỜI VÀO", timeout=15_000)
    await expect(page.locator("#last")).to_contain_text("Kiểm tra sau")
    doors.server.stop()
    assert [scan["result"] for scan in await doors.scans()] == ["admitted"]


async def test_a_revoked_phone_forgets_everything(doors: Doors, phone: Phones) -> None:
    doors.server.start()
    page = await enrolled(await phone(), doors)
    doors.server.stop()
    async with opened(doors.server):
        device = await row("SELECT id FROM device")
        assert device
        await devices.revoke(device["id"], by=ORGANISER)
    doors.server.start()
    await expect(page.locator("#panel-enrol")).to_be_visible(timeout=20_000)
    await expect(page.locator("#enrol-fault")).to_contain_text("thu hồi")
    assert not await accessibility_faults(page)
    kept = await page.evaluate(
        """() => new Promise((done) => {
            const request = indexedDB.open("ngayso-gate");
            request.onsuccess = () => {
                const keys = request.result.transaction("kept").objectStore("kept").getAllKeys();
                keys.onsuccess = () => done(keys.result);
            };
        })"""
    )
    assert kept == []
    await page.reload()
    await expect(page.locator("#panel-enrol")).to_be_visible()
    # The link that was spent is refused in words.
    await page.locator("#enrol-link").fill(doors.link())
    await page.locator("#enrol-form button").click()
    await expect(page.locator("#enrol-fault")).to_contain_text("đã dùng")


async def test_a_phone_is_enrolled_by_its_own_camera_and_speaks_english(doors: Doors, phone: Phones) -> None:
    """A web app on the home screen has storage of its own on an iPhone: it must be able to enrol by itself."""
    doors.server.start()
    page = await phone(Shot(None, 1), Shot(doors.link(), 5), Shot(None, 60))
    await page.goto(f"{doors.server.url}/gate?lang=en")
    await expect(page.locator("h2").first).to_have_text("Enrol this device")
    assert not await accessibility_faults(page)
    await page.locator("#enrol-scan").click()
    await expect(page.locator("#start")).to_have_text("Start scanning", timeout=15_000)
    await expect(page.locator("#start-gate")).to_have_text("North gate")


async def test_browser_and_server_read_typed_codes_alike(page: Page, doors: Doors) -> None:
    doors.server.start()
    await page.goto(f"{doors.server.url}/gate/")
    odd = ["", "o0Il", " 7k3q-x ", "７Ｋ３Ｑｘ", "ﬁrst", "đường", "U" * 29, "ÀÁ1", "\u0000a", "ß", "İ"]
    odd += ["3xf7a gbx4 27pk fas4 9bjp 22fr ryhv", "LO" * 15, "l" * 29]
    here = await page.evaluate(
        """async (all) => { const { normalise, hasCodeShape } = await import("/static/gate/codes.js");
            return all.map((one) => [normalise(one), hasCodeShape(normalise(one))]); }""", odd,
    )  # fmt: skip
    assert here == [[codes.normalise(one), codes.has_code_shape(codes.normalise(one))] for one in odd]


async def test_everything_the_scanner_needs_is_kept_on_the_phone(doors: Doors, phone: Phones) -> None:
    doors.server.start()
    page = await phone()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix(doors.server.url).partition("#")[0]))
    await enrolled(page, doors)
    await asyncio.sleep(1)
    shell = await page.evaluate(
        """async () => { const [name] = await caches.keys(); const cache = await caches.open(name);
            return (await cache.keys()).map((request) => request.url.slice(location.origin.length)); }"""
    )
    assert {one for one in asked if not one.startswith("/api/") and one != "/gate/sw.js"} <= set(shell)
    manifest = await page.evaluate("async () => (await fetch(document.querySelector('[rel=manifest]').href)).json()")
    assert {icon["src"] for icon in manifest["icons"]} <= set(shell)
