"""How often something may be asked. Each limit has a store of its own, so one never eats another's allowance.

    @post("/sign-in", guards=[public, limit("sign-in", 10, 60, key=by_address)])

Halls and mobile carriers put thousands of people behind one address: limits by address are loose ceilings, the real
ones count per account, contact or device and are asked for inside the handler: `SIGN_IN.take(email)`.
Counted per process, with monotonic time; a restart forgives.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from app.kernel.errors import TooMany
from app.kernel.web.i18n import N_

Key = Callable[[Any], str]


def by_address(connection: Any) -> str:
    """The client's address; behind a proxy the one that `--forwarded-allow-ips` lets through."""
    client = connection.scope.get("client")
    return str(client[0]) if client else ""


class Limit:
    """At most `times` in `per_seconds` for each key: a bucket that refills evenly (GCRA), one number per key."""

    def __init__(
        self, name: str, times: int, per_seconds: float, *, most_keys: int = 20_000, time_source: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.times = times
        self.per_seconds = per_seconds
        self.most_keys = most_keys
        self._step = per_seconds / times
        self._time = time_source
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until `key` may again; 0 when it may now. Counts nothing."""
        return max(0.0, self._full_at.get(key, 0.0) - self._time() - (self.per_seconds - self._step))

    def take(self, key: str) -> None:
        """Count one.

        Raises:
            TooMany: `key` has used its allowance; says when to come back.
        """
        present = self._time()
        wait = self.wait(key)
        if wait > 0:
            raise TooMany(
                N_("Bạn thử nhiều lần quá; xin đợi %(seconds)s giây rồi thử lại."), retry_after=int(wait) + 1, seconds=int(wait) + 1
            )
        self._full_at[key] = max(self._full_at.pop(key, present), present) + self._step
        while self._full_at:
            oldest = next(iter(self._full_at))
            if len(self._full_at) <= self.most_keys and self._full_at[oldest] > present:
                break
            del self._full_at[oldest]

    def forget(self, key: str) -> None:
        """Give `key` its whole allowance back (a sign-in that succeeded)."""
        self._full_at.pop(key, None)

    def clear(self) -> None:
        """Forget everybody (tests)."""
        self._full_at.clear()


LIMITS: dict[str, Limit] = {}


def named(name: str, times: int, per_seconds: float) -> Limit:
    """The limit of this name, made once."""
    if name not in LIMITS:
        LIMITS[name] = Limit(name, times, per_seconds)
    return LIMITS[name]


def limit(name: str, times: int, per_seconds: float, *, key: Key = by_address) -> Callable[[Any, Any], None]:
    """A guard for a route: counts each unsafe or searching request under `key(connection)`."""
    bucket = named(name, times, per_seconds)

    def guard(connection: Any, _handler: Any) -> None:
        bucket.take(key(connection))

    return guard


def forget_all() -> None:
    """Clear every limit (tests)."""
    for bucket in LIMITS.values():
        bucket.clear()
