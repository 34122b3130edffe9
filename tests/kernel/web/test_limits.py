"""Counting how often, without one limit or one person paying for another."""

from __future__ import annotations

import pytest
from litestar import post

from app.kernel.errors import TooMany
from app.kernel.web.access import public
from app.kernel.web.limits import Limit, limit


class Hands:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_as_many_as_allowed_then_a_wait_that_ends():
    hands = Hands()
    three = Limit("three", 3, 60, time_source=hands)
    for _ in range(3):
        three.take("an")
    with pytest.raises(TooMany) as refused:
        three.take("an")
    assert refused.value.retry_after == 21
    three.take("binh")
    hands.at += 20
    three.take("an")
    with pytest.raises(TooMany):
        three.take("an")
    three.forget("an")
    three.take("an")


def test_a_thousand_strangers_do_not_fill_the_memory():
    hands = Hands()
    small = Limit("small", 1, 60, most_keys=10, time_source=hands)
    for n in range(1000):
        small.take(str(n))
    assert len(small._full_at) <= 10
    hands.at += 61
    small.take("late")
    assert len(small._full_at) == 1


async def test_a_route_says_when_to_come_back(serve):
    def by_name(connection):
        return connection.headers.get("x-name", "")

    @post("/try", guards=[public, limit("try", 2, 60, key=by_name)], status_code=200)
    async def attempt() -> str:
        return "thử"

    @post("/other", guards=[public, limit("other", 2, 60, key=by_name)], status_code=200)
    async def other() -> str:
        return "khác"

    client = await serve(attempt, other)
    assert [(await client.post("/try")).status_code for _ in range(3)] == [200, 200, 429]
    refused = await client.post("/try")
    assert refused.headers["retry-after"] == "30"
    assert "xin đợi 30 giây" in refused.text
    assert (await client.post("/try", headers={"x-name": "Lan"})).status_code == 200
    assert (await client.post("/other")).status_code == 200
