"""Identifiers sort in the order in which they were made."""

from __future__ import annotations

from app.kernel.ids import uuid7


def test_ten_thousand_ids_made_in_a_row_are_in_order_and_distinct() -> None:
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}
