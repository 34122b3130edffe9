"""Organisers of the small edition, signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.kernel.web import limits
from tests.accounts.staff import hire, sign_in
from tests.events.factories import small_edition


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing."""
    passwords.use_hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    passwords.use_hasher(PasswordHasher())


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """No test eats another's allowance."""
    limits.forget_all()
    yield
    limits.forget_all()


@pytest.fixture
async def edition(house):
    """The small edition, behind the whole application."""
    return await small_edition()


@pytest.fixture
async def organiser(house, edition):
    """A browser in which the edition's organiser is signed in."""
    await hire("chuc", "organiser@edition:2026")
    browser = house.visitor()
    await sign_in(browser, "chuc")
    yield browser
    await browser.aclose()
