"""The counts in the filter sheet: what one more tick would bring."""

from __future__ import annotations

from app.events.programme.filters import Filter, entries
from app.events.programme.model import Term, UnitRef
from app.kernel.clock import VIETNAM
from app.kernel.text import Text
from app.site.facets import facets
from tests.events.weeks import SQUARE, activity, identity, session, week

ECONOMY, SOCIETY = Term("e", Text("Kinh tế số", "Economy")), Term("s", Text("Xã hội số", "Society"))
UNION = UnitRef("TDTN", Text("Thành đoàn", "Youth Union"))
SHOWN = entries(
    week(
        activity(1, "Một", session("1.1", 1), pillars=(ECONOMY,)),
        activity(2, "Hai", session("2.1", 1, place=SQUARE), session("2.2", 2, place=SQUARE), pillars=(ECONOMY, SOCIETY), co_hosts=(UNION,)),
        activity(3, "Ba", session("3.1", 2), pillars=(SOCIETY,)),
    )
)


def counts(wanted: Filter, name: str, *, found=None, language="vi") -> dict[str, int]:
    [facet] = [one for one in facets(SHOWN, wanted, VIETNAM, language, found=found) if one.name == name]
    return {choice.label.get(language): choice.count for choice in facet.choices}


def test_an_activity_of_two_days_counts_once() -> None:
    assert counts(Filter(), "pillar") == {"Kinh tế số": 2, "Xã hội số": 2}
    assert counts(Filter(), "venue") == {"Quảng trường trung tâm": 1, "Trung tâm Hội nghị thành phố": 2}


def test_a_count_obeys_the_other_facets_but_not_its_own() -> None:
    """With "Kinh tế số" ticked, ticking "Xã hội số" as well must not look empty."""
    assert counts(Filter(pillar=("e",)), "pillar") == {"Kinh tế số": 2, "Xã hội số": 2}
    assert counts(Filter(pillar=("e",)), "venue") == {"Quảng trường trung tâm": 1, "Trung tâm Hội nghị thành phố": 1}
    assert counts(Filter(day=("2026-10-06",)), "pillar") == {"Kinh tế số": 1, "Xã hội số": 2}


def test_a_search_narrows_the_counts() -> None:
    assert counts(Filter(q="ba"), "pillar", found={identity("activity", 3)}) == {"Kinh tế số": 0, "Xã hội số": 1}


def test_co_hosts_are_units_too_and_lists_are_sorted_in_the_readers_language() -> None:
    assert list(counts(Filter(), "unit")) == ["Sở Khoa học và Công nghệ", "Thành đoàn"]
    assert list(counts(Filter(), "unit", language="en")) == ["Department of Science and Technology", "Youth Union"]


def test_a_chosen_value_that_nothing_has_can_still_be_taken_away() -> None:
    assert counts(Filter(pillar=("x",)), "pillar")["x"] == 0
