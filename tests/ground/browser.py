"""A real Chromium, started with flags that keep it from calling home, and the accessibility check."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright

HOW_TO_GET_IT = "Chromium is not installed, and the browser tests run in it. Install it with: sudo apt-get install chromium (Debian)."

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

AXE = Path(__file__).resolve().parents[1] / "browser" / "vendor" / "axe-core" / "axe.min.js"


def executable() -> str:
    """The system's Chromium.

    Raises:
        RuntimeError: there is none; says how to get it.
    """
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    raise RuntimeError(HOW_TO_GET_IT)


async def launch(playwright: Playwright, *, film: Path | None = None, extra: list[str] | None = None) -> Browser:
    """Start Chromium. `film`: a .y4m or .mjpeg file that the camera shows (fixed for the life of this browser)."""
    flags = [*FLAGS, *(extra or [])]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses its sandbox to root, and only our own pages are opened
    if film is not None:
        flags += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    return await playwright.chromium.launch(executable_path=executable(), args=flags)


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether a line of the console is a fault of the page; an answer of 4xx that a test asked for is not."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


async def accessibility_faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands, one sentence per faulty element."""
    # Through the debugger, not a script element: our pages' content security policy allows none but their own.
    await page.evaluate(AXE.read_text(encoding="utf-8") + "\n;0")
    found: dict[str, Any] = await page.evaluate(
        """async () => await axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"],
        })"""
    )
    return [
        f"{fault['id']}: {fault['help']}: {' '.join(map(str, node['target']))}: {node['html'][:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
