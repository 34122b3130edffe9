"""What a reader is told of two states of a week."""

from __future__ import annotations

import msgspec

from app.events.programme.compare import compare_weeks
from app.events.programme.model import Speaker
from app.kernel.text import Text
from tests.events.weeks import HALL, STUDIO, activity, identity, session, week

PORT = activity(32, "Tham quan cảng thông minh", session("cang", 4, "09:00", "11:00"))


def changed(before, after):
    (change,) = compare_weeks(week(before), week(after))
    return change


def test_a_week_equal_to_itself_has_no_changes():
    assert compare_weeks(week(PORT), week(PORT)) == ()


def test_what_publishing_fills_in_is_no_change():
    (one,) = PORT.sessions
    later = msgspec.structs.replace(PORT, sessions=(msgspec.structs.replace(one, sequence=7, previous_place=STUDIO),))
    assert compare_weeks(week(PORT), week(later)) == ()


def test_everything_is_new_in_the_first_version():
    (change,) = compare_weeks(None, week(PORT))
    assert change.kinds == ("new",)
    assert [(each.kind, each.rises) for each in change.sessions] == [("new", False)]


def test_moved_to_friday():
    change = changed(
        PORT, activity(32, "Tham quan cảng thông minh", session("cang", 5, "09:00", "11:00"), change_reason=Text("Cảng tiếp nhận tàu lớn"))
    )
    assert change.kinds == ("moved",)
    assert change.fields == ("change_reason",)
    (moved,) = change.sessions
    assert (moved.kind, moved.moved_time, moved.moved_place, moved.rises) == ("moved", True, False, True)
    assert moved.before.starts_at.day == 8
    assert moved.after.starts_at.day == 9


def test_moved_to_another_hall():
    change = changed(PORT, activity(32, "Tham quan cảng thông minh", session("cang", 4, "09:00", "11:00", STUDIO)))
    assert change.kinds == ("moved",)
    assert (change.sessions[0].moved_time, change.sessions[0].moved_place) == (False, True)


def test_a_hall_that_got_a_new_name_is_not_a_move_but_calendars_must_know():
    renamed_hall = msgspec.structs.replace(HALL, room=Text("Hội trường Biển Đông"))
    change = changed(PORT, activity(32, "Tham quan cảng thông minh", session("cang", 4, "09:00", "11:00", renamed_hall)))
    assert change.kinds == ("changed",)
    assert change.sessions[0].rises


def test_coordinates_alone_raise_no_sequence():
    located = msgspec.structs.replace(HALL, latitude=20.86, longitude=106.68)
    change = changed(PORT, activity(32, "Tham quan cảng thông minh", session("cang", 4, "09:00", "11:00", located)))
    assert change.kinds == ("changed",)
    assert not change.sessions[0].rises


def test_renamed():
    change = changed(PORT, activity(32, "Thăm Trung tâm Điều hành cảng", session("cang", 4, "09:00", "11:00"), slug=PORT.slug))
    assert change.kinds == ("renamed",)
    assert change.title_before.vi == "Tham quan cảng thông minh"
    assert change.sessions[0].rises


def test_another_speaker_is_a_change_that_no_calendar_entry_rises_for():
    change = changed(PORT, msgspec.structs.replace(PORT, speakers=(Speaker("Tạ Quang Hiển"),)))
    assert (change.kinds, change.fields, change.sessions) == (("changed",), ("speakers",), ())


def test_cancelled_then_back():
    cancelled = msgspec.structs.replace(PORT, status="cancelled")
    assert changed(PORT, cancelled).kinds == ("cancelled",)
    assert changed(PORT, cancelled).sessions[0].kind == "cancelled"
    assert changed(cancelled, PORT).kinds == ("returned",)
    assert changed(cancelled, PORT).sessions[0].rises


def test_postponed_without_a_date():
    assert changed(PORT, msgspec.structs.replace(PORT, status="postponed")).kinds == ("postponed",)


def test_gone_from_the_week_and_returned():
    (gone,) = compare_weeks(week(PORT), week())
    assert gone.kinds == ("gone",)
    assert gone.sessions[0].kind == "gone"
    stays_gone = msgspec.structs.replace(PORT, gone=True)
    assert compare_weeks(week(stays_gone), week()) == ()
    assert changed(stays_gone, PORT).kinds == ("returned",)


def test_one_day_of_the_exhibition_falls():
    days = [session(f"trien-lam-{day}", day, "09:00", "17:00", number=day) for day in (1, 2, 3)]
    exhibition = activity(3, "Triển lãm", *days)
    wet = activity(3, "Triển lãm", days[0], msgspec.structs.replace(days[1], status="cancelled"), days[2])
    change = changed(exhibition, wet)
    assert change.kinds == ("cancelled",)
    assert [each.number for each in change.sessions] == [2]
    shorter = changed(exhibition, activity(3, "Triển lãm", *days[:2]))
    assert shorter.kinds == ("cancelled",)
    assert (shorter.sessions[0].kind, shorter.sessions[0].uid) == ("gone", identity("session", "trien-lam-3"))


def test_one_more_day():
    days = [session(f"trien-lam-{day}", day, "09:00", "17:00", number=day) for day in (1, 2)]
    change = changed(activity(3, "Triển lãm", days[0]), activity(3, "Triển lãm", *days))
    assert change.kinds == ("changed",)
    assert [(each.kind, each.rises) for each in change.sessions] == [("new", False)]
