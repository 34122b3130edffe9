"""An organiser with an existing schedule brings it in, and brings it in again each time its source changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from app.events.exchange.importing import ImportReport, import_programme
from app.events.exchange.programme_file import ProgrammeFile, ZoneNeeded
from app.events.programme import queries
from app.events.programme.drafts import load_drafts
from app.events.programme.editions import SlugUnusable
from app.events.programme.model import Activity, Session
from app.events.programme.published import load_week
from app.events.programme.publishing import Clash
from app.kernel.actor import Actor
from app.kernel.database import row
from app.kernel.text import Text
from tests.events.exchange.files import event, read, sample
from tests.events.factories import edit, edit_session, publish

BY = Actor.system("test")

OPENING = event("g-1", "Khai mạc", "08:00", id="1", type="lễ", track="Chính quyền số", abstract="Một câu.")
SEMINAR = event("g-2", "Hội thảo", "10:00", id="2", raw='<persons><person id="7">Ngô Thị Mai</person></persons>')
CLOSING = event("g-3", "Bế mạc", "16:00", id="3")


async def bring(file: ProgrammeFile, **more: Any) -> ImportReport:
    return await import_programme(file, by=BY, **more)


async def drafts(slug: str = "tuan-le") -> dict[str, Activity]:
    """The draft activities by their Vietnamese title."""
    edition = await queries.edition(slug)
    assert edition is not None
    return {one.activity.title.vi: one.activity for one in await load_drafts(edition.id)}


async def the_edition(slug: str = "tuan-le") -> queries.EditionView:
    found = await queries.edition(slug)
    assert found is not None
    return found


async def shown(slug: str = "tuan-le") -> dict[str, tuple[Activity, Session]]:
    """What is published now, by title: the activity with its first session."""
    edition = await the_edition(slug)
    week = await load_week(edition.id, edition.published_version)
    assert week is not None
    return {one.activity.title.vi: (one.activity, one.activity.sessions[0]) for one in week.revisions}


async def test_a_first_import_makes_the_edition_and_nothing_public(database) -> None:
    report = await bring(read(OPENING, SEMINAR))
    assert report.line() == "new 2, changed 0 (moved 0), gone 0, unchanged 0"
    assert (report.edition, report.edition_created, report.version) == ("tuan-le", True, None)
    edition = await the_edition()
    assert (edition.info.name, edition.zone, edition.published_version) == (Text("Tuần lễ thử"), "Asia/Ho_Chi_Minh", 0)
    assert (edition.info.starts_on, edition.info.ends_on) == (date(2026, 10, 5), date(2026, 10, 11))
    opening = (await drafts())["Khai mạc"]
    assert (opening.number, opening.type.name.vi, opening.host.name.vi) == (1, "lễ", "Tuần lễ thử")


async def test_importing_again_changes_nothing(database) -> None:
    await bring(read(OPENING, SEMINAR), publish=True)
    before = await drafts()
    again = await bring(read(OPENING, SEMINAR), publish=True)
    assert again.line() == "new 0, changed 0 (moved 0), gone 0, unchanged 2"
    assert again.version is None
    assert await drafts() == before
    assert (await the_edition()).published_version == 1


async def test_what_changed_at_the_source_changes_here_under_the_same_uid(database) -> None:
    await bring(read(OPENING, SEMINAR), publish=True)
    uid = (await drafts())["Hội thảo"].sessions[0].uid
    report = await bring(read(OPENING, event("g-2", "Hội thảo lớn", "14:00", id="2"), CLOSING), publish=True)
    assert report.line() == "new 1, changed 1 (moved 1), gone 0, unchanged 1"
    activity, session = (await shown())["Hội thảo lớn"]
    assert (session.uid, session.sequence, activity.slug, activity.number) == (uid, 1, "hoi-thao", 2)
    assert session.starts_at == datetime(2026, 10, 8, 7, 0, tzinfo=UTC)
    assert session.previous_starts_at == datetime(2026, 10, 8, 3, 0, tzinfo=UTC)


async def test_vanished_is_cancelled_for_readers_and_returns_under_its_uid(database) -> None:
    await bring(read(OPENING, SEMINAR), publish=True)
    _, there = (await shown())["Hội thảo"]
    report = await bring(read(OPENING), publish=True)
    assert report.line() == "new 0, changed 0 (moved 0), gone 1, unchanged 1"
    activity, gone = (await shown())["Hội thảo"]
    assert (activity.status_of(gone), gone.uid, gone.sequence) == ("cancelled", there.uid, there.sequence + 1)
    assert (await bring(read(OPENING), publish=True)).line() == "new 0, changed 0 (moved 0), gone 0, unchanged 1"

    returned = await bring(read(OPENING, SEMINAR), publish=True)
    assert (returned.line(), returned.returned) == ("new 1, changed 0 (moved 0), gone 0, unchanged 1", 1)
    activity, back = (await shown())["Hội thảo"]
    assert (activity.status_of(back), back.uid, back.sequence) == ("confirmed", there.uid, there.sequence + 2)


async def test_a_draft_that_vanishes_before_it_was_published_leaves_nothing_behind(database) -> None:
    await bring(read(OPENING, SEMINAR))
    uid = (await drafts())["Hội thảo"].sessions[0].uid
    assert (await bring(read(OPENING))).gone == 1
    assert "Hội thảo" not in await drafts()
    assert (await bring(read(OPENING, SEMINAR))).new == 1
    assert (await drafts())["Hội thảo"].sessions[0].uid == uid


async def test_what_organisers_added_here_survives(database) -> None:
    """A translation, a second pillar, a speaker's function, a capacity: the format cannot say them, so it takes none away."""
    await bring(read(OPENING, SEMINAR), publish=True)
    edition = await the_edition()
    seminar = (await drafts())["Hội thảo"]
    speaker = msgspec.structs.replace(seminar.speakers[0], title="Bà", post=Text("Giám đốc"))
    await edit(edition, seminar.id, title=Text("Hội thảo", "Seminar"), capacity=80, registration="open", speakers=(speaker,))
    assert (await bring(read(OPENING, SEMINAR), publish=True)).unchanged == 2
    kept = (await drafts())["Hội thảo"]
    assert (kept.title.en, kept.capacity, kept.registration, kept.speakers) == ("Seminar", 80, "open", (speaker,))
    # Renamed at the source, the old translation no longer says the same.
    await bring(read(OPENING, event("g-2", "Tọa đàm", "10:00", id="2")))
    renamed = (await drafts())["Tọa đàm"]
    assert (renamed.title, renamed.capacity) == (Text("Tọa đàm"), 80)


