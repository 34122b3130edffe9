"""What the landing page says is on now and next."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from app.events.programme.filters import entries
from app.site.happening import happening
from app.site.reading import highlights
from tests.events.weeks import activity, at, session, week


def titles(several) -> list[str]:
    return [entry.activity.title.vi for entry in several]


THURSDAY = entries(
    week(
        activity(1, "Triển lãm", session("1.1", 4, "09:00", "17:00"), session("1.2", 5, "09:00", "17:00")),
        activity(2, "Hội thảo sáng", session("2.1", 4, "08:30", "11:00")),
        activity(3, "Tọa đàm chiều", session("3.1", 4, "14:00", "16:00")),
        activity(4, "Đã hủy", session("4.1", 4, "09:00", "12:00"), status="cancelled"),
        activity(5, "Lễ tối thứ Sáu", session("5.1", 5, "19:00", "21:00")),
    )
)


def test_on_thursday_at_twenty_to_ten() -> None:
    """What ends soonest comes first: the exhibition will still be there in the afternoon."""
    found = happening(THURSDAY, at(4, "09:40"))
    assert titles(found.on_now) == ["Hội thảo sáng", "Triển lãm"]
    assert titles(found.next_up) == ["Tọa đàm chiều", "Triển lãm", "Lễ tối thứ Sáu"]


def test_a_session_is_on_from_its_first_minute_until_before_its_last() -> None:
    assert titles(happening(THURSDAY, at(4, "08:30")).on_now) == ["Hội thảo sáng"]
    assert titles(happening(THURSDAY, at(4, "11:00")).on_now) == ["Triển lãm"]


def test_the_same_instant_in_another_zone_is_the_same_moment() -> None:
    assert titles(happening(THURSDAY, datetime(2026, 10, 8, 2, 40, tzinfo=UTC)).on_now) == ["Hội thảo sáng", "Triển lãm"]


def test_after_the_week_there_is_nothing() -> None:
    found = happening(THURSDAY, at(9, "09:00"))
    assert found.on_now == found.next_up == ()


def test_a_session_without_an_end_is_on_for_an_hour() -> None:
    endless = msgspec.structs.replace(session("6.1", 4, "09:00"), ends_at=None)
    shown = entries(week(activity(6, "Mở cửa", endless)))
    assert titles(happening(shown, at(4, "09:59")).on_now) == ["Mở cửa"]
    assert titles(happening(shown, at(4, "10:00")).on_now) == []


def test_a_day_is_remembered_for_what_is_large_and_only_that_day() -> None:
    """The exhibition stands all week; Friday's is the evening."""
    friday = [entry for entry in THURSDAY if entry.session.starts_at >= at(5, "00:00")]
    assert titles(highlights(friday, 1)) == ["Lễ tối thứ Sáu"]
