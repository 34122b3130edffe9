from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.kernel.web import limits


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing: what they cost in life is asked by one test on its own."""
    passwords.use_hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    passwords.use_hasher(PasswordHasher())


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """No test eats another's allowance."""
    limits.forget_all()
    yield
    limits.forget_all()
