"""One day as a plan on the wall."""

from __future__ import annotations

import re
from datetime import date

from app.events.programme.filters import entries
from app.kernel.clock import VIETNAM
from app.kernel.paths import bundled
from app.site.grid import MOST_COLUMNS, STEP, grid, row_of
from tests.events.weeks import SQUARE, STUDIO, activity, at, session, week

MONDAY = date(2026, 10, 5)


def plan(*activities):
    return grid(entries(week(*activities)), MONDAY, VIETNAM, "vi")


def test_rooms_stand_in_the_order_of_the_alphabet_and_hours_run_down() -> None:
    drawn = plan(
        activity(1, "Khai mạc", session("1.1", 1, "08:00", "09:30")),
        activity(2, "AI", session("2.1", 1, "08:30", "11:00", STUDIO)),
        activity(3, "Hội chợ", session("3.1", 1, "09:00", "17:00", SQUARE)),
    )
    assert [column.venue.vi for column in drawn.columns] == [
        "Quảng trường trung tâm",
        "Trung tâm Hội nghị thành phố",
        "Trung tâm Khởi nghiệp",
    ]
    opening = drawn.columns[1].blocks[0]
    assert (opening.row, opening.high) == (1, 18)
    assert drawn.rows == 9 * 60 // STEP
    assert [hour.at.hour for hour in drawn.hours] == list(range(8, 17))


def test_what_shares_a_room_stands_side_by_side_and_what_follows_reuses_the_lane() -> None:
    drawn = plan(
        activity(1, "Một", session("1.1", 1, "08:00", "10:00")),
        activity(2, "Hai", session("2.1", 1, "09:00", "11:00")),
        activity(3, "Ba", session("3.1", 1, "10:00", "12:00")),
    )
    [hall] = drawn.columns
    assert hall.wide == 2
    assert [(block.entry.activity.title.vi, block.column) for block in hall.blocks] == [("Một", 1), ("Hai", 2), ("Ba", 1)]


def test_the_shortest_session_is_high_enough_to_read() -> None:
    drawn = plan(activity(1, "Chào cờ", session("1.1", 1, "08:10", "08:15")))
    assert drawn.columns[0].blocks[0].high == 4


def test_a_cancelled_session_leaves_its_room_free() -> None:
    drawn = plan(activity(1, "Bỏ", session("1.1", 1, "08:00", "10:00"), status="cancelled"))
    assert drawn.columns == ()


def test_the_now_line_lies_where_now_is_and_nowhere_outside_the_day() -> None:
    drawn = plan(activity(1, "Khai mạc", session("1.1", 1, "08:00", "10:00")))
    assert row_of(at(1, "08:00"), drawn) == 1
    assert row_of(at(1, "09:02"), drawn) == 13
    assert row_of(at(1, "07:59"), drawn) == row_of(at(1, "10:00"), drawn) == row_of(at(2, "08:30"), drawn) == 0


def test_the_style_sheet_has_a_class_for_everything_the_plan_may_say() -> None:
    """The policy allows no style attributes, so a missing class would put a session in the wrong place."""
    css = (bundled("static") / "css" / "grid.css").read_text(encoding="utf-8")
    known = set(re.findall(r"\.([a-z-]+\d+)\{", css))
    longest_day = 28 * 60 // STEP  # a day and what runs on until four in the morning
    assert {f"{letter}{n}" for letter in "rh" for n in range(1, longest_day + 1)} <= known
    assert {f"c{n}" for n in range(1, MOST_COLUMNS + 1)} | {f"lanes-{n}" for n in range(1, MOST_COLUMNS + 1)} <= known
