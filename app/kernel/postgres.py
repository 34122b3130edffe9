"""PostgreSQL behind Piccolo: a pool without session reset, so no session state is ever left on a connection.

asyncpg would send a RESET on every release, which doubles the round trips of a short query. We use only `SET LOCAL`,
transaction-scoped locks, and a connection of its own for LISTEN.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine
from piccolo.querystring import QueryString

Row = dict[str, Any]

POOL_SIZE = 10


async def _keep_session(_: asyncpg.Connection) -> None:
    """Nothing to reset: see the module's docstring."""


class PostgresTransaction:
    """The transaction that Piccolo and `unit_of_work` see."""

    def __init__(self, engine: PooledPostgres) -> None:
        self.engine = engine
        self.task = asyncio.current_task()
        self.connection: Any = None

    async def __aenter__(self) -> PostgresTransaction:
        self.connection = await self.engine.pool_or_fail.acquire()
        try:
            self._transaction = self.connection.transaction()
            await self._transaction.start()
        except BaseException:
            await self.engine.pool_or_fail.release(self.connection)
            raise
        self._context = self.engine.current.set(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            if error is None:
                await self._transaction.commit()
            else:
                # A connection that broke cannot roll back; the server has done it, and the error of interest is the first one.
                with contextlib.suppress(asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError):
                    await self._transaction.rollback()
        finally:
            self.engine.current.reset(self._context)
            await self.engine.pool_or_fail.release(self.connection)


class PooledPostgres(PostgresEngine):
    """The engine that all tables are bound to when the database is PostgreSQL."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        super().__init__(config={"dsn": dsn})
        # Piccolo's own variable, seen with our type.
        self.current: contextvars.ContextVar[PostgresTransaction | None] = cast("Any", self.current_transaction)

    async def check_version(self) -> None:
        """Piccolo would connect here, before there is an event loop; `ngayso doctor` checks the version instead."""

    async def open(self) -> None:
        """Connect the pool."""
        await self.start_connection_pool(min_size=1, max_size=POOL_SIZE, reset=_keep_session)

    async def close(self) -> None:
        """Disconnect the pool."""
        await self.close_connection_pool()

    @property
    def pool_or_fail(self) -> Any:
        """The open pool."""
        assert self.pool is not None, "the database is closed"
        return self.pool

    def transaction(self, *_: Any, **__: Any) -> Any:
        """A transaction (READ COMMITTED) on a connection of the pool."""
        return PostgresTransaction(self)

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """Run one statement: in the open transaction of this task, else on any connection."""
        transaction = self.current.get()
        if transaction is not None:
            if transaction.task is not asyncio.current_task():
                raise RuntimeError("a task born inside a unit of work may not use its transaction; start it after the commit")
            records = await transaction.connection.fetch(sql, *args)
        else:
            async with self.pool_or_fail.acquire() as connection:
                records = await connection.fetch(sql, *args)
        return [dict(record) for record in records]

    @contextlib.asynccontextmanager
    async def raw_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the pool, outside any transaction."""
        async with self.pool_or_fail.acquire() as connection:
            yield connection

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Row]:
        """Piccolo's door for queries."""
        sql, args = querystring.compile_string(engine_type=self.engine_type)
        return await self.fetch(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Row]:
        """Piccolo's door for statements that change tables."""
        return await self.fetch(ddl)
