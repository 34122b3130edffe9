"""The door to the database: raw reads, and `unit_of_work()`, the only way to write.

    async with unit_of_work(by) as work:
        await run("UPDATE activity SET title_vi = {} WHERE id = {} AND revision = {} RETURNING id", …)
        work.record("activity.edited", activity.id, before=…, after=…)

SQL is written once for both engines, with `{}` for each value. Inside a unit of work everything runs in its
transaction; outside, statements can only read. Several rules of the house are enforced right here: a unit of work
leaves an audit entry or says why not; a nested one joins only on purpose; a task born inside one cannot use it.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from piccolo.table import TABLE_REGISTRY

from app.kernel import announce as announcements
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.ids import uuid7
from app.kernel.postgres import PooledPostgres
from app.kernel.sqlite import KeptSQLite
from app.settings import Settings

Row = dict[str, Any]
Engine = KeptSQLite | PooledPostgres

log = structlog.get_logger(__name__)

_engine: Engine | None = None
_work: contextvars.ContextVar[UnitOfWork | None] = contextvars.ContextVar("unit_of_work", default=None)

# Screens that follow the server are told here after a commit: kernel.live adds itself.
touch_listeners: list[Callable[[list[str]], None]] = []


class Conflict(Exception):
    """A rule that the database holds was about to be broken. `constraint` names the index or constraint.

    The database's own message is not kept: PostgreSQL prints the whole row into it, personal data and all.
    """

    def __init__(self, constraint: str, kind: str) -> None:
        super().__init__(f"{kind}: {constraint}")
        self.constraint = constraint
        self.kind = kind


# --- opening ---------------------------------------------------------------------------------------------------------


async def open_database(settings: Settings) -> Engine:
    """Open the database of these settings and bind every Piccolo table to it. The schema is `kernel.migrate`'s."""
    global _engine
    if _engine is not None:
        raise RuntimeError("a database is already open in this process")
    url = settings.database_url
    engine: Engine = KeptSQLite(Path(url.removeprefix("sqlite:///"))) if settings.is_sqlite else PooledPostgres(url)
    await engine.open()
    for table in TABLE_REGISTRY:
        table._meta._db = engine
    _engine = engine
    _constraint_of_columns.cache_clear()
    return engine


async def close_database() -> None:
    """Close the open database; harmless when none is open."""
    global _engine
    engine, _engine = _engine, None
    if engine is not None:
        await engine.close()


def engine() -> Engine:
    """The open engine. Only for the few places that need one engine's own door (group commit, LISTEN)."""
    if _engine is None:
        raise RuntimeError("no database is open")
    return _engine


def engine_name() -> str:
    """Which engine is open: `sqlite` or `postgresql`."""
    return "sqlite" if isinstance(engine(), KeptSQLite) else "postgresql"


# --- statements ------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=2048)
def _compile(sql: str, sqlite: bool) -> str:
    parts = sql.split("{}")
    if sqlite:
        return "?".join(parts)
    return "".join(part if n == 0 else f"${n}{part}" for n, part in enumerate(parts))


async def _fetch(sql: str, args: tuple[Any, ...]) -> list[Row]:
    current = engine()
    try:
        return await current.fetch(_compile(sql, isinstance(current, KeptSQLite)), args)
    except (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError) as error:
        raise as_conflict(error) from None


async def rows(sql: str, *args: Any) -> list[Row]:
    """Read rows. One `{}` in `sql` for each of `args`."""
    return await _fetch(sql, args)


async def row(sql: str, *args: Any) -> Row | None:
    """Read one row, or none."""
    found = await _fetch(sql, args)
    return found[0] if found else None


async def run(sql: str, *args: Any) -> list[Row]:
    """Write, inside a unit of work only; returns what `RETURNING` says.

    Raises:
        Conflict: the database holds a rule against it.
    """
    if _work.get() is None:
        raise RuntimeError("writes belong inside unit_of_work()")
    return await _fetch(sql, args)


async def run_many(sql: str, values: list[tuple[Any, ...]]) -> None:
    """Write one statement many times, inside a unit of work only; for imports and bulk inserts."""
    if _work.get() is None:
        raise RuntimeError("writes belong inside unit_of_work()")
    if not values:
        return
    current = engine()
    try:
        if isinstance(current, KeptSQLite):
            compiled = _compile(sql, True)
            await current.writer.do(lambda connection: connection.executemany(compiled, values).close())
        else:
            transaction = current.current.get()
            assert transaction is not None
            await transaction.connection.executemany(_compile(sql, False), values)
    except (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError) as error:
        raise as_conflict(error) from None


