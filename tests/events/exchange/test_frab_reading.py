"""Schedules of other organisers as they really arrive: half right."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from app.events.exchange.frab_xml import TooLarge
from app.events.exchange.programme_file import LARGEST, Broken, Key, Misread, ZoneNeeded
from app.events.exchange.reading import NotAFile, parse_programme, read_programme
from app.events.programme.model import Speaker
from app.kernel.clock import VIETNAM
from tests.events.exchange.files import FOSDEM, event, read, real, schedule


def test_a_plain_schedule_becomes_our_programme() -> None:
    file = read(
        event(
            "7b6f0a5e-6f0c-4b0e-9d3a-0d6f5b1c2a33", "Chính quyền số", "13:30", "01:30",
            id="17", type="seminar", track="Chính quyền số", language="vi", abstract="Một câu.", description="Nhiều câu.",
            raw='<persons><person id="5">Ngô Thị Mai</person><person id="5">Ngô Thị Mai</person><person>  </person></persons>'
            '<links><link href="https://example.vn/a b#c#d">Trang</link><link href="javascript:alert(1)">x</link></links>',
        )
    )  # fmt: skip
    (entry,) = file.entries
    activity = entry.activity
    assert (activity.number, activity.title.vi, activity.slug, activity.language) == (17, "Chính quyền số", "chinh-quyen-so", "vi")
    assert (activity.summary.vi, activity.description.vi) == ("Một câu.", "Nhiều câu.")
    assert [pillar.name.vi for pillar in activity.pillars] == ["Chính quyền số"]
    assert activity.speakers == (Speaker("Ngô Thị Mai", foreign_id="5"),)
    assert activity.links == ("https://example.vn/a%20b#c%23d",)
    (session,) = activity.sessions
    assert session.starts_at == datetime(2026, 10, 8, 6, 30, tzinfo=UTC)
    assert session.ends_at == datetime(2026, 10, 8, 8, 0, tzinfo=UTC)
    assert session.place is not None
    assert (session.place.room.vi, session.place.venue.vi) == ("Hội trường", "Tuần lễ thử")
    assert entry.keys == (Key("7b6f0a5e-6f0c-4b0e-9d3a-0d6f5b1c2a33"),)
    assert (file.edition.slug, file.edition.zone) == ("tuan-le", "Asia/Ho_Chi_Minh")
    assert (file.edition.starts_on, file.edition.ends_on) == (date(2026, 10, 5), date(2026, 10, 11))


def test_repeated_and_missing_guids_are_told_apart() -> None:
    file = read(
        event("same", "Lần một"),
        event("same", "Lần hai", "11:00"),
        event("", "Chỉ có số", id="9"),
        event("", "Không có gì cả", "15:00"),
        event("HOqeNIb6G7M4hYFKFRkCmQ", "Không phải UUID", "16:00"),
    )
    assert [entry.keys[0] for entry in file.entries] == [
        Key("same", 1),
        Key("same", 2),
        Key("id:9"),
        Key("title:khong-co-gi-ca"),
        Key("HOqeNIb6G7M4hYFKFRkCmQ"),
    ]
    uids = [entry.activity.sessions[0].uid for entry in file.entries]
    assert len(set(uids)) == 5
    assert len(file.notes) == 3


def test_after_midnight_under_the_evening_before() -> None:
    """With a date the date holds; with a clock time alone, half past midnight belongs to the night of that day."""
    dated = read(event("a", start="00:30", date="2026-10-09T00:30:00+07:00"))
    undated = read(event("a", start="00:30", day=""))
    for file in (dated, undated):
        assert file.entries[0].activity.sessions[0].starts_at == datetime(2026, 10, 9, 0, 30, tzinfo=VIETNAM)
    before_the_day_opens = read(event("a", start="07:15", date="2026-10-08T07:15:00+07:00"))
    assert before_the_day_opens.entries[0].activity.sessions[0].starts_at == datetime(2026, 10, 8, 7, 15, tzinfo=VIETNAM)


def test_a_time_without_offset_needs_a_zone() -> None:
    with pytest.raises(ZoneNeeded, match="--zone"):
        read(event("a", date="2026-10-08T09:00:00"), zone="")
    file = read(event("a", date="2026-10-08T09:00:00"), zone="", asked_zone="Europe/Brussels")
    assert file.entries[0].activity.sessions[0].starts_at == datetime(2026, 10, 8, 7, 0, tzinfo=UTC)


def test_a_zone_nobody_knows_is_no_zone() -> None:
    file = read(event("a"), zone="Hải Đăng/Giờ")
    assert file.edition.zone == ""
    assert file.offsets == {"+07:00"}
    assert "Hải Đăng" in file.notes[0].what


@pytest.mark.parametrize(("duration", "minutes"), [("0:30", 30), ("01:30", 90), ("01:30:00", 90), ("25:00", 1500), ("00:00", 0)])
def test_durations_in_all_their_spellings(duration: str, minutes: int) -> None:
    (entry,) = read(event("a", duration=duration)).entries
    session = entry.activity.sessions[0]
    assert session.starts_at
    assert session.ends_at
    assert (session.ends_at - session.starts_at).total_seconds() == minutes * 60


@pytest.mark.parametrize(
    "wrong",
    [event("a", duration="lâu"), event("a", duration="-1:00"), event("a", date="2026-13-40T09:00:00+07:00"), event("a", title=" \u200b ")],
)
def test_what_cannot_be_understood_names_its_line(wrong: str) -> None:
    with pytest.raises(Misread) as refused:
        read(event("before"), wrong)
    # Seven lines of the file's head, then the first event.
    assert refused.value.line == schedule(event("before"), wrong).decode().splitlines().index('<event guid="a">') + 1


def test_broken_xml_names_its_line() -> None:
    data = schedule(event("a")).replace(b"</title>\n<start>", b"</title>\n<<<<<<< HEAD\n<start>", 1)
    with pytest.raises(Broken) as refused:
        parse_programme(data)
    assert refused.value.line == data.splitlines().index(b"<<<<<<< HEAD") + 1
    assert f"dòng {refused.value.line}" in str(refused.value)


def test_a_merge_conflict_in_a_real_file() -> None:
    with pytest.raises(Broken) as refused:
        read_programme(real("broken.xml"))
    assert refused.value.line == 4053


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><schedule>&b;</schedule>',
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule><conference><title>&x;</title></conference></schedule>',
        b"<html><body>404</body></html>",
        b"<schedule/>",
        b'{"schedule": []}',
        b'{"events": []}',
        b"[]",
        b'{"schedule": {"conference": {"title": 1, "days": [{"rooms": {"A": [{"title": "x", "date": "x"}]}}]}}}',
        b"",
        b"hello",
        b"a: [",
        b"a: 1\na: 2\n",
        b"x: &a [1]\ny: *a\n",
        b"\x00\x01\x02",
        b'{"schedule": "\xff"}',
        b'{"a": ' * 5000,
    ],
)
def test_other_things_are_refused_politely(data: bytes) -> None:
    with pytest.raises((Broken, Misread)) as refused:
        parse_programme(data)
    assert refused.value.line >= 1


def test_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLarge):
        parse_programme(b"<schedule>" + b" " * LARGEST + b"</schedule>")


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(NotAFile):
        read_programme(tmp_path / "khong-co.xml")
    with pytest.raises(NotAFile):
        read_programme(tmp_path)


def test_control_and_direction_characters_do_not_come_in() -> None:
    file = read(event("a", title="Hội\u202e thảo\u0085 số\ufeff", abstract="một\u200b\r\nhai\r\n\r\n\r\n\r\nba"))
    activity = file.entries[0].activity
    assert activity.title.vi == "Hội thảo số"
    assert activity.summary.vi == "một\nhai\n\nba"


def test_the_same_in_json() -> None:
    document = {
        "schedule": {
            "version": "1",
            "conference": {
                "acronym": "tuan_le",
                "title": "Tuần lễ thử",
                "start": "2026-10-05",
                "end": "2026-10-11",
                "time_zone_name": "Asia/Ho_Chi_Minh",
                "days": [
                    {
                        "index": 1,
                        "date": "2026-10-08",
                        "day_start": "2026-10-08T08:00:00+07:00",
                        "day_end": "2026-10-09T04:00:00+07:00",
                        "rooms": {
                            "Hội trường": [
                                {
                                    "guid": "abc", "id": 3, "title": "Hội thảo", "date": "2026-10-08T09:00:00+07:00", "start": "09:00",
                                    "duration": "01:00", "type": "seminar", "track": None, "abstract": "<p>Một</p><p>Hai</p>",
                                    "persons": [{"id": 0, "public_name": "Ngô Thị Mai"}, {"name": "Lê Văn Bình", "code": "ABC"}],
                                    "links": [{"url": "https://example.vn", "title": "x"}],
                                }
                            ]
                        },
                    }
                ],
            },
        }
    }  # fmt: skip
    file = parse_programme(json.dumps(document, ensure_ascii=False, indent=1).encode())
    (entry,) = file.entries
    assert entry.activity.summary.vi == "Một\n\nHai"
    assert entry.activity.speakers == (Speaker("Ngô Thị Mai", foreign_id="0"), Speaker("Lê Văn Bình", foreign_id="ABC"))
    assert entry.activity.links == ("https://example.vn",)
    assert (entry.keys, file.edition.slug) == ((Key("abc"),), "tuan-le")
    # The line of the guid is looked up, since JSON keeps none.
    document["schedule"]["conference"]["days"][0]["rooms"]["Hội trường"][0]["duration"] = "?"  # type: ignore[index]
    data = json.dumps(document, ensure_ascii=False, indent=1).encode()
    with pytest.raises(Misread) as refused:
        parse_programme(data)
    assert b'"abc"' in data.splitlines()[refused.value.line - 1]


def test_real_schedules_keep_every_event() -> None:
    counts = {name: len(read_programme(real(name)).entries) for name in (*FOSDEM, "36c3-everything.xml", "31c3.xml")}
    assert list(counts.values()) == [828, 1043, 1079, 1079, 1351, 138]


def test_a_json_of_another_kind_is_no_schedule() -> None:
    with pytest.raises(Misread):
        read_programme(real("opendataday-2021.json"))
