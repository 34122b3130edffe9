"""What search engines and other calendars read of an activity."""

from __future__ import annotations

import msgspec

from app.events.programme.model import Place, Speaker
from app.kernel.clock import VIETNAM
from app.kernel.text import Text
from app.site.linked_data import event, map_address, script_json
from tests.events.weeks import HALL, activity, at, session

ADDRESS = "https://ngay10.example/2026/activities/khai-mac"


def told(shown, language="vi"):
    return event(shown, address=ADDRESS, language=language, zone=VIETNAM)


def test_one_session_is_an_event_with_its_place_and_local_time() -> None:
    found = told(activity(1, "Lễ khai mạc", session("1.1"), speakers=(Speaker("Mạc Thị Vân", "Tiến sĩ"),)))
    assert found["startDate"] == "2026-10-05T08:00:00+07:00"
    assert found["location"]["name"] == "Hội trường lớn, Trung tâm Hội nghị thành phố"
    assert found["performer"] == [{"@type": "Person", "name": "Mạc Thị Vân"}]
    assert found["eventStatus"].endswith("EventScheduled")


def test_a_moved_one_says_when_it_was_before() -> None:
    moved = msgspec.structs.replace(session("1.1", 7), previous_starts_at=at(6, "06:30"))
    found = told(activity(1, "Đi bộ", moved))
    assert found["eventStatus"].endswith("EventRescheduled")
    assert found["previousStartDate"] == "2026-10-10T06:30:00+07:00"


def test_a_cancelled_one_says_so_whatever_its_sessions_say() -> None:
    assert told(activity(1, "Tham quan", status="cancelled"))["eventStatus"].endswith("EventCancelled")


def test_an_exhibition_of_two_days_has_two_sub_events() -> None:
    found = told(activity(1, "Triển lãm", session("1.1", 1, "10:00", "17:00"), session("1.2", 2, "09:00", "17:00")))
    assert found["startDate"].startswith("2026-10-05T10:00")
    assert found["endDate"].startswith("2026-10-06T17:00")
    assert len(found["subEvent"]) == 2


def test_a_hostile_title_cannot_leave_its_script_element() -> None:
    text = script_json(told(activity(1, "</script><script>alert(1)</script> & <!--")))
    assert "<" not in text
    assert msgspec.json.decode(str(text).encode())["name"].startswith("</script>")


def test_the_map_shows_the_point_or_looks_for_the_address_and_online_has_none() -> None:
    point = msgspec.structs.replace(HALL, latitude=20.8612, longitude=106.6835)
    assert "query=20.861200%2C106.683500" in map_address(point)
    assert "H%E1%BA%A3i" in map_address(HALL)
    assert map_address(Place("ON-1", Text("Trực tuyến"), url="https://live.example")) == ""
    assert map_address(None) == ""