async def test_a_cancellation_made_here_is_not_undone(database) -> None:
    await bring(read(OPENING, SEMINAR), publish=True)
    edition = await the_edition()
    await edit(edition, (await drafts())["Hội thảo"].id, status="cancelled", change_reason=Text("Diễn giả ốm"))
    await publish(edition)
    assert (await bring(read(OPENING, SEMINAR), publish=True)).unchanged == 2
    activity, session = (await shown())["Hội thảo"]
    assert activity.status_of(session) == "cancelled"


async def test_an_activity_of_our_own_beside_the_imported_ones_is_left_alone(database) -> None:
    await bring(read(OPENING, SEMINAR))
    await bring(read(event("x-1", "Của nguồn khác", "13:00"), acronym="nguon-khac"), edition_slug="tuan-le")
    assert (await bring(read(OPENING))).gone == 1
    assert set(await drafts()) == {"Khai mạc", "Của nguồn khác"}


async def test_a_room_renamed_here_is_still_the_room_of_the_file(database) -> None:
    await bring(read(OPENING, SEMINAR), publish=True)
    report = await bring(
        read(event("g-1", "Khai mạc", "08:00", id="1", type="lễ", track="Chính quyền số", abstract="Một câu."), room="Sân khấu")
    )
    assert (report.changed, report.moved, report.gone) == (1, 1, 1)
    venues = await queries.venues((await the_edition()).id)
    assert [[room.name.vi for room in venue.rooms] for venue in venues] == [["Hội trường", "Sân khấu"]]


async def test_a_rehearsal_changes_nothing(database) -> None:
    report = await bring(read(OPENING, SEMINAR), publish=True, dry_run=True)
    assert (report.new, report.version) == (2, 1)
    assert await queries.editions() == []
    assert await row("SELECT 1 AS found FROM foreign_id") is None
    await bring(read(OPENING), publish=True)
    assert (await bring(read(SEMINAR), publish=True, dry_run=True)).line() == "new 1, changed 0 (moved 0), gone 1, unchanged 0"
    assert set(await drafts()) == {"Khai mạc"}
    assert (await the_edition()).published_version == 1


async def test_a_room_clash_undoes_the_whole_import(database) -> None:
    clashing = (OPENING, event("g-9", "Cùng phòng", "08:30", id="9"))
    with pytest.raises(Clash) as refused:
        await bring(read(*clashing), publish=True)
    assert len(refused.value.conflicts) == 1
    assert await queries.editions() == []
    assert await row("SELECT 1 AS found FROM unit") is None
    assert (await bring(read(*clashing), publish=True, allow_overlap=True)).version == 1


