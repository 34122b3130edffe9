"""A real subscriber: vdirsyncer fetches the calendar over HTTP, khal shows it; before and after a move and a cancellation."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest

from app.events.exchange.importing import import_programme
from app.events.programme.drafts import load_drafts
from app.events.programme.model import Activity
from app.events.programme.queries import edition
from app.kernel.actor import Actor
from app.kernel.database import close_database, open_database
from app.kernel.text import Text
from app.settings import Settings
from tests.events.exchange.files import sample
from tests.events.factories import edit, edit_session, publish

BY = Actor.system("test")

VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"

[pair week]
a = "feed"
b = "disk"
collections = null
conflict_resolution = "a wins"

[storage feed]
type = "http"
url = "{url}"

[storage disk]
type = "filesystem"
path = "{folder}/week/"
fileext = ".ics"
"""

KHAL = """\
[calendars]
[[week]]
path = {folder}/week/
type = calendar
readonly = true

[locale]
timeformat = %H:%M
dateformat = %d/%m/%Y
longdateformat = %d/%m/%Y
datetimeformat = %d/%m/%Y %H:%M
longdatetimeformat = %d/%m/%Y %H:%M
local_timezone = Asia/Ho_Chi_Minh
default_timezone = Asia/Ho_Chi_Minh

[sqlite]
path = {folder}/khal.db
"""


class Subscriber:
    """A journalist's laptop."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "week").mkdir()
        (folder / "vdirsyncer.conf").write_text(VDIRSYNCER.format(folder=folder, url=url))
        (folder / "khal.conf").write_text(KHAL.format(folder=folder))

    def sync(self) -> None:
        """Discover and synchronise, as cron would."""
        for step in ("discover", "sync"):
            self._run("vdirsyncer", "-c", str(self.folder / "vdirsyncer.conf"), step)

    def shows(self, day: str) -> str:
        """What khal lists on a day: status, hours, title."""
        return self._run(
            "khal",
            "-c",
            str(self.folder / "khal.conf"),
            "list",
            "--format",
            "{status}{start-time}-{end-time} {title} @ {location}",
            day,
            day,
        )

    def files(self) -> dict[str, icalendar.Event]:
        """What lies on the disk, by title. (vdirsyncer gives what it fetches over HTTP uids of its own, made of the contents.)"""
        events = [event for file in (self.folder / "week").iterdir() for event in icalendar.Calendar.from_ical(file.read_bytes()).events]
        assert len({str(event["summary"]) for event in events}) == len(events)
        return {str(event["summary"]): event for event in events}

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).parent / program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            input="y\n",
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "Asia/Ho_Chi_Minh"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.mark.slow
async def test_a_subscriber_follows_a_move_and_a_cancellation(server, clock, tmp_path) -> None:
    house = server()

    async def organise(*, move: str = "", cancel: str = "") -> None:
        """The organiser at the command line, beside the running server."""
        await open_database(Settings(database_url=house.database_url, data_dir=house.data_dir))
        try:
            if not move:
                await import_programme(sample(), by=BY, publish=True)
                return
            here = await edition("2026")
            assert here is not None
            known: dict[str, Activity] = {one.activity.title.vi: one.activity for one in await load_drafts(here.id)}
            session = known[move].sessions[0]
            assert session.starts_at is not None
            assert session.ends_at is not None
            later = timedelta(hours=1, minutes=30)
            await edit_session(here, known[move].id, starts_at=session.starts_at + later, ends_at=session.ends_at + later)
            await edit(here, known[cancel].id, status="cancelled", change_reason=Text("Diễn giả ốm"))
            await publish(here)
        finally:
            await close_database()

    await organise()
    subscriber = Subscriber(tmp_path, f"{house.url}/2026/calendar.ics?day=2026-10-09")
    await asyncio.to_thread(subscriber.sync)
    before = subscriber.files()
    shown = await asyncio.to_thread(subscriber.shows, "09/10/2026")
    titles = [str(event["summary"]) for event in before.values() if event["status"] == "CONFIRMED"]
    moved, cancelled = sorted(titles)[0], sorted(titles)[1]
    assert moved in shown
    assert "[Hủy] Tham quan Trung tâm Giám sát, điều hành đô thị thông minh (đoàn 2)" in shown

    clock.advance(minutes=10)
    await organise(move=moved, cancel=cancelled)
    await asyncio.sleep(0.5)  # the server asks for the current version four times a second
    await asyncio.to_thread(subscriber.sync)
    after = subscriber.files()
    assert after.keys() == before.keys() - {cancelled} | {f"[Hủy] {cancelled}"}
    start = before[moved].decoded("dtstart") + timedelta(hours=1, minutes=30)
    assert after[moved].decoded("dtstart") == start
    assert (after[moved]["sequence"], after[moved]["status"]) == (1, "CONFIRMED")
    gone = after[f"[Hủy] {cancelled}"]
    assert (gone["sequence"], gone["status"]) == (1, "CANCELLED")
    assert "Diễn giả ốm" in str(gone["description"])
    # Nothing else was touched: the same bytes, so not even vdirsyncer's uids of them changed.
    for title in before.keys() - {moved, cancelled}:
        assert after[title] == before[title]
    shown = await asyncio.to_thread(subscriber.shows, "09/10/2026")
    assert f"[Hủy] {cancelled}" in shown
    assert any(f"{start:%H:%M}" in line and moved in line for line in shown.splitlines())
