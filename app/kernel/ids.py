"""Identifiers and secrets."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): new rows stay together in an index."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | ((random >> 68) & 0xFFF) << 64
    value |= 0b10 << 62 | (random & ((1 << 62) - 1))
    return UUID(int=value)


def token(nbytes: int = 24) -> str:
    """A random URL-safe secret of `nbytes` bytes."""
    return secrets.token_urlsafe(nbytes)


def digest(secret: str) -> str:
    """What a table keeps instead of a secret: SHA-256, hex. Only for secrets with full entropy, never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()
