"""An organiser who has a schedule already: rehearsed, published, imported again without doubles, while the server runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.events.exchange.files import event, schedule
from tests.ground.databases import must, ngayso
from tests.ground.server import Server
from tests.journeys.conftest import DESK, Windows

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OPENING = event("8d6a6c1e-0001", "Khai mạc tuần lễ thử", "08:00", abstract="Phát biểu và bấm nút.")
TALK = event("8d6a6c1e-0002", "Dữ liệu mở cho mọi người", "09:30", type="Hội thảo", track="Dữ liệu")
LATER = event("8d6a6c1e-0002", "Dữ liệu mở cho mọi người", "14:30", type="Hội thảo", track="Dữ liệu")


@pytest.mark.smoke
async def test_an_existing_schedule_becomes_the_programme(live_server: Server, window: Windows, tmp_path: Path) -> None:
    visitor = await window(DESK)

    def given(*events: str, options: tuple[str, ...] = ("--publish",)) -> str:
        """Import it at the command line; returns the last line, the counts."""
        file = tmp_path / "lich.xml"
        file.write_bytes(schedule(*events))
        done = must(
            ngayso("import", "programme", str(file), *options, database_url=live_server.database_url, data_dir=live_server.data_dir)
        )
        return done.stdout.splitlines()[-1]

    assert given(OPENING, TALK, options=("--dry-run",)) == "new 2, changed 0 (moved 0), gone 0, unchanged 0"
    unknown = await visitor.goto(f"{live_server.url}/tuan-le/programme")
    assert unknown is not None
    assert unknown.status == 404

    assert given(OPENING, TALK) == "new 2, changed 0 (moved 0), gone 0, unchanged 0"
    await visitor.reload()
    shown = visitor.get_by_role("main").get_by_role("article")
    await expect(shown).to_have_count(2)
    talk = shown.filter(has_text="Dữ liệu mở cho mọi người")
    await expect(talk).to_contain_text("09:30–10:30")
    await expect(talk).to_contain_text("Hội trường")

    assert given(OPENING, TALK) == "new 0, changed 0 (moved 0), gone 0, unchanged 2"
    await visitor.reload()
    await expect(shown).to_have_count(2)

    assert given(OPENING, LATER) == "new 0, changed 1 (moved 1), gone 0, unchanged 1"
    await visitor.reload()
    await expect(shown).to_have_count(2)
    await expect(talk).to_contain_text(re.compile("14:30–15:30.*09:30–10:30", re.DOTALL))
    await expect(talk).to_contain_text("Dời lịch")
