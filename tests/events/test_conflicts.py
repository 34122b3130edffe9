"""Room clashes: what a person would call one, and agreement with a plain double loop."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import combinations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.events.programme.conflicts import ConflictRules, blocking, find_conflicts
from app.events.programme.model import Activity, Place, Week
from app.kernel.text import Text
from tests.events.weeks import HALL, SQUARE, STUDIO, activity, at, identity, session, week


def test_two_ceremonies_want_the_grand_hall_at_once():
    clashes = find_conflicts(
        week(
            activity(1, "Lễ khai mạc", session("khai-mac", 1, "08:00", "09:30")),
            activity(2, "Phiên toàn thể", session("toan-the", 1, "09:00", "11:30")),
        )
    )
    (clash,) = clashes
    assert clash.severity == "blocks"
    assert (clash.first.title.vi, clash.second.title.vi) == ("Lễ khai mạc", "Phiên toàn thể")
    assert (clash.starts_at, clash.ends_at) == (at(1, "09:00"), at(1, "09:30"))
    assert clash.place.room.vi == "Hội trường lớn"


def test_back_to_back_is_no_clash():
    morning, noon = session("a", 1, "08:00", "09:30"), session("b", 1, "09:30", "11:00")
    assert find_conflicts(week(activity(1, "A", morning), activity(2, "B", noon))) == []


def test_the_same_hour_in_another_room_or_on_the_open_square_is_no_clash():
    assert find_conflicts(week(activity(1, "A", session("a")), activity(2, "B", session("b", place=STUDIO)))) == []
    assert find_conflicts(week(activity(1, "A", session("a", place=SQUARE)), activity(2, "B", session("b", place=SQUARE)))) == []


def test_an_exhibition_that_allows_overlap_shares_its_hall():
    shared = week(activity(3, "Triển lãm", session("trien-lam"), allow_overlap=True), activity(4, "Hội thảo", session("hoi-thao")))
    assert find_conflicts(shared) == []


def test_cancelled_postponed_and_gone_sessions_free_their_room():
    stays = activity(1, "A", session("a"))
    for other in (
        activity(2, "B", session("b"), status="cancelled"),
        activity(2, "B", session("b"), status="postponed"),
        activity(2, "B", session("b", status="cancelled")),
        activity(2, "B", session("b", gone=True)),
        activity(2, "B", session("b"), gone=True),
        activity(2, "B", session("b"), status="draft"),
    ):
        assert find_conflicts(week(stays, other)) == []


def test_one_activity_can_clash_with_itself():
    twice = activity(1, "A", session("a"), session("b", number=2))
    (clash,) = find_conflicts(week(twice))
    assert set(clash.sessions) == {identity("session", "a"), identity("session", "b")}


def test_rules_decide_what_blocks():
    two = week(activity(1, "A", session("a")), activity(2, "B", session("b")))
    assert find_conflicts(two, ConflictRules(room_overlap="silent")) == []
    warned = find_conflicts(two, ConflictRules(room_overlap="warns"))
    assert len(warned) == 1
    assert blocking(warned) == []


def test_two_thousand_sessions_are_judged_in_a_blink():
    rooms = [msgspec.structs.replace(HALL, room_code=f"R{n}", room=Text(f"Phòng {n}")) for n in range(40)]
    crowded = []
    for n in range(2000):
        starts = at(1, "08:00") + timedelta(minutes=30 * (n // 40))
        place = rooms[n % 40]
        ends = starts + timedelta(minutes=45 if n % 400 == 0 else 30)
        only = msgspec.structs.replace(session(f"s{n}", place=place), starts_at=starts, ends_at=ends)
        crowded.append(activity(n + 1, f"Hoạt động {n}", only))
    started = time.process_time()
    clashes = find_conflicts(week(*crowded))
    assert time.process_time() - started < 0.5  # measured: under 30 ms; the limit leaves room for a busy machine
    assert len(clashes) == 5


# --- against a double loop -------------------------------------------------------------------------------------------

_PLACES = (HALL, STUDIO, SQUARE, None)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    activities = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        sessions = []
        for nth in range(draw(st.integers(0, 3))):
            starts = at(1, "08:00") + timedelta(minutes=15 * draw(st.integers(0, 16)))
            length = timedelta(minutes=15 * draw(st.integers(0, 8)))
            unplaced = draw(st.integers(0, 9)) == 0
            sessions.append(
                msgspec.structs.replace(
                    session(f"{number}.{nth}", number=nth + 1, place=draw(st.sampled_from(_PLACES))),
                    starts_at=None if unplaced else starts,
                    ends_at=None if unplaced else starts + length,
                    status=draw(st.sampled_from(["confirmed"] * 4 + ["cancelled", "postponed"])),
                    gone=draw(st.integers(0, 9)) == 0,
                )
            )
        status = draw(st.sampled_from(["confirmed"] * 4 + ["cancelled", "postponed", "draft"]))
        one = activity(number, f"Hoạt động {number}", allow_overlap=draw(st.integers(0, 4)) == 0, status=status)
        activities.append(msgspec.structs.replace(one, sessions=tuple(sessions)))
    return week(*activities)


def _occupies(one: Activity, place: Place | None) -> bool:
    return not one.allow_overlap and one.status == "confirmed" and place is not None and bool(place.room_code)


@given(weeks())
def test_the_sweep_agrees_with_looking_at_every_pair(some: Week):
    everything = [(one.activity, each) for one in some.revisions for each in one.activity.sessions]
    expected = set()
    for (a, x), (b, y) in combinations(everything, 2):
        if not (_occupies(a, x.place) and _occupies(b, y.place) and x.status == y.status == "confirmed" and not x.gone and not y.gone):
            continue
        if x.starts_at is None or y.starts_at is None or x.starts_at == x.ends_at or y.starts_at == y.ends_at:
            continue
        if x.place.key == y.place.key and x.starts_at < y.ends_at and y.starts_at < x.ends_at:
            expected.add((frozenset((x.uid, y.uid)), max(x.starts_at, y.starts_at), min(x.ends_at, y.ends_at)))
    found = find_conflicts(some)
    assert {(frozenset(c.sessions), c.starts_at, c.ends_at) for c in found} == expected
    assert len(found) == len(expected)
    assert all(c.first.starts_at <= c.second.starts_at for c in found)
    assert [c.starts_at for c in found] == sorted(c.starts_at for c in found)
