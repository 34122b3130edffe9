"""Passwords: how they are hashed, what is asked of a new one, how one is made up.

Argon2id with the library's defaults (RFC 9106, 64 MiB, about a tenth of a second) in two threads of its own, so that a
flood of sign-ins neither stops the event loop nor takes all memory.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kernel.errors import Refused, Unavailable
from app.kernel.web.i18n import N_

Result = TypeVar("Result")

SHORTEST, LONGEST = 10, 200
_MOST_WAITING = 64

_threads = ThreadPoolExecutor(2, thread_name_prefix="password")
_hasher = PasswordHasher()
_waiting = 0

# What every guesser tries first. Compared without case; a full list belongs to a service, not to a file of ours.
_GUESSED = {
    "1234567890", "0123456789", "0987654321", "1111111111", "0000000000", "12345678910", "123456789a", "a123456789", "1q2w3e4r5t",
    "qwertyuiop", "abcdefghij", "password123", "password12", "p@ssw0rd123", "matkhau123", "matkhau1234", "iloveyou123",
    "anhyeuem123", "chuyendoiso", "chuyendoiso2026", "administrator", "quantrivien",
}  # fmt: skip


class WeakPassword(Refused):
    """A new password that would be guessed."""

    status = 422


def use_hasher(hasher: PasswordHasher) -> None:
    """Hash with other costs from now on (tests take cheap ones). Older hashes stay verifiable."""
    global _hasher
    _hasher = hasher
    _decoy.cache_clear()


def check(password: str, *, email: str = "") -> None:
    """Refuse a new password that is too short, too long, the address itself, or the first that anybody tries.

    Raises:
        WeakPassword
    """
    if len(password) < SHORTEST:
        raise WeakPassword(N_("Mật khẩu cần ít nhất %(least)s ký tự."), least=SHORTEST)
    if len(password) > LONGEST:
        raise WeakPassword(N_("Mật khẩu dài tối đa %(most)s ký tự."), most=LONGEST)
    plain = password.casefold()
    if plain in _GUESSED or len(set(plain)) < 4 or (email and plain in (email, email.partition("@")[0])):
        raise WeakPassword(N_("Mật khẩu này quá dễ đoán; xin chọn mật khẩu khác."))


def made_up() -> str:
    """A new random password that can be read out over the phone: five groups of four, 95 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(5))


async def hashed(password: str) -> str:
    """The hash that is stored.

    Raises:
        Unavailable: too many are waiting.
    """
    return await _in_thread(lambda: _hasher.hash(_composed(password)))


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. No stored hash (an unknown account) costs the same time and is never right."""
    return await _in_thread(lambda: _verify(stored or _decoy(), _composed(password)) and stored is not None)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other costs than today's and should be made anew."""
    return _hasher.check_needs_rehash(stored)


def _composed(password: str) -> str:
    # macOS and some Vietnamese keyboards send ế as two or three characters, others as one.
    return unicodedata.normalize("NFC", password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe(24))


async def _in_thread(work: Callable[[], Result]) -> Result:
    global _waiting
    if _waiting >= _MOST_WAITING:
        raise Unavailable(N_("Nhiều người đang đăng nhập cùng lúc; xin thử lại sau giây lát."))
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1
