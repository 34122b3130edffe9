"""What publishing decides by itself: sequences that never fall, where a session was moved from, what stays when gone."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.events.programme.freezing import freeze
from app.events.programme.model import Activity
from app.kernel.text import Text
from tests.events.weeks import HALL, STUDIO, activity, at, session

NOW, LATER = at(-1, "10:00"), at(0, "10:00")
PORT = activity(32, "Tham quan cảng thông minh", session("cang", 4, "09:00", "11:00"))
ON_FRIDAY = activity(32, "Tham quan cảng thông minh", session("cang", 5, "09:00", "11:00"))


def published(*drafts: Activity) -> Activity:
    """Publish these drafts of one activity one after another."""
    before = None
    for draft in drafts:
        before, _ = freeze(before, draft, NOW)
    return before


def test_first_publication_starts_at_zero():
    assert published(PORT).sessions[0].sequence == 0


def test_nothing_changed_gives_back_what_is_published():
    first = published(PORT)
    again, change = freeze(first, PORT, LATER)
    assert again is first
    assert change is None


def test_a_move_raises_the_sequence_and_remembers_the_old_hours():
    moved, change = freeze(published(PORT), ON_FRIDAY, LATER)
    (one,) = moved.sessions
    assert one.sequence == 1
    assert (one.previous_starts_at, one.previous_ends_at) == (at(4, "09:00"), at(4, "11:00"))
    assert one.previous_place is None
    assert moved.changed_at == LATER
    assert change.has("moved")


def test_moved_back_has_nothing_struck_through_but_the_sequence_stays_up():
    back = published(PORT, ON_FRIDAY, PORT)
    assert back.sessions[0].sequence == 2
    assert back.sessions[0].previous_starts_at is None


def test_an_edit_of_the_texts_keeps_the_old_hours_in_sight():
    wordier = msgspec.structs.replace(ON_FRIDAY, summary=Text("Xe đưa đón"))
    edited = published(PORT, ON_FRIDAY, wordier)
    assert edited.sessions[0].sequence == 1
    assert edited.sessions[0].previous_starts_at == at(4, "09:00")


def test_a_vanished_session_stays_gone_and_returns_under_its_uid_with_a_higher_sequence():
    days = [session(f"ngay-{day}", day, number=day) for day in (1, 2)]
    both, first = activity(3, "Triển lãm", *days), activity(3, "Triển lãm", days[0])
    without_second = published(both, first)
    assert [(each.gone, each.sequence) for each in without_second.sessions] == [(False, 0), (True, 1)]
    back = published(both, first, both)
    assert [(each.uid, each.gone, each.sequence) for each in back.sessions] == [(days[0].uid, False, 0), (days[1].uid, False, 2)]


def test_a_session_that_came_and_went_unpublished_is_not_in_the_programme():
    assert published(activity(3, "Triển lãm", session("a"), session("b", number=2, gone=True))).sessions == (session("a"),)


def test_the_slug_of_the_first_publication_stays():
    renamed = activity(32, "Thăm cảng", session("cang", 4, "09:00", "11:00"))
    assert published(PORT, renamed).slug == PORT.slug


def test_a_session_that_lost_its_date_is_postponed_at_the_time_it_had():
    unplaced = msgspec.structs.replace(PORT.sessions[0], starts_at=None, ends_at=None, place=None)
    frozen = published(PORT, msgspec.structs.replace(PORT, sessions=(unplaced,)))
    assert frozen.sessions[0].starts_at == at(4, "09:00")
    assert frozen.public_status == "postponed"
    assert frozen.sessions[0].sequence == 1


def test_the_sample_tells_its_own_old_hours():
    own = session("cang", 5, "09:00", "11:00", previous_starts_at=at(4, "09:00"), previous_ends_at=at(4, "11:00"))
    assert published(activity(32, "Tham quan", own, changed_at=NOW)).sessions[0].previous_starts_at == at(4, "09:00")


class Publishing(RuleBasedStateMachine):
    """An organiser edits and publishes in any order; every calendar that follows must be able to trust SEQUENCE."""

    @initialize()
    def start(self) -> None:
        self.draft = activity(1, "Hoạt động", *(session(str(n), n, number=n) for n in (1, 2, 3)))
        self.published: Activity | None = None
        self.history: list[Activity] = []
        self.highest: dict = {}
        self.seen: dict = {}

    def _edit(self, nth: int, **changes: object) -> None:
        sessions = list(self.draft.sessions)
        sessions[nth] = msgspec.structs.replace(sessions[nth], **changes)
        self.draft = msgspec.structs.replace(self.draft, sessions=tuple(sessions))

    @rule(nth=st.integers(0, 2), day=st.integers(1, 4), hour=st.sampled_from(["08:00", "10:00"]))
    def move(self, nth: int, day: int, hour: str) -> None:
        self._edit(nth, starts_at=at(day, hour), ends_at=at(day, "12:00"))

    @rule(nth=st.integers(0, 2), place=st.sampled_from([HALL, STUDIO, None]))
    def rehouse(self, nth: int, place: object) -> None:
        self._edit(nth, place=place)

    @rule(nth=st.integers(0, 2), status=st.sampled_from(["confirmed", "cancelled", "postponed"]))
    def session_status(self, nth: int, status: str) -> None:
        self._edit(nth, status=status)

    @rule(nth=st.integers(0, 2), gone=st.booleans())
    def vanish_or_return(self, nth: int, gone: bool) -> None:
        self._edit(nth, gone=gone)

    @rule(status=st.sampled_from(["confirmed", "cancelled", "postponed"]))
    def status(self, status: str) -> None:
        self.draft = msgspec.structs.replace(self.draft, status=status)

    @rule(gone=st.booleans())
    def withdraw(self, gone: bool) -> None:
        self.draft = msgspec.structs.replace(self.draft, gone=gone)

    @rule(title=st.sampled_from(["Hoạt động", "Hoạt động mới"]))
    def rename(self, title: str) -> None:
        self.draft = msgspec.structs.replace(self.draft, title=Text(title))

    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        if self.history:
            older = data.draw(st.sampled_from(self.history))
            then = {one.uid: one for one in older.sessions}
            sessions = tuple(then.get(one.uid) or msgspec.structs.replace(one, gone=True) for one in self.draft.sessions)
            self.draft = msgspec.structs.replace(older, sessions=sessions)

    @rule()
    def publish(self) -> None:
        # The draft's rows carry the highest sequence ever published, as the use case loads them.
        sessions = tuple(msgspec.structs.replace(s, sequence=self.highest.get(s.uid, 0)) for s in self.draft.sessions)
        before = self.published
        after, change = freeze(before, msgspec.structs.replace(self.draft, sessions=sessions), NOW)
        again, nothing = freeze(after, msgspec.structs.replace(self.draft, sessions=sessions), LATER)
        assert nothing is None
        assert again == after
        known = {s.uid: s for s in before.sessions} if before else {}
        assert set(known) <= {s.uid for s in after.sessions}, "what was published stays in the feed"
        for one in after.sessions:
            if one.uid in known:
                old = known[one.uid]
                shown = (old.starts_at, old.ends_at, old.place, before.status_of(old), before.title)
                differs = shown != (one.starts_at, one.ends_at, one.place, after.status_of(one), after.title)
                assert one.sequence == old.sequence + differs
            self.highest[one.uid] = max(self.highest.get(one.uid, 0), one.sequence)
        assert (change is None) == (after == before)
        self.published = after
        self.history.append(after)

    @invariant()
    def sequences_never_fall(self) -> None:
        for one in self.published.sessions if getattr(self, "published", None) else ():
            assert one.sequence >= self.seen.get(one.uid, 0)
            self.seen[one.uid] = one.sequence


TestPublishing = Publishing.TestCase
