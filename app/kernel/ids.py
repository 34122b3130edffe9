"""Identifiers and secrets."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): new rows stay together in an index.

    The 12 bits after the milliseconds are a fraction of one (section 6.2, method 3), pushed forward when needed, so
    the ids of one process sort in the order in which they were made.
    """
    global _last
    with _lock:
        # 48 bits of milliseconds and 12 bits below them, as one number.
        tick = _last = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | random)


def token(nbytes: int = 24) -> str:
    """A random URL-safe secret of `nbytes` bytes."""
    return secrets.token_urlsafe(nbytes)


def digest(secret: str) -> str:
    """What a table keeps instead of a secret: SHA-256, hex. Only for secrets with full entropy, never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()
