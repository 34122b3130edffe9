"""The only clock of the house: every instant is an aware UTC datetime that came from `now()`.

`create_app` chooses the clock: the machine's, one set inside the Week for the demo, or a frozen one in tests.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Anything that can say what time it is, as an aware UTC instant."""

    def now(self) -> datetime:
        """The present instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)


class OffsetClock:
    """A clock that starts at `at` and runs at the machine's pace: the demo lives inside the Week with it."""

    def __init__(self, at: datetime) -> None:
        self.offset: timedelta = at.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC) + self.offset


class FrozenClock:
    """A clock that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The present instant."""
        return self.at

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move the hands forward."""
        self.at += timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)


_clock: Clock = SystemClock()


def use_clock(clock: Clock) -> None:
    """Make `clock` the clock of this process."""
    global _clock
    _clock = clock


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _clock.now()
