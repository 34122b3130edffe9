"""Signed links: short tokens that carry a few bytes and cannot be made up.

A token is `base64url(key id, payload, HMAC-SHA256 cut to 128 bits)`. The purpose goes into the MAC, so a token of one
purpose never opens another door. The key id says which secret signed: after a rotation (`NGAYSO_SECRET_KEY=new,old`)
the first secret signs and all of them verify. Nothing in a payload is hidden: put ids there, never personal data.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

_MAC = 16
_LONGEST = 512

_phrases: tuple[str, ...] = (secrets.token_hex(32),)


class WeakSecret(ValueError):
    """A secret that could be guessed; the message says what is wanted."""


def use_secrets(phrases: Sequence[str]) -> None:
    """Sign with the first of these secrets and verify with all of them from now on; `create_app` calls it."""
    global _phrases
    if not phrases:
        raise WeakSecret("at least one secret is needed")
    _phrases = tuple(phrases)


def secrets_in_use() -> tuple[str, ...]:
    """The secrets of this process, the present one first: other signers (ticket codes) derive their keys from them."""
    return _phrases


def load_secrets(secret_key: str, data_dir: Path) -> tuple[str, ...]:
    """The secrets of the setting, or else those of `secret.key` in the data folder, which is made when it is missing.

    Raises:
        WeakSecret: a secret is shorter than 16 characters.
    """
    phrases = tuple(p.strip() for p in secret_key.split(",") if p.strip())
    if not phrases:
        phrases = _kept_secrets(data_dir / "secret.key")
    if any(len(phrase) < 16 for phrase in phrases):
        raise WeakSecret("NGAYSO_SECRET_KEY: each secret needs at least 16 characters")
    return phrases


def sign(purpose: str, payload: bytes) -> str:
    """A URL-safe token that carries `payload` and is good for `purpose` only."""
    key_id, key = _key(_phrases[0])
    signed = key_id + payload
    return base64.urlsafe_b64encode(signed + _mac(key, purpose, signed)).rstrip(b"=").decode()


def unsign(purpose: str, token: str) -> bytes | None:
    """The payload of a token that one of our secrets signed for `purpose`; none for anything else."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signed, mac = raw[:-_MAC], raw[-_MAC:]
    if not signed or base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        return None  # one token, one spelling
    for phrase in _phrases:
        key_id, key = _key(phrase)
        if key_id == signed[:1] and hmac.compare_digest(_mac(key, purpose, signed), mac):
            return signed[1:]
    return None


@functools.lru_cache(maxsize=16)
def _key(phrase: str) -> tuple[bytes, bytes]:
    key = hmac.digest(phrase.encode(), b"ngayso signed link 1", "sha256")
    return hashlib.sha256(key).digest()[:1], key


def _mac(key: bytes, purpose: str, signed: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + signed, "sha256")[:_MAC]


def _kept_secrets(path: Path) -> tuple[str, ...]:
    """Read the data folder's secrets, one a line, the present one first; the first start makes one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole beside it and then linked: of two first starts one secret wins and nobody reads half of it.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return tuple(line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip())
