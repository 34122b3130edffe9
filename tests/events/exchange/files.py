"""Files for the tests of the exchange: a small frab schedule, the sample, and real ones that none of us wrote."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.events.exchange.programme_file import ProgrammeFile
from app.events.exchange.reading import parse_programme, read_programme
from app.events.programme.model import Activity, Revision, Session, Week
from app.kernel.paths import SAMPLE

SAMPLE_WEEK = SAMPLE / "week.yaml"
PUBLISHED = datetime(2026, 9, 28, 2, 40, tzinfo=UTC)

FOSDEM = tuple(f"fosdem-2026-v{n}.xml" for n in (1, 2, 3, 4))
ZONES = dict.fromkeys(FOSDEM, "") | {"36c3-everything.xml": "Europe/Berlin", "31c3.xml": "Europe/Berlin"}
"""Real schedules, and the zone that must be named for those that do not say it."""


def real(name: str) -> Path:
    """A real file's path; the test is skipped, saying so, where there are none."""
    folder = os.environ.get("NGAYSO_REAL_DATA")
    if not folder:
        pytest.skip("NGAYSO_REAL_DATA is not set: no real schedules to try")
    return Path(folder) / "schedules" / name


def event(guid: str = "", title: str = "Hội thảo", start: str = "09:00", duration: str = "01:00", room: str = "", **more: str) -> str:
    """One `<event>`; `id` and `day` are its attribute and the day of its date (empty: no date). `raw` is put in as it stands."""
    day = more.pop("day", "2026-10-08")
    raw = more.pop("raw", "")
    identity = more.pop("id", "")
    fields = {"title": title, "start": start, "duration": duration, "room": room, **more}
    if day:
        fields["date"] = more.pop("date", f"{day}T{start}:00+07:00")
    attributes = "".join(f' {name}="{value}"' for name, value in (("guid", guid), ("id", identity)) if value)
    inside = "".join(f"<{name}>{escape(text)}</{name}>\n" for name, text in fields.items())
    return f"<event{attributes}>\n{inside}{raw}</event>\n"


def schedule(*events: str, zone: str = "Asia/Ho_Chi_Minh", acronym: str = "tuan-le", head: str = "", room: str = "Hội trường") -> bytes:
    """A whole `schedule.xml` with one day and one room."""
    zone_line = f"<time_zone_name>{zone}</time_zone_name>" if zone else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<schedule>{head}<version>1</version>
<conference><acronym>{acronym}</acronym><title>Tuần lễ thử</title>
<start>2026-10-05</start><end>2026-10-11</end>{zone_line}</conference>
<day index="1" date="2026-10-08" start="2026-10-08T08:00:00+07:00" end="2026-10-09T04:00:00+07:00"><room name="{room}">
{"".join(events)}</room></day>
</schedule>
""".encode()


def read(*events: str, **more: Any) -> ProgrammeFile:
    """What we make of such a schedule."""
    zone = more.pop("asked_zone", "")
    return parse_programme(schedule(*events, **more), zone=zone)


def week_of(file: ProgrammeFile, *, zone: str = "", version: int = 1) -> Week:
    """The file as a published week. As the importer would, numbers that are missing or taken are given anew."""
    edition = msgspec.structs.replace(file.edition, zone=file.edition.zone or zone)
    taken: set[int] = set()
    revisions = []
    for entry in file.entries:
        number = entry.activity.number
        if number == 0 or number in taken:
            number = max(taken, default=0) + 1
        taken.add(number)
        revisions.append(Revision(msgspec.structs.replace(entry.activity, number=number), 1, PUBLISHED))
    return Week(edition, version, PUBLISHED, tuple(revisions))


def sample() -> ProgrammeFile:
    """The sample week as a file says it."""
    return read_programme(SAMPLE_WEEK)


def by_session(activities: list[Activity]) -> dict[Any, tuple[Activity, Session]]:
    """Each session with its activity, by uid."""
    return {session.uid: (activity, session) for activity in activities for session in activity.sessions}


def said_by_frab(activity: Activity, session: Session) -> dict[str, Any]:
    """All that the exchange format can say of one session: what a round trip must bring back unchanged.

    Terms, rooms and speakers count by what they are called, because the format has no codes for them.
    """
    return {
        "title": activity.title.vi,
        "summary": activity.summary.vi,
        "description": activity.description.vi,
        "type": activity.type.name.vi,
        "track": activity.pillars[0].name.vi if activity.pillars else "",
        "language": activity.language,
        "links": activity.links,
        "people": [(speaker.name, speaker.foreign_id) for speaker in activity.speakers],
        "slug": activity.slug,
        "number": activity.number,
        "part": session.number,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
    }
