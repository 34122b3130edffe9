"""SQLite behind Piccolo, kept open: one writer and a few readers, each a connection in a thread of its own.

Piccolo's stock engine opens a connection for every query (1 % of what SQLite can do), runs with a rollback journal and
starts transactions DEFERRED. Here: WAL, `synchronous=FULL` (a commit that was answered survives a power cut),
`BEGIN IMMEDIATE` behind one lock, foreign keys on, readers that cannot write.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

from piccolo.engine.sqlite import SQLiteEngine
from piccolo.querystring import QueryString

Result = TypeVar("Result")
Row = dict[str, Any]

READERS = 4
BUSY_TIMEOUT_MS = 10_000


def _named(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


class Lane:
    """One connection and the one thread that may touch it."""

    def __init__(self, path: str, *, read_only: bool) -> None:
        self._path = path
        self._read_only = read_only
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-reader" if read_only else "sqlite-writer")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Connect and set the pragmas."""
        await self._submit(self._connect)

    def _connect(self) -> None:
        connection = sqlite3.connect(
            self._path, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
        )
        connection.row_factory = _named
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        if self._read_only:
            connection.execute("PRAGMA query_only=ON")
        self._connection = connection

    def _submit(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work(connection)` in this lane's thread, to its end even when the caller is cancelled."""
        connection = self._connection
        assert connection is not None, "the lane is closed"
        return await asyncio.shield(self._submit(lambda: work(connection)))

    async def fetch(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """Run one statement and return its rows."""
        return await self.do(lambda connection: connection.execute(sql, args).fetchall())

    async def close(self) -> None:
        """Close the connection and end the thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._submit(connection.close)
        self._thread.shutdown(wait=True)


class SQLiteTransaction:
    """The transaction that Piccolo and `unit_of_work` see. Queries of other tasks never run inside it."""

    def __init__(self, engine: KeptSQLite) -> None:
        self.engine = engine
        self.task = asyncio.current_task()

    async def __aenter__(self) -> SQLiteTransaction:
        await self.engine.write_lock.acquire()
        try:
            await self.engine.writer.fetch("BEGIN IMMEDIATE", ())
        except BaseException:
            self.engine.write_lock.release()
            raise
        self._context = self.engine.current.set(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            if error is None:
                try:
                    await self.engine.writer.fetch("COMMIT", ())
                except sqlite3.Error:
                    await self._rollback()
                    raise
            else:
                await self._rollback()
        finally:
            self.engine.current.reset(self._context)
            self.engine.write_lock.release()

    async def _rollback(self) -> None:
        def rollback(connection: sqlite3.Connection) -> None:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

        await self.engine.writer.do(rollback)


class KeptSQLite(SQLiteEngine):
    """The engine that all tables are bound to when the database is an SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))
        # Piccolo's own variable, seen with our type: MigrationManager and friends look there.
        self.current: contextvars.ContextVar[SQLiteTransaction | None] = cast("Any", self.current_transaction)
        self.file = path
        self.write_lock = asyncio.Lock()
        self.writer = Lane(str(path), read_only=False)
        self._readers = [Lane(str(path), read_only=True) for _ in range(READERS)]
        self._idle: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()

    async def open(self) -> None:
        """Make the file if need be and open all lanes."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        await self.writer.open()
        for reader in self._readers:
            await reader.open()
            self._idle.put_nowait(reader)

    async def close(self) -> None:
        """Close all lanes; the last one checkpoints the write-ahead log."""
        for lane in [*self._readers, self.writer]:
            await lane.close()

    def transaction(self, *_: Any, **__: Any) -> Any:
        """A write transaction (`BEGIN IMMEDIATE`), one at a time."""
        return SQLiteTransaction(self)

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """Run one statement: in the open transaction of this task, else on a reader."""
        transaction = self.current.get()
        if transaction is not None:
            if transaction.task is not asyncio.current_task():
                raise RuntimeError("a task born inside a unit of work may not use its transaction; start it after the commit")
            return await self.writer.fetch(sql, args)
        async with self.reader() as lane:
            return await lane.fetch(sql, args)

    @contextlib.asynccontextmanager
    async def reader(self) -> AsyncIterator[Lane]:
        """Borrow a reader."""
        lane = await self._idle.get()
        try:
            yield lane
        finally:
            self._idle.put_nowait(lane)

    async def run_on_writer(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work(connection)` inside one `BEGIN IMMEDIATE … COMMIT`, in one visit to the writer's thread.

        The answer comes after the commit is on disk. `work` may use savepoints; if it raises, all is undone.
        """

        def transact(connection: sqlite3.Connection) -> Result:
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            return result

        async with self.write_lock:
            return await self.writer.do(transact)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = False) -> list[Row]:
        """Piccolo's door for queries."""
        sql, args = querystring.compile_string(engine_type=self.engine_type)
        return await self.fetch(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> list[Row]:
        """Piccolo's door for statements that change tables."""
        return await self.fetch(ddl)
