"""What a journalist's calendar gets: issue by issue better than what conferences usually publish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import msgspec
import pytest
import recurring_ical_events

from app.events.feeds.calendar import CalendarMaker, calendar_of
from app.events.programme.filters import Filter
from app.events.programme.model import Place, Revision, Session, Week
from app.kernel.clock import VIETNAM
from app.kernel.text import Text
from tests.events.exchange.files import FOSDEM, read_programme, real, sample, week_of
from tests.events.weeks import HALL, STUDIO, activity, at, session, week

HOUSE = "0123456789ab.ngayso"
BASE = "https://tuanle.example.vn"


def made(of: Week, language: str = "vi", **wanted: Any) -> bytes:
    return calendar_of(of, language=language, instance=HOUSE, base_url=BASE, wanted=Filter(**wanted))


def events(data: bytes) -> dict[str, icalendar.Event]:
    """The events by their SUMMARY; what cannot be read without errors fails."""
    calendar = icalendar.Calendar.from_ical(data)
    assert calendar.errors == []
    assert all(event.errors == [] for event in calendar.events)
    return {str(event["summary"]): event for event in calendar.events}


def one_event(*activities: Any, language: str = "vi") -> icalendar.Event:
    (event,) = events(made(week(*activities, version=1), language)).values()
    return event


def lines(data: bytes) -> list[str]:
    """Unfolded content lines."""
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_one_session_as_an_event() -> None:
    place = msgspec.structs.replace(HALL, latitude=20.8612, longitude=106.6835)
    one = activity(
        7, "Hội thảo: dữ liệu, mở; và “sạch”", session("7", 4, "08:30", "11:00", place, sequence=3),
        summary=Text("Dòng một\nDòng hai, có phẩy; và \\ gạch."), pillars=(),
    )  # fmt: skip
    published = datetime(2026, 9, 28, 2, 40, 17, tzinfo=UTC)
    data = made(week(one, version=4, modified_at=published))
    found = lines(data)
    uid = one.sessions[0].uid
    for line in (
        f"UID:{uid}@{HOUSE}",
        "DTSTAMP:20260928T024017Z",
        "LAST-MODIFIED:20260928T024017Z",
        "SEQUENCE:3",
        "STATUS:CONFIRMED",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261008T083000",
        "DTEND;TZID=Asia/Ho_Chi_Minh:20261008T110000",
        r"SUMMARY:Hội thảo: dữ liệu\, mở\; và “sạch”",
        r"LOCATION:Hội trường lớn\, Trung tâm Hội nghị thành phố\, Số 1 đường Hải Đăng",
        "GEO:20.8612;106.6835",
        "CATEGORIES:Hội thảo",
        "TRANSP:OPAQUE",
        f"URL:{BASE}/2026/activities/{one.slug}",
        "METHOD:PUBLISH",
        "CALSCALE:GREGORIAN",
        "NAME:Tuần lễ Chuyển đổi số 2026",
        "X-WR-CALNAME:Tuần lễ Chuyển đổi số 2026",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        f"SOURCE:{BASE}/2026/calendar.ics",
        "TZID:Asia/Ho_Chi_Minh",
    ):
        assert line in found, line
    description = str(events(data)["Hội thảo: dữ liệu, mở; và “sạch”"]["description"])
    assert description == (
        "Dòng một\nDòng hai, có phẩy; và \\ gạch.\n\n"
        f"Chủ trì: Sở Khoa học và Công nghệ\n\n{BASE}/2026/activities/{one.slug}"
    )  # fmt: skip
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_moving_house_changes_no_uid() -> None:
    here = week(activity(1, "Khai mạc"), version=1)
    elsewhere = calendar_of(here, language="vi", instance=HOUSE, base_url="https://chuyendoiso.haidang.gov.vn")
    assert [event["uid"] for event in events(elsewhere).values()] == [event["uid"] for event in events(made(here)).values()]


def test_a_cancelled_session_stays_and_says_why() -> None:
    one = activity(1, "Tham quan", status="cancelled", change_reason=Text("Trực chỉ huy; xin lỗi.", "On command duty."))
    event = one_event(one)
    assert (event["status"], event["transp"], str(event["summary"])) == ("CANCELLED", "TRANSPARENT", "[Hủy] Tham quan")
    assert str(event["description"]).startswith("Đã hủy. Lý do: Trực chỉ huy; xin lỗi.\n\n")
    english = one_event(one, language="en")
    assert str(english["summary"]) == "[Cancelled] Tham quan"
    assert str(english["description"]).startswith("Cancelled. Reason: On command duty.\n\n")
    assert str(one_event(activity(1, "Tham quan", gone=True))["description"]).startswith("Đã hủy.\n\n")


def test_a_postponed_session_is_cancelled_where_it_was() -> None:
    lost = session("1", previous_starts_at=at(1, "08:00"), previous_ends_at=at(1, "09:30"))
    for one in (
        activity(1, "Đi bộ", msgspec.structs.replace(lost, starts_at=None, ends_at=None), status="postponed", change_reason=Text("Bão")),
        activity(1, "Đi bộ", status="postponed", change_reason=Text("Bão")),
    ):
        event = one_event(one)
        assert (event["status"], str(event["summary"])) == ("CANCELLED", "[Hoãn] Đi bộ")
        assert event.decoded("dtstart") == at(1, "08:00")
        assert str(event["description"]).startswith("Hoãn, chưa có ngày mới. Lý do: Bão\n\n")


def test_a_moved_session_is_confirmed_at_its_new_time_and_tells_of_the_old() -> None:
    moved = session(
        "1", 7, "06:00", "07:30", STUDIO, previous_starts_at=at(6, "06:30"), previous_ends_at=at(6, "08:00"), previous_place=HALL
    )
    event = one_event(activity(1, "Đi bộ", moved, change_reason=Text("Nhường phố đi bộ")))
    assert event["status"] == "CONFIRMED"
    assert event.decoded("dtstart") == at(7, "06:00")
    assert str(event["description"]).startswith(
        "Dời từ 06:30–08:00, Thứ Bảy, 10/10/2026. "
        "Chuyển từ Hội trường lớn, Trung tâm Hội nghị thành phố, Số 1 đường Hải Đăng. Lý do: Nhường phố đi bộ\n\n"
    )


def test_an_exhibition_of_six_days_is_six_events() -> None:
    """A03: on each of its days a calendar shows it, from ten on Monday and from nine on the others."""
    data = made(week_of(sample()))
    calendar = icalendar.Calendar.from_ical(data)
    name = "Triển lãm thành tựu, mô hình và giải pháp chuyển đổi số"
    hours = []
    for day in range(5, 12):
        shown = recurring_ical_events.of(calendar).at((2026, 10, day))
        hours += [event.decoded("dtstart").strftime("%a %H:%M") for event in shown if event["summary"] == name]
    assert hours == ["Mon 10:00", "Tue 09:00", "Wed 09:00", "Thu 09:00", "Fri 09:00", "Sat 09:00"]
    days = [event for event in calendar.events if event["summary"] == name]
    assert len({str(event["uid"]) for event in days}) == 6
    assert {str(event["transp"]) for event in days} == {"TRANSPARENT"}  # an open door blocks nobody's day


def test_the_sample_week_in_full() -> None:
    found = events(made(week_of(sample())))
    assert len(icalendar.Calendar.from_ical(made(week_of(sample()))).events) == 65  # 67 sessions, two by link only
    assert "Họp báo cung cấp thông tin về Tuần lễ Chuyển đổi số" in found  # before the week
    online = next(event for event in found.values() if "conference" in event)
    assert str(online["conference"]) == "https://tuanle.example.vn/truc-tiep"
    assert "Trực tuyến: https://tuanle.example.vn/truc-tiep" in str(online["description"])
    opening = found["Lễ khai mạc Tuần lễ Chuyển đổi số thành phố"]
    assert "Điểm cầu: UBND phường Bến Cảng," in str(opening["description"])
    assert "Diễn giả: Ông Ninh Đắc Trường Sơn Hải," in str(opening["description"])
    assert [str(one) for one in opening["categories"].cats] == ["Nghi lễ", "Chính quyền số", "Kinh tế số", "Xã hội số"]
    english = events(made(week_of(sample()), "en"))
    assert str(english["Opening ceremony of the City Digital Transformation Week"]["url"]).endswith("?lang=en")


def test_filters_narrow_the_calendar_and_its_name() -> None:
    whole = week_of(sample())
    thursday = made(whole, day=("2026-10-08",), pillar=("kinh_te_so", "khong-co"))
    name = "Tuần lễ Chuyển đổi số thành phố Hải Đăng 2026 · Thứ Năm, 08/10/2026 · Kinh tế số"
    assert f"X-WR-CALNAME:{name}".replace(", ", "\\, ") in lines(thursday)
    found = events(thursday).values()
    assert found
    assert {event.decoded("dtstart").date().isoformat() for event in found} == {"2026-10-08"}
    assert all("Kinh tế số" in [str(one) for one in event["categories"].cats] for event in found)
    # The same session has the same UID whichever feed it is read from.
    everything = {str(event["uid"]): event.to_ical() for event in icalendar.Calendar.from_ical(made(whole)).events}
    assert all(everything[str(event["uid"])] == event.to_ical() for event in found)


def test_what_nobody_has_gives_an_empty_calendar() -> None:
    empty = made(week_of(sample()), unit=("KHÔNG CÓ",))
    calendar = icalendar.Calendar.from_ical(empty)
    assert (calendar.events, calendar.errors) == ([], [])
    assert "X-WR-CALNAME:Tuần lễ Chuyển đổi số thành phố Hải Đăng 2026" in lines(empty)
    assert b"VTIMEZONE" not in empty


def test_unlisted_only_in_its_own_calendar() -> None:
    of = week(activity(1, "Nội bộ", unlisted=True), activity(2, "Công khai"), activity(3, "Nháp", status="draft"), version=1)
    assert set(events(made(of))) == {"Công khai"}
    maker = CalendarMaker(of, language="vi", instance=HOUSE, base_url=BASE)
    own = maker.activity("noi-bo")
    assert own is not None
    assert set(events(own)) == {"Nội bộ"}
    assert f"SOURCE:{BASE}/2026/activities/noi-bo/calendar.ics" in lines(own)
    assert "X-WR-CALNAME:Nội bộ" in lines(own)
    assert maker.activity("nhap") is None
    assert maker.activity("khong-co") is None


def test_what_never_had_a_time_is_no_event() -> None:
    undated = activity(1, "Chưa có giờ", Session(uid=activity(1, "x").id))
    assert events(made(week(undated, version=1))) == {}


def test_without_a_place_without_a_name() -> None:
    bare = one_event(activity(1, "Ở đâu đó", session("1", place=None)))
    assert "location" not in bare
    only_venue = one_event(activity(1, "Ngoài trời", session("1", place=Place("V06", Text("Quảng trường"), Text("Quảng trường")))))
    assert str(only_venue["location"]) == "Quảng trường"
    no_length = one_event(activity(1, "Chào cờ", session("1", start="08:00", end="08:00")))
    assert "dtend" not in no_length


def test_the_same_week_gives_the_same_bytes_in_any_order() -> None:
    one = week(activity(1, "A"), activity(2, "B"), version=1)
    turned = msgspec.structs.replace(one, revisions=one.revisions[::-1])
    assert made(one) == made(turned) == made(one)


def test_a_hot_fix_makes_only_what_changed_anew() -> None:
    before = week_of(sample())
    earlier = CalendarMaker(before, language="vi", instance=HOUSE, base_url=BASE)
    earlier.feed(Filter())
    first, *rest = before.revisions
    renamed = Revision(msgspec.structs.replace(first.activity, title=Text("Lễ khai mạc mới")), 2, first.modified_at + timedelta(days=1))
    after = msgspec.structs.replace(before, version=2, revisions=(renamed, *rest))
    maker = CalendarMaker(after, language="vi", instance=HOUSE, base_url=BASE, earlier=earlier)
    lent = dict(maker._events)
    assert len(lent) == len(earlier._events) - len(first.activity.sessions)
    assert maker.feed(Filter()) == calendar_of(after, language="vi", instance=HOUSE, base_url=BASE)
    assert CalendarMaker(after, language="en", instance=HOUSE, base_url=BASE, earlier=earlier)._events == {}


def test_brussels_keeps_its_own_hours() -> None:
    data = made(week_of(read_programme(real(FOSDEM[3]))))
    calendar = icalendar.Calendar.from_ical(data)
    assert len(calendar.events) == 1079
    assert calendar.errors == []
    welcome = next(event for event in calendar.events if event["summary"] == "Welcome to FOSDEM 2026")
    assert welcome.decoded("dtstart") == datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
    assert welcome["dtstart"].params["TZID"] == "Europe/Brussels"
    assert len(recurring_ical_events.of(calendar).at((2026, 1, 31))) + len(recurring_ical_events.of(calendar).at((2026, 2, 1))) == 1079


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_session_after_midnight_is_shown_on_its_own_day(language: str) -> None:
    late = one_event(activity(1, "Đêm hội", session("1", 6, "22:00", "23:59")), language=language)
    assert late.decoded("dtstart").astimezone(VIETNAM).hour == 22
