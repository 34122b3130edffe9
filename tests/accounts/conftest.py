from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

import app.main  # noqa: F401 - the rooms register what they keep before a test puts something else in its place
from app.accounts import passwords, scopes
from app.accounts.scopes import ScopeChoice
from app.kernel.text import Text
from app.kernel.web import limits


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing: what they cost in life is asked by one test on its own."""
    passwords.use_hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    passwords.use_hasher(PasswordHasher())


@pytest.fixture(autouse=True)
def one_edition(monkeypatch) -> None:
    """The higher rooms keep one edition, 2026, and nothing else: these tests are about accounts."""

    async def editions() -> list[ScopeChoice]:
        return [ScopeChoice("2026", "2026", Text("Tuần lễ 2026", "Week of 2026"))]

    monkeypatch.setattr(scopes, "_directories", {"unit": scopes._units, "edition": editions})


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """No test eats another's allowance."""
    limits.forget_all()
    yield
    limits.forget_all()
