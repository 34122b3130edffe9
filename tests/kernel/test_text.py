"""Text: folded for searching, keyed for sorting, the same in both databases."""

from __future__ import annotations

import random

import pytest

from app.kernel.actor import Actor
from app.kernel.database import row, rows, run, unit_of_work
from app.kernel.text import Text, fold, person_sort_text, slugify, sort_text

# fmt: off
IN_ORDER = [
    "An Bình", "Ăn", "Ân", "Ba", "Bà", "Bả", "Bá", "Bạ", "Bà Rịa", "Da", "Đa", "Đặc khu Đảo Ngọc", "Em", "Êm", "Ở",
    "Tổ 2", "Tổ dân phố", "Ưu", "Yên",
]
# fmt: on


def test_names_sort_as_in_a_vietnamese_dictionary() -> None:
    shuffled = random.Random(10).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=sort_text) == IN_ORDER


def test_people_are_listed_by_given_name() -> None:
    assert sorted(["Trần Thị Bình", "Nguyễn Văn An", "Lê Ánh"], key=person_sort_text) == ["Nguyễn Văn An", "Lê Ánh", "Trần Thị Bình"]


async def test_the_database_sorts_the_keys_as_we_do(database: object) -> None:
    """Whatever its collation: PostgreSQL with one of a language ignores punctuation and case when it compares."""
    async with unit_of_work(Actor.system("test"), unaudited="test"):
        for name in random.Random(10).sample(IN_ORDER, len(IN_ORDER)):
            await run("INSERT INTO instance_value (name, value) VALUES ({}, {})", f"x {sort_text(name)}"[:60], name)
    found = await rows("SELECT value FROM instance_value WHERE name LIKE 'x%' ORDER BY name")
    assert [one["value"] for one in found] == IN_ORDER
    assert await row("SELECT count(*) AS n FROM instance_value WHERE name LIKE 'x%'") == {"n": len(IN_ORDER)}


@pytest.mark.parametrize("typed", ["CHUYỂN ĐỔI SỐ", "chuyen doi so", "Chuyển  đổi\tsố", "chuyê\u0309n đô\u0309i sô\u0301"])
def test_one_thing_typed_four_ways_is_found(typed: str) -> None:
    assert fold(typed) == "chuyen doi so"


def test_addresses_are_cut_at_a_word() -> None:
    assert slugify("Lễ khai mạc: Tuần lễ Chuyển đổi số", longest=20) == "le-khai-mac-tuan-le"
    assert slugify("???") == ""


def test_missing_english_falls_back() -> None:
    assert Text("Xin chào").get("en") == "Xin chào"
    assert Text("Xin chào", "Hello").get("en") == "Hello"
    assert not Text("Xin chào").has("en")