async def test_without_a_zone_it_is_asked_for(database) -> None:
    with pytest.raises(ZoneNeeded, match=r"\+07:00"):
        await bring(read(OPENING, zone=""))
    await bring(read(OPENING, zone=""), zone="Asia/Ho_Chi_Minh")
    # The edition knows its zone from now on.
    assert (await bring(read(OPENING, zone=""))).unchanged == 1


async def test_the_edition_takes_no_address_of_the_server(database) -> None:
    for acronym in ("gate", "api", "manage"):
        with pytest.raises(SlugUnusable):
            await bring(read(OPENING, acronym=acronym))
    with pytest.raises(SlugUnusable):
        await bring(read(OPENING), edition_slug="../etc")
    assert (await bring(read(OPENING, acronym="gate"), edition_slug="2027")).edition == "2027"


async def test_the_sample_week_twice(database) -> None:
    first = await bring(sample(), publish=True)
    assert (first.line(), first.edition, first.version) == ("new 62, changed 0 (moved 0), gone 0, unchanged 0", "2026", 1)
    again = await bring(sample(), publish=True)
    assert (again.line(), again.version) == ("new 0, changed 0 (moved 0), gone 0, unchanged 62", None)
    found = {one.number: one for one in (await drafts("2026")).values()}
    told = {entry.activity.number: entry.activity for entry in sample().entries}
    for number, activity in told.items():
        stored = found[number]
        ours = [msgspec.structs.replace(one, uid=other.uid) for one, other in zip(activity.sessions, stored.sessions, strict=True)]
        assert msgspec.structs.replace(activity, id=stored.id, sessions=tuple(ours)) == stored


async def test_a_session_taken_from_our_own_file_is_cancelled_for_itself(database) -> None:
    await bring(sample(), publish=True)
    file = sample()
    changed = []
    for entry in file.entries:
        if entry.activity.number == 3:  # the exhibition loses its last day
            entry = msgspec.structs.replace(
                entry, activity=msgspec.structs.replace(entry.activity, sessions=entry.activity.sessions[:-1]), keys=entry.keys[:-1]
            )
        if entry.activity.number != 9:  # and one seminar is struck
            changed.append(entry)
    report = await bring(msgspec.structs.replace(file, entries=tuple(changed)), publish=True)
    assert report.line() == "new 0, changed 1 (moved 0), gone 1, unchanged 60"
    week = await load_week((await the_edition("2026")).id, 2)
    assert week is not None
    exhibition = next(one.activity for one in week.revisions if one.activity.number == 3)
    assert [exhibition.status_of(session) for session in exhibition.sessions] == ["confirmed"] * 5 + ["cancelled"]


async def test_a_second_session_added_by_hand_stays(database) -> None:
    await bring(read(OPENING), publish=True)
    edition = await the_edition()
    opening = (await drafts())["Khai mạc"]
    await edit_session(edition, opening.id, 0, status="confirmed")
    second = msgspec.structs.replace(
        opening.sessions[0],
        uid=opening.id,
        number=2,
        starts_at=datetime(2026, 10, 9, 1, 0, tzinfo=UTC),
        ends_at=datetime(2026, 10, 9, 2, 0, tzinfo=UTC),
    )
    await edit(edition, opening.id, sessions=(*opening.sessions, second))
    assert (await bring(read(OPENING))).unchanged == 1
    assert len((await drafts())["Khai mạc"].sessions) == 2


async def test_one_line_of_the_audit_tells_of_it(database) -> None:
    await bring(read(OPENING, SEMINAR), publish=True, note="import tuan-le.xml")
    found = await row("SELECT note, changes FROM audit_entry WHERE action = 'programme.imported'")
    assert found is not None
    assert found["note"] == "import tuan-le.xml"
    assert msgspec.json.decode(found["changes"])["after"]["new"] == 2


async def test_a_typing_error_in_the_name_of_the_edition_and_no_zone_are_both_named(database) -> None:
    with pytest.raises(ZoneNeeded, match=r"2062.*--zone"):
        await bring(read(OPENING, zone=""), edition_slug="2062")


async def test_sessions_outside_the_days_of_the_edition_are_counted(database) -> None:
    file = read(OPENING, SEMINAR)
    assert (await bring(file, dry_run=True)).outside == 0
    days = date(2026, 10, 1), date(2026, 10, 2)
    elsewhere = msgspec.structs.replace(file, edition=msgspec.structs.replace(file.edition, starts_on=days[0], ends_on=days[1]))
    told = await bring(elsewhere, dry_run=True)
    assert (told.outside, told.days) == (2, days)
