"""A reader narrows the week down; the page and the calendar feed must understand the same address alike."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from app.events.programme.filters import Entry, Filter, select
from app.events.programme.model import Session, Site, Term, UnitRef, Week
from app.kernel.text import Text
from tests.events.weeks import SQUARE, STUDIO, activity, at, identity, session, week

ECONOMY = Term("kinh_te_so", Text("Kinh tế số"))
SOCIETY = Term("xa_hoi_so", Text("Xã hội số"))
FAIR = Term("fair", Text("Hội chợ"))
CITIZENS = Term("citizens", Text("Người dân"))
YOUTH = UnitRef("TDTN", Text("Thành đoàn"))


@pytest.fixture
def the_week() -> Week:
    """Monday's plenary, Tuesday's fair on the square, an AI workshop with the youth union, and what nobody should list."""
    return week(
        activity(
            2, "Hội chợ công nghệ số", session("2.1", 2, "09:00", "17:00", SQUARE), type=FAIR, audiences=(CITIZENS,), pillars=(SOCIETY,)
        ),
        activity(1, "Phiên toàn thể", session("1.1", 1, "08:00", "10:00"), pillars=(ECONOMY, SOCIETY)),
        activity(3, "Thực hành AI", session("3.1", 2, "08:30", "11:00", STUDIO), co_hosts=(YOUTH,), pillars=(ECONOMY,)),
        activity(4, "Họp kín", session("4.1", 1, "14:00", "15:00"), unlisted=True),
        activity(5, "Chưa xong", session("5.1", 1, "14:00", "15:00"), status="draft"),
    )


def titles(entries: list[Entry]) -> list[str]:
    return [entry.activity.title.vi for entry in entries]


def narrowed(the_week: Week, **query: str) -> list[str]:
    return titles(select(the_week, Filter.read(query.items())))


def test_the_whole_week_in_the_order_of_time_without_what_is_unlisted(the_week: Week) -> None:
    assert narrowed(the_week) == ["Phiên toàn thể", "Thực hành AI", "Hội chợ công nghệ số"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"day": "2026-10-06"}, ["Thực hành AI", "Hội chợ công nghệ số"]),
        ({"pillar": "kinh_te_so"}, ["Phiên toàn thể", "Thực hành AI"]),
        ({"unit": "TDTN"}, ["Thực hành AI"]),
        ({"venue": "V06"}, ["Hội chợ công nghệ số"]),
        ({"type": "fair"}, ["Hội chợ công nghệ số"]),
        ({"audience": "citizens"}, ["Hội chợ công nghệ số"]),
        ({"pillar": "kinh_te_so", "day": "2026-10-06"}, ["Thực hành AI"]),
        ({"day": "hôm nay"}, []),
        ({"venue": "V99"}, []),
        ({"lang": "en", "utm_source": "x"}, ["Phiên toàn thể", "Thực hành AI", "Hội chợ công nghệ số"]),
    ],
)
def test_each_filter_narrows_and_what_nobody_has_finds_nothing(the_week: Week, query: dict[str, str], found: list[str]) -> None:
    assert narrowed(the_week, **query) == found


def test_two_values_of_one_filter_are_alternatives(the_week: Week) -> None:
    wanted = Filter.read([("venue", "V06"), ("venue", "V03")])
    assert titles(select(the_week, wanted)) == ["Thực hành AI", "Hội chợ công nghệ số"]


def test_a_satellite_site_counts_as_host_and_as_venue() -> None:
    """People of Phường Bến Cảng look for what can be followed in their own hall."""
    site = Site(UnitRef("PBC", Text("Phường Bến Cảng")), SQUARE)
    the_week = week(activity(1, "Lễ khai mạc", session("1.1", sites=(site,))))
    assert narrowed(the_week, unit="PBC") == narrowed(the_week, venue="V06") == ["Lễ khai mạc"]


def test_a_late_evening_belongs_to_the_local_day() -> None:
    """23:00 in Vietnam is still the day before in UTC plus seven hours: no shift by the zone."""
    late = Session(
        uid=identity("late"), starts_at=datetime(2026, 10, 10, 16, 30, tzinfo=UTC), ends_at=datetime(2026, 10, 10, 18, 0, tzinfo=UTC)
    )
    the_week = week(activity(1, "Đêm hội", late))
    assert narrowed(the_week, day="2026-10-10") == ["Đêm hội"]
    assert narrowed(the_week, day="2026-10-11") == []


def test_a_postponed_session_stays_on_the_day_it_was_announced_for() -> None:
    put_off = session("1.1", 3)
    put_off = msgspec.structs.replace(put_off, starts_at=None, ends_at=None, previous_starts_at=at(3, "08:00"), status="postponed")
    assert narrowed(week(activity(1, "Bơi thuyền", put_off)), day="2026-10-07") == ["Bơi thuyền"]


def test_what_is_searched_for_narrows_too_but_is_never_part_of_the_key(the_week: Week) -> None:
    wanted = Filter.read([("q", "  thuc   hanh "), ("venue", "V03")])
    assert wanted.q == "thuc hanh"
    assert wanted.key == Filter.read([("venue", "V03")]).key
    assert titles(select(the_week, wanted, found={identity("activity", 3)})) == ["Thực hành AI"]
    assert select(the_week, wanted, found={uuid4()}) == []


def test_the_same_choice_has_one_canonical_address() -> None:
    one = Filter.read([("pillar", "b"), ("pillar", "a"), ("day", "2026-10-06"), ("pillar", "a")])
    other = Filter.read([("day", "2026-10-06"), ("pillar", "a"), ("pillar", "b"), ("unit", " ")])
    assert one == other
    assert one.query() == [("day", "2026-10-06"), ("pillar", "a"), ("pillar", "b")]
    assert one.chosen == 3
    assert not one.is_empty
    assert Filter.read([("x", "1")]).is_empty


def test_a_flood_of_values_is_bounded() -> None:
    wanted = Filter.read([("unit", f"{n}" * 500) for n in range(1000)])
    assert len(wanted.unit) <= 40
    assert max(map(len, wanted.unit)) <= 80
