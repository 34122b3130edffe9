"""What goes out comes back: our exports are strictly valid, and reading them again changes nothing in our model."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from lxml import etree

from app.events.exchange.frab_json import write_frab_json
from app.events.exchange.frab_writing import schedule_of
from app.events.exchange.frab_xml import write_frab_xml
from app.events.exchange.programme_file import ProgrammeFile
from app.events.exchange.reading import parse_programme, read_programme
from app.events.exchange.week_writing import file_of, write_week_yaml
from app.events.programme.model import Place, Revision, Session, Week
from app.kernel.ids import uuid7
from app.kernel.text import Text
from tests.events.exchange.files import PUBLISHED, ZONES, by_session, read, real, said_by_frab, sample, week_of
from tests.events.exchange.files import event as an_event
from tests.events.weeks import HALL, SQUARE, activity, at, session, week

BASE = "https://tuanle.example.vn"


def exports(of: Week) -> dict[str, bytes]:
    schedule = schedule_of(of, base_url=BASE)
    return {"xml": write_frab_xml(schedule), "json": write_frab_json(schedule)}


def complaints_of_xsd(data: bytes) -> list[str]:
    schema = etree.XMLSchema(etree.parse(real("schedule.xml.xsd")))
    schema.validate(etree.fromstring(data))
    return [str(error) for error in schema.error_log]


def complaints_of_json_schema(data: bytes) -> list[str]:
    schema = json.loads(real("schedule.schema.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return [str(error)[:200] for error in validator.iter_errors(json.loads(data))]


def told(file: ProgrammeFile) -> dict[Any, dict[str, Any]]:
    """What a file says, session by session, rooms by what they are called."""
    found = by_session([entry.activity for entry in file.entries])
    return {
        uid: said_by_frab(activity, session) | {"room": session.place.room.vi if session.place else ""}
        for uid, (activity, session) in found.items()
    }


@pytest.mark.parametrize("name", ZONES)
def test_real_schedules_go_out_valid_and_come_back_the_same(name: str) -> None:
    """Strictly valid by XSD and JSON schema; and read again, every session by its uid has the same title, texts, type,
    track, language, links, people, times, room, number and address. Our YAML brings back the whole model."""
    file = read_programme(real(name))
    published = week_of(file, zone=ZONES[name])
    pairs = zip(file.entries, published.revisions, strict=True)
    numbered = msgspec.structs.replace(
        file, entries=tuple(msgspec.structs.replace(entry, activity=revision.activity) for entry, revision in pairs)
    )
    data = exports(published)
    assert complaints_of_xsd(data["xml"]) == []
    assert complaints_of_json_schema(data["json"]) == []
    for form in ("xml", "json"):
        again = parse_programme(data[form])
        assert told(again) == told(numbered), form
        assert again.ours
        here, there = published.edition, again.edition
        assert (there.slug, there.name, there.zone, there.starts_on, there.ends_on) == (
            here.slug, here.name, here.zone, here.starts_on, here.ends_on,
        )  # fmt: skip
    again = parse_programme(write_week_yaml(file_of(published)))
    blank = uuid7()
    before = sorted((revision.activity for revision in published.revisions), key=lambda one: one.number)
    assert [msgspec.structs.replace(entry.activity, id=blank) for entry in again.entries] == [
        msgspec.structs.replace(one, id=blank) for one in before
    ]


def test_the_sample_week_is_strictly_valid_too() -> None:
    data = exports(week_of(sample()))
    assert complaints_of_xsd(data["xml"]) == []
    assert complaints_of_json_schema(data["json"]) == []


def test_an_empty_or_awkward_programme_is_strictly_valid() -> None:
    empty = week(version=1)
    awkward = week(
        activity(1, "a", session("1", place=None), session("2", day=2, number=2), slug="a"),
        activity(3, "b", session("3", place=SQUARE), slug="a-2", links=("https://x.vn/?a=1&b=%C3%A0",)),
        activity(2, "<Đêm> & “hội” \x01", session("4", start="23:30", end="23:30"), slug="d"),
        version=1,
    )
    long = msgspec.structs.replace(activity(4, "Một tháng"), sessions=(session("5", day=1, start="00:00", end="23:59", number=1),))
    long = msgspec.structs.replace(long, sessions=(msgspec.structs.replace(long.sessions[0], ends_at=at(40, "08:00")),))
    for one in (empty, awkward, week(long, version=1)):
        data = exports(one)
        assert complaints_of_xsd(data["xml"]) == []
        assert complaints_of_json_schema(data["json"]) == []


def test_days_of_one_exhibition_are_found_again() -> None:
    """A03 is six events that share their page; read back they are one activity with six sessions."""
    published = week_of(sample())
    for data in exports(published).values():
        again = {entry.activity.slug: entry for entry in parse_programme(data).entries}
        before = {revision.activity.slug: revision.activity for revision in published.revisions}
        exhibition = next(one for one in before.values() if one.number == 3)
        entry = again[exhibition.slug]
        assert [(one.uid, one.number, one.starts_at) for one in entry.activity.sessions] == [
            (one.uid, one.number, one.starts_at) for one in exhibition.sessions
        ]
        assert entry.activity.number == 3
        assert len({key.guid for key in entry.keys}) == 6


def test_what_the_format_cannot_say_is_left_out() -> None:
    cancelled = activity(1, "Hủy rồi", status="cancelled")
    one_day_less = activity(
        2, "Ba ngày", session("2.1"), session("2.2", day=2, number=2, status="cancelled"), session("2.3", day=3, number=3)
    )
    unlisted = activity(3, "Chỉ ai có liên kết", unlisted=True)
    undated = activity(4, "Chưa có giờ", Session(uid=uuid7()))
    gone = activity(5, "Đã rút", gone=True)
    schedule = schedule_of(week(cancelled, one_day_less, unlisted, undated, gone, version=1), base_url=BASE)
    assert [(event.title, event.id) for event in schedule.events] == [("Ba ngày", "2"), ("Ba ngày", "2000002")]
    assert [event.url.partition("#")[2] for event in schedule.events] == ["", "3"]


def test_rooms_are_told_apart_where_venues_share_names() -> None:
    hall = Text("Hội trường")
    rooms = [Place(f"V{n}", Text(f"Nhà văn hóa {n}"), room_code="H", room=hall) for n in (1, 2)]
    both = [activity(n, f"Lớp {n}", session(f"{n}", place=place)) for n, place in enumerate(rooms, 1)]
    schedule = schedule_of(week(*both, version=1), base_url=BASE)
    assert {event.room for event in schedule.events} == {"Hội trường, Nhà văn hóa 1", "Hội trường, Nhà văn hóa 2"}
    alone = schedule_of(week(activity(1, "Lớp", session("1", place=HALL)), version=1), base_url=BASE)
    assert alone.events[0].room == "Hội trường lớn"
    twins = [msgspec.structs.replace(rooms[0], room_code=code) for code in ("A", "B")]
    same = [activity(n, f"Lớp {n}", session(f"{n}", place=place)) for n, place in enumerate(twins, 1)]
    labels = {event.room for event in schedule_of(week(*same, version=1), base_url=BASE).events}
    assert labels == {"Hội trường (A)", "Hội trường (B)"}


def test_our_week_comes_back_whole_from_yaml() -> None:
    file = sample()
    published = week_of(file)
    data = write_week_yaml(file_of(published, terms=file.terms, unit_kinds=file.unit_kinds, units=file.units, venues=file.venues))
    again = parse_programme(data)
    assert (again.edition, again.terms, again.unit_kinds, again.units, again.venues) == (
        file.edition, file.terms, file.unit_kinds, file.units, file.venues,
    )  # fmt: skip
    blank = uuid7()
    assert [msgspec.structs.replace(entry.activity, id=blank) for entry in again.entries] == [
        msgspec.structs.replace(entry.activity, id=blank) for entry in file.entries
    ]
    assert again.uids == {one.uid for entry in file.entries for one in entry.activity.sessions}
    # Without being told of the rest, it collects what the week refers to.
    assert [entry.activity.slug for entry in parse_programme(write_week_yaml(file_of(published))).entries] == [
        entry.activity.slug for entry in file.entries
    ]


def test_what_left_the_programme_is_not_in_a_file() -> None:
    stays = activity(1, "Ở lại", session("1.1"), session("1.2", day=2, number=2, gone=True))
    published = Week(week().edition, 3, PUBLISHED, (Revision(stays, 2, PUBLISHED), Revision(activity(2, "Đi", gone=True), 2, PUBLISHED)))
    (entry,) = parse_programme(write_week_yaml(file_of(published))).entries
    assert [one.uid for one in entry.activity.sessions] == [stays.sessions[0].uid]


def test_the_same_week_gives_the_same_bytes() -> None:
    assert exports(week_of(sample())) == exports(week_of(sample()))
    file = read(an_event("a"), an_event("b", start="10:00"))
    assert write_week_yaml(file_of(week_of(file))) == write_week_yaml(file_of(week_of(file)))
