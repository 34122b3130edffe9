"""Take the README's pictures from a running demo: `python -m scripts.pictures`. Needs Chromium."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, async_playwright

from app.registrations.tickets.codes import normalise
from tests.browser.camera import Shot, make_film
from tests.ground.browser import launch
from tests.ground.ports import free_port

WHERE = Path(__file__).resolve().parents[1] / "docs" / "images"
PHONE = {"width": 390, "height": 844}
CODE = re.compile(r"\b[0-9A-Z]{5}(?:\s[0-9A-Z]{4}){6}\b")


class Demo:
    """`ngayso demo` on a free port, and what it printed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        command = [sys.executable, "-m", "app.cli", "demo", "--port", str(self.port), "--data", str(folder / "demo")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        while True:
            try:
                httpx.get(f"{self.url}/health/ready").raise_for_status()
                return
            except httpx.HTTPError:
                if self.process.poll() is not None:
                    raise SystemExit(self.log.read_text()) from None
                time.sleep(0.2)

    def said(self, pattern: str) -> str:
        """An address that the demo printed."""
        found = re.search(pattern, self.log.read_text(encoding="utf-8"))
        assert found, pattern
        return found[0]


async def _open(browser: Browser, url: str, **more: object) -> Page:
    options = {"viewport": PHONE, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", **more}
    context = await browser.new_context(**options)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(url)
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(400)
    return page


def _frame(shots: list[bytes]) -> Image.Image:
    """Phones side by side on a quiet ground, with round corners."""
    pictures = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in shots]
    gap = 48
    width = gap + sum(picture.width + gap for picture in pictures)
    ground = Image.new("RGB", (width, pictures[0].height + 2 * gap), "#e9ece8")
    left = gap
    for picture in pictures:
        mask = Image.new("L", picture.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *picture.size), radius=28, fill=255)
        ground.paste(picture, (left, gap), mask)
        left += picture.width + gap
    return ground


def _save(picture: Image.Image, name: str) -> None:
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(WHERE / name, optimize=True)


async def take(demo: Demo, folder: Path) -> None:
    """All pictures."""
    WHERE.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as driver:
        browser = await launch(driver)
        wide = await _open(browser, f"{demo.url}/2026/programme?day=2026-10-10", viewport={"width": 1280, "height": 860})
        _save(Image.open(io.BytesIO(await wide.screenshot())), "programme.png")
        landing = await _open(browser, f"{demo.url}/2026/")
        ticket = await _open(browser, demo.said(r"http://\S+/t/\S+"))
        found = CODE.search(await ticket.inner_text("body"))
        assert found
        await ticket.evaluate("scrollTo(0, 0)")
        shots = [await landing.screenshot(), await ticket.screenshot()]
        await browser.close()

        film = make_film(folder / "ticket.y4m", [Shot(None, 2), Shot(normalise(found[0]), 30)])
        camera = await launch(driver, film=film)
        gate = await _open(camera, demo.said(r"http://\S+/gate/#enrol=\S+"), permissions=["camera"])
        await gate.locator("#start").click()
        await gate.locator("#verdict:not([hidden])").wait_for()
        await gate.wait_for_timeout(300)
        shots.append(await gate.screenshot())
        await camera.close()
    _save(_frame(shots), "phones.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = Demo(folder)
        try:
            asyncio.run(take(demo, folder))
        finally:
            demo.process.terminate()
            demo.process.wait(20)
    for picture in sorted(WHERE.glob("*.png")):
        print(f"{picture.relative_to(WHERE.parents[1])}: {picture.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
