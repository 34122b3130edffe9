"""Typed announcements: a lower room tells, higher rooms listen, all inside the announcer's transaction.

    @subscribe(ActivityCancelled)
    async def tell_attendees(event: ActivityCancelled, work: UnitOfWork) -> None: ...

A subscriber that raises undoes the whole change. What leaves the process belongs in the outbox or in `work.after_commit`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Event = TypeVar("Event")
Subscriber = Callable[[Any, Any], Awaitable[None]]

_subscribers: dict[type, list[Subscriber]] = defaultdict(list)


def subscribe(event: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Register a coroutine function for every announcement of `event`."""

    def register(subscriber: Subscriber) -> Subscriber:
        if subscriber not in _subscribers[event]:
            _subscribers[event].append(subscriber)
        return subscriber

    return register


async def announce(event: object, work: object) -> None:
    """Run all subscribers of this event, in the order they registered."""
    for subscriber in _subscribers[type(event)]:
        await subscriber(event, work)