# --- conflicts -------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=256)
def _constraint_of_columns(path: str, table: str, columns: tuple[str, ...]) -> str:
    """SQLite names the columns of a broken unique index, PostgreSQL the index: look the index up."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for _, name, unique, origin, _ in connection.execute(f'PRAGMA index_list("{table}")').fetchall():
            found = tuple(info[2] for info in connection.execute(f'PRAGMA index_info("{name}")').fetchall())
            if unique and found == columns and origin != "u":
                return f"{table}_pkey" if origin == "pk" else str(name)
    return f"{table}_{'_'.join(columns)}_key"


def as_conflict(error: sqlite3.IntegrityError | asyncpg.IntegrityConstraintViolationError) -> Conflict:
    """The one error that both drivers' integrity errors become."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        kinds = {
            asyncpg.UniqueViolationError: "unique",
            asyncpg.ForeignKeyViolationError: "foreign key",
            asyncpg.CheckViolationError: "check",
            asyncpg.NotNullViolationError: "not null",
        }
        return Conflict(error.constraint_name or error.column_name or "", kinds.get(type(error), "integrity"))
    message = str(error)
    if found := re.match(r"UNIQUE constraint failed: (.+)", message):
        named = [part.strip().split(".", 1) for part in found[1].split(",")]
        if all(len(part) == 2 for part in named):
            current = engine()
            assert isinstance(current, KeptSQLite)
            return Conflict(_constraint_of_columns(str(current.file), named[0][0], tuple(part[1] for part in named)), "unique")
        return Conflict(found[1].removeprefix("index ").strip("'"), "unique")
    if found := re.match(r"(CHECK|NOT NULL) constraint failed: (.+)", message):
        return Conflict(found[2], found[1].lower())
    return Conflict("", "foreign key" if message.startswith("FOREIGN KEY") else "integrity")


# --- the unit of work ------------------------------------------------------------------------------------------------


class AuditRecord(msgspec.Struct):
    """What `work.record` keeps until the commit. `personal` values are stored apart, behind salted hashes."""

    action: str
    subject: str
    before: Any
    after: Any
    personal: dict[str, str]
    note: str
    at: datetime


def _subject(subject: object) -> str:
    identity = getattr(subject, "id", subject)
    kind = "" if isinstance(subject, (str, UUID)) else type(subject).__name__.lower() + ":"
    return f"{kind}{identity}"


class UnitOfWork:
    """One business change: its transaction, audit entry, announcements, and what follows the commit."""

    def __init__(self, by: Actor) -> None:
        self.id = uuid7()
        self.by = by
        self.at = now()
        self.records: list[AuditRecord] = []
        self._after: list[Callable[[], Awaitable[None] | None]] = []
        self._topics: dict[str, None] = {}

    def record(
        self,
        action: str,
        subject: object,
        *,
        before: Any = None,
        after: Any = None,
        personal: Mapping[str, str] | None = None,
        note: str = "",
    ) -> None:
        """Leave an audit entry: `action` like "activity.edited", `subject` a row, an id or "kind:id".

        `before` and `after` hold no personal data; personal values go into `personal`, which can be erased
        without breaking the chain.
        """
        self.records.append(AuditRecord(action, _subject(subject), before, after, dict(personal or {}), note, self.at))

    async def announce(self, event: object) -> None:
        """Tell the higher rooms, inside this transaction."""
        await announcements.announce(event, self)

    def after_commit(self, what: Callable[[], Awaitable[None] | None]) -> None:
        """Do this when, and only when, the change is stored. A fault in it is logged and undoes nothing."""
        self._after.append(what)

    def touch(self, topic: str) -> None:
        """Screens that follow `topic` are told after the commit."""
        self._topics[topic] = None

    async def _before_commit(self) -> None:
        from app.kernel import audit  # the audit is written through this very module

        await audit.write(self)
        if self._topics and isinstance(engine(), PooledPostgres):
            for topic in self._topics:
                await _fetch("SELECT pg_notify('ngayso_live', {})", (topic,))

    async def _after_commit(self) -> None:
        if self._topics:
            for tell in touch_listeners:
                tell(list(self._topics))
        for what in self._after:
            try:
                outcome = what()
                if outcome is not None:
                    await outcome
            except Exception:
                log.exception("after_commit.failed", unit_of_work=str(self.id))


@contextlib.asynccontextmanager
async def unit_of_work(by: Actor, *, joins: bool = False, unaudited: str = "") -> AsyncIterator[UnitOfWork]:
    """All or nothing: open a transaction for one business change by `by`.

    `joins`: called inside another unit of work, take part in it (otherwise that is a mistake and raises).
    `unaudited`: why this write leaves no audit entry (a mail worker's claim, a scan that is its own log).

    Raises:
        Conflict: the database refused a statement; everything is undone.
    """
    outer = _work.get()
    if outer is not None:
        if not joins:
            raise RuntimeError("a unit of work is already open; pass joins=True to take part in it")
        yield outer
        return
    work = UnitOfWork(by)
    try:
        async with engine().transaction():
            token = _work.set(work)
            try:
                yield work
                if not work.records and not unaudited:
                    raise RuntimeError("a unit of work ended without an audit entry: record() one, or say why it is unaudited")
                await work._before_commit()
            finally:
                _work.reset(token)
    except (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError) as error:
        raise as_conflict(error) from None
    await work._after_commit()


def current_work() -> UnitOfWork | None:
    """The unit of work this code runs inside, if any."""
    return _work.get()


# --- values ----------------------------------------------------------------------------------------------------------


def as_instant(value: str | datetime | None) -> datetime | None:
    """An instant from an expression (`max(at)`, a CASE), which SQLite hands over as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def as_day(value: str | date | None) -> date | None:
    """A day from an expression, which SQLite hands over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_uuid(value: str | UUID) -> UUID:
    """A UUID from an expression or a `RETURNING`, which SQLite may hand over as text."""
    return value if isinstance(value, UUID) else UUID(value)
