"""A week that people write by hand: understood as typed, and refused with the line where it goes wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.events.exchange.programme_file import Key, Misread
from app.events.exchange.reading import parse_programme
from app.kernel.clock import VIETNAM
from app.kernel.text import Text
from tests.events.exchange.files import sample

WEEK = """\
meta: {edition: '2026', name: {vi: Tuần lễ, en: Week}, week_start: '2026-10-05', timezone: Asia/Ho_Chi_Minh}
enums:
  type: [{code: seminar, vi: Hội thảo, en: Seminar}]
  pillars: [{code: no, vi: Không}]
units:
  - {code: SKHCN, kind: department, vi: Sở Khoa học và Công nghệ}
venues:
  - id: V01
    name: Trung tâm
    location: {lat: 20.86, lon: 106.68}
    rooms: [{id: H-A, vi: Hội trường, capacity: 200}]
activities:
  - id: A07
    type: seminar
    title: {vi: Hội thảo, en: Seminar}
    host_unit: SKHCN
    venue: V01
    room: H-A
    start: 2026-10-08T08:30
    end: 2026-10-08T11:00
    pillars: [no]
    agenda:
      - {at: 07:15, min: 45, vi: Đón tiếp}
      - {at: '2026-10-09T08:00:00+07:00', min: 0, vi: Hôm sau}
    speakers:
      - {name: Ngô Thị Mai, title: Bà, unit: SKHCN}
      - {name: Lê Bình, unit: {vi: Báo Hải Đăng}}
"""


def with_line(old: str, new: str) -> tuple[bytes, int]:
    """The week with one of its lines changed, and that line's number."""
    lines = WEEK.splitlines()
    (number,) = [n for n, line in enumerate(lines) if line.strip() == old]
    lines[number] = lines[number].replace(old, new)
    return "\n".join(lines).encode(), number + 1


def test_a_week_as_people_type_it() -> None:
    """Clock times and `no` are taken as typed, not as the numbers and booleans of YAML."""
    file = parse_programme(WEEK.encode())
    (entry,) = file.entries
    one = entry.activity
    assert (one.number, one.slug, one.title) == (7, "hoi-thao", Text("Hội thảo", "Seminar"))
    assert [pillar.code for pillar in one.pillars] == ["no"]
    (session,) = one.sessions
    assert session.starts_at == datetime(2026, 10, 8, 8, 30, tzinfo=VIETNAM)
    assert session.place is not None
    assert (session.place.room.vi, session.place.latitude) == ("Hội trường", 20.86)
    reception, next_day = one.agenda
    assert reception.starts_at == datetime(2026, 10, 8, 7, 15, tzinfo=VIETNAM)
    assert next_day.starts_at - reception.starts_at == timedelta(days=1, minutes=45)
    assert [speaker.unit.vi for speaker in one.speakers] == ["Sở Khoa học và Công nghệ", "Báo Hải Đăng"]
    assert (entry.keys, entry.line, file.notes) == ((Key("A07"),), 13, ())
    assert file.edition.ends_on is not None
    assert (file.edition.ends_on.isoformat(), file.edition.name) == ("2026-10-11", Text("Tuần lễ", "Week"))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("type: seminar", "type: hội-thảo"),
        ("host_unit: SKHCN", "host_unit: SO"),
        ("venue: V01", "venue: V99"),
        ("room: H-A", "room: H-Z"),
        ("start: 2026-10-08T08:30", "start: 2026-10-08"),
        ("start: 2026-10-08T08:30", "start: sáng thứ Năm"),
        ("end: 2026-10-08T11:00", "end: 2026-10-08T07:00"),
        ("pillars: [no]", "pillars: [yes]"),
        ("pillars: [no]", "pillars: no"),
        ("pillars: [no]", "mode: trực tiếp"),
        ("pillars: [no]", "capacity: -3"),
        ("pillars: [no]", "capacity: nhiều"),
        ("pillars: [no]", "unlisted: có"),
        ("pillars: [no]", "status: xong"),
        ("pillars: [no]", "uid: 12"),
        ("pillars: [no]", "links: ['javascript:alert(1)']"),
        ("pillars: [no]", "id: A08"),
        ("title: {vi: Hội thảo, en: Seminar}", "title: {vi: ''}"),
        ("- {at: 07:15, min: 45, vi: Đón tiếp}", "- {at: 27:15, min: 45, vi: Đón tiếp}"),
        ("- {at: 07:15, min: 45, vi: Đón tiếp}", "- {at: 07:15, min: x, vi: Đón tiếp}"),
        ("- {name: Ngô Thị Mai, title: Bà, unit: SKHCN}", "- {title: Bà}"),
        ("location: {lat: 20.86, lon: 106.68}", "location: {lat: 200.86, lon: 106.68}"),
    ],
)
def test_each_mistake_is_refused_with_its_line(line: str, wrong: str) -> None:
    data, number = with_line(line, wrong)
    with pytest.raises(Misread) as refused:
        parse_programme(data)
    assert refused.value.line == number


def test_without_a_zone_hours_are_of_vietnam_or_as_asked() -> None:
    data = WEEK.replace(", timezone: Asia/Ho_Chi_Minh", "").encode()
    file = parse_programme(data)
    assert (file.edition.zone, file.entries) == ("Asia/Ho_Chi_Minh", parse_programme(WEEK.encode()).entries)
    elsewhere = parse_programme(data, zone="Asia/Tokyo")
    assert elsewhere.edition.zone == "Asia/Tokyo"
    starts_at = elsewhere.entries[0].activity.sessions[0].starts_at
    assert starts_at == datetime(2026, 10, 8, 6, 30, tzinfo=VIETNAM)


def test_the_same_id_twice_is_a_mistake() -> None:
    activity = WEEK[WEEK.index("  - id: A07") :]
    with pytest.raises(Misread, match="A07 × 2"):
        parse_programme((WEEK + activity).encode())


def test_unknown_fields_are_noticed_not_refused() -> None:
    data, number = with_line("pillars: [no]", "budget: {planned: 620000000}")
    (note,) = parse_programme(data).notes
    assert (note.line, note.what) == (number, "budget")


def test_the_sample_tells_its_stories() -> None:
    file = sample()
    activities = {entry.keys[0].guid: entry.activity for entry in file.entries}
    assert len(activities) == 62
    assert file.notes == ()
    assert len(activities["A03"].sessions) == 6
    assert activities["A03"].allow_overlap
    assert activities["A48"].status == "cancelled"
    assert activities["A48"].change_reason.en
    moved = activities["A50"].sessions[0]
    assert moved.previous_starts_at == datetime(2026, 10, 10, 6, 30, tzinfo=VIETNAM)
    assert [site.unit.code for site in activities["A01"].sessions[0].sites] == ["PBC", "PHP", "PAB", "XDX", "XTV", "DKDN"]
    assert {key for key, one in activities.items() if one.unlisted} == {"A28", "A47"}
    assert all(one.title.en and one.summary.en for one in activities.values())


def test_no_unit_of_the_sample_stands_below_a_unit_called_null():
    """`parent: null` is the top of the tree; the C parser and the Python one write a plain scalar's style differently."""
    units = sample().units
    codes = {unit.code for unit in units}
    assert {unit.parent for unit in units} <= codes | {""}
    assert "" in {unit.parent for unit in units}
