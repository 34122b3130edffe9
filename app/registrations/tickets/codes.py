"""The code in a ticket's QR: 29 characters that admit, carry nothing about the person and cannot be made up.

    K RRRRRRRRRRRRR MMMMMMMMMMMMMMM
    | |             └ 15 characters: HMAC-SHA256 of what stands before, cut to 75 bits
    | └ 13 characters: 65 random bits, the ticket's name
    └ 1 character: which key signed, so that codes of an older key stay verifiable

Crockford's base 32 (no I, L, O, U), upper-case: 29 characters are exactly what QR version 2 holds in alphanumeric mode at
error level Q. `docs/ticket-codes.md` has the measurement that chose this over a longer, publicly verifiable code.

The gate's server looks the code up: the row is the truth. The signature says, without a row, whether we ever issued a
code: after a restore from an older backup, or at a desk asked about a ticket that is in no list.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from app.kernel.signing import secrets_in_use

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 29
QR_VERSION = 2
QR_ERROR_LEVEL = "Q"

_RANDOM = 13
_SIGNED = 1 + _RANDOM
_MAC = LENGTH - _SIGNED
_SHAPE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# What people type for what they read: Crockford's own readings, then every mark that is no letter or digit goes.
_READINGS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NOISE = re.compile(r"[^0-9A-Z]+")


class Keyring(msgspec.Struct, frozen=True):
    """Signing keys: the first one signs, all of them verify. A key's character comes from the key itself."""

    keys: tuple[tuple[str, bytes], ...]

    @classmethod
    def from_secrets(cls, phrases: Iterable[str]) -> Keyring:
        """Derive one ticket key from each secret of the instance, the present one first, retired ones after it."""
        derived = (hmac.digest(phrase.encode(), b"ngayso ticket code 1", "sha256") for phrase in phrases)
        return cls(tuple((ALPHABET[hashlib.sha256(key).digest()[0] & 31], key) for key in derived))


@lru_cache(maxsize=4)
def _ring_of(phrases: tuple[str, ...]) -> Keyring:
    return Keyring.from_secrets(phrases)


def _ring() -> Keyring:
    """The keys of this process: they follow the secrets of `kernel.signing`, so that one setting rotates both."""
    return _ring_of(secrets_in_use())


def new_code() -> str:
    """A fresh ticket code, signed with the present key."""
    key_id, key = _ring().keys[0]
    signed = key_id + "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(_RANDOM))
    return signed + _mac(key, signed)


def is_genuine(code: str) -> bool:
    """Whether one of our keys signed this code (normalised form). Says nothing about whether the ticket is still valid."""
    if not has_code_shape(code):
        return False
    signed, mac = code[:_SIGNED], code[_SIGNED:]
    return any(hmac.compare_digest(_mac(key, signed), mac) for key_id, key in _ring().keys if key_id == code[0])


def has_code_shape(text: str) -> bool:
    """Whether `text` could be a ticket code at all: a QR of a shop or a lamp post is told apart without asking anyone."""
    return _SHAPE.fullmatch(text) is not None


def normalise(typed: str) -> str:
    """A code as it is stored, from what a camera read or a hand typed: no spaces or hyphens, capitals, O is 0, I and L are 1."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", typed).upper()).translate(_READINGS)


def grouped(code: str) -> str:
    """For reading aloud and copying by hand: `7K3QX 9V2A 0C4D …`, the first group of five, then fours."""
    return " ".join([code[:5], *(code[i : i + 4] for i in range(5, len(code), 4))])


def _mac(key: bytes, signed: str) -> str:
    """75 bits of HMAC-SHA256 as 15 characters."""
    number = int.from_bytes(hmac.digest(key, signed.encode(), "sha256")[:10], "big") >> 5
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (_MAC - 1), -1, -5))
