"""One conference's schedule at four moments, imported one after another; counted once more by a script of its own."""

from __future__ import annotations

import time
from itertools import pairwise

import icalendar
import pytest

from app.events.exchange.exporting import export_programme
from app.events.exchange.importing import ImportReport, import_programme
from app.events.exchange.programme_file import Broken
from app.events.exchange.reading import parse_programme, read_programme
from app.events.programme import queries
from app.events.programme.drafts import load_drafts
from app.events.programme.model import Week
from app.events.programme.published import load_week
from app.kernel.actor import Actor
from app.kernel.database import rows
from tests.events.exchange.files import FOSDEM, ZONES, by_session, read, real, said_by_frab
from tests.events.exchange.independent import count

BY = Actor.system("test")
BASE = "https://tuanle.example.vn"


async def bring(name: str, **more: object) -> ImportReport:
    return await import_programme(read_programme(real(name)), by=BY, zone=ZONES[name] or None, publish=True, allow_overlap=True, **more)  # type: ignore[arg-type]


async def published(slug: str = "fosdem-2026") -> Week:
    edition = await queries.edition(slug)
    assert edition is not None
    week = await load_week(edition.id, edition.published_version)
    assert week is not None
    return week


async def feed(slug: str = "fosdem-2026") -> dict[str, icalendar.Event]:
    """The calendar's events by UID."""
    edition = await queries.edition(slug)
    assert edition is not None
    calendar = icalendar.Calendar.from_ical(await export_programme(edition, "ics", base_url=BASE))
    return {str(event["uid"]): event for event in calendar.events}


async def uids_by_guid() -> dict[str, str]:
    return {one["guid"]: str(one["session"]) for one in await rows("SELECT guid, session FROM foreign_id")}


def agree(report: ImportReport, counted: dict[str, int]) -> None:
    assert {name: getattr(report, name) for name in counted} == counted


@pytest.mark.slow
async def test_four_versions_one_after_another_and_back_to_the_first(database) -> None:
    """Counts agree, uids stay, what vanished is cancelled in the feed, what returns has its UID and a higher SEQUENCE."""
    await bring(FOSDEM[0])
    known = await uids_by_guid()
    sequences = {uid: event["sequence"] for uid, event in (await feed()).items()}
    assert set(sequences.values()) == {0}
    ever: set[str] = set(known.values())
    for old, new in [*pairwise(FOSDEM), (FOSDEM[3], FOSDEM[0])]:
        report = await bring(new)
        agree(report, count(real(old), real(new)))
        now = await uids_by_guid()
        assert {guid: now[guid] for guid in known} == known
        known = now
        ever |= set(known.values())
        if new == FOSDEM[3]:
            continue  # nothing came or went
        events = await feed()
        assert {uid.split("@")[0] for uid in events} == ever
        listed = {known[entry.keys[0].guid] for entry in read_programme(real(new)).entries}
        cancelled = {uid.split("@")[0] for uid, event in events.items() if event["status"] == "CANCELLED"}
        assert cancelled == ever - listed
        for uid, event in events.items():
            assert event["sequence"] >= sequences.get(uid, 0)
        sequences = {uid: event["sequence"] for uid, event in events.items()}
    # v1 had 22 sessions that v4 has not: gone and back, two steps each.
    returned = count(real(FOSDEM[3]), real(FOSDEM[0]))["new"]
    assert (await bring(FOSDEM[0])).line() == "new 0, changed 0 (moved 0), gone 0, unchanged 828"
    assert returned == 22
    assert sum(1 for event in (await feed()).values() if event["status"] == "CONFIRMED") == 828


@pytest.mark.slow
@pytest.mark.parametrize("name", [FOSDEM[3], "36c3-everything.xml", "31c3.xml"])
async def test_import_and_publish_take_seconds_and_come_back_unchanged(database, name: str) -> None:
    """A thousand events are read, stored and published in at most ten seconds; each export read back changes nothing."""
    started = time.perf_counter()
    report = await bring(name)
    assert time.perf_counter() - started < 10
    edition = await queries.edition(report.edition)
    assert edition is not None
    before = await published(report.edition)
    for form in ("xml", "json", "yaml"):
        data = await export_programme(edition, form, base_url=BASE)
        again = await import_programme(parse_programme(data), by=BY, edition_slug=report.edition, publish=True, allow_overlap=True)
        assert (again.new, again.changed, again.gone, again.unchanged) == (0, 0, 0, report.new), form
    assert await published(report.edition) == before


@pytest.mark.slow
async def test_an_export_read_into_another_edition_says_the_same(database) -> None:
    """Another house that imports our XML has the same programme, to the letter of what the format can say."""
    report = await bring("36c3-everything.xml")
    edition = await queries.edition(report.edition)
    assert edition is not None
    data = await export_programme(edition, "xml", base_url=BASE)
    copied = await import_programme(parse_programme(data), by=BY, edition_slug="36c3-copy", publish=True, allow_overlap=True)
    assert copied.new == report.new == 1351
    assert await said("36c3") == await said("36c3-copy")


async def said(slug: str) -> list[str]:
    sessions = by_session([revision.activity for revision in (await published(slug)).revisions])
    return sorted(
        repr(said_by_frab(activity, session) | {"room": session.place.room.vi if session.place else ""})
        for activity, session in sessions.values()
    )


async def test_a_broken_file_changes_nothing(database) -> None:
    await import_programme(read(zone="Asia/Ho_Chi_Minh", acronym="fosdem-2026"), by=BY)
    edition = await queries.edition("fosdem-2026")
    assert edition is not None
    with pytest.raises(Broken, match="4053"):
        await import_programme(read_programme(real("broken.xml")), by=BY, publish=True)
    assert await load_drafts(edition.id) == []
