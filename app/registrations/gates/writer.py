"""Group commit: whatever arrived while the last commit ran goes into the next one.

No timer: an idle writer commits the first item at once; under load the batches grow by themselves, and a disk that
needs 2 ms for a commit still admits thousands a second. The queue is bounded; at shutdown it is drained.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Commit = Callable[[Sequence[Item]], Awaitable[Sequence[Answer | Exception]]]


class QueueFull(Exception):
    """More items wait than the writer accepts; the caller should try again in a moment."""


class GroupWriter(Generic[Item, Answer]):
    """Collects items and hands them to `commit` in batches, which answers each with a value or an exception.

    One commit at a time, on PostgreSQL too: two side by side make smaller batches, and no measurement showed them faster.
    """

    def __init__(self, commit: Commit[Item, Answer], *, bound: int = 4096, batch: int = 256) -> None:
        self._commit = commit
        self._bound = bound
        self._batch = batch
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._busy = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """Items that no commit has taken yet."""
        return len(self._waiting)

    def submit(self, item: Item) -> asyncio.Future[Answer]:
        """Queue an item; the future answers when it is durable.

        Raises:
            QueueFull: the queue is at its bound, or the server is going down.
        """
        if self._closed or len(self._waiting) >= self._bound:
            raise QueueFull
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if not self._busy:
            self._busy = True
            # A context of its own: the first caller's request must not be taken for that of the whole batch.
            self._running = asyncio.create_task(self._run(), context=contextvars.Context())
        return answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._next_batch()
        finally:
            # Said in the same breath as the last look at the queue: whoever submits after this starts a new run.
            self._busy = False

    async def _next_batch(self) -> None:
        taken = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
        try:
            answers: Sequence[Answer | Exception] = await self._commit([item for item, _ in taken])
        except Exception as error:
            answers = [error] * len(taken)
        except asyncio.CancelledError:
            for _, future in taken:
                future.cancel()
            raise
        for (_, future), answer in zip(taken, answers, strict=True):
            if future.done():
                continue  # the caller went away; its row is stored all the same
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def drain(self) -> None:
        """Accept nothing more and wait until everything that was accepted is durable."""
        self._closed = True
        if self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
