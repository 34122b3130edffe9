"""The log of scans as both engines write it: look up, decide, enter, each reading exactly once.

SQLite has one writer at a time: look-up and entry of one reading are serial, two statements each, a whole batch in one
commit. PostgreSQL may have many: the batch is two statements, and what the unique indexes refuse (another gate was
faster, or the same nonce came before) is looked up again. Either way the database holds the promise, not this module.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.kernel.text import Text
from app.registrations.gates.decision import Presented, Result, decide
from app.registrations.gates.posts import Post
from app.registrations.tickets.codes import has_code_shape


class Reading(msgspec.Struct, frozen=True):
    """One scan on its way in."""

    id: UUID
    nonce: str
    code: str
    post: Post
    window: str
    at: datetime
    received_at: datetime


class First(msgspec.Struct, frozen=True):
    """The admission that stands in the way of a second one."""

    id: UUID
    at: datetime
    gate: Text
    device: str


class Entry(msgspec.Struct, frozen=True):
    """One scan as it stands in the log."""

    result: Result
    at: datetime
    holder: str = ""
    kind: str = ""
    activity: Text | None = None
    first: First | None = None


class NonceTaken(Exception):
    """The nonce belongs to another scan: of another device, or of another code."""


_FIND_COLUMNS = """
    t.id, t.activity, t.holder, t.kind, t.state, a.edition, a.title_vi, a.title_en, f.id, f.scanned_at, g.name_vi, g.name_en, d.name
"""
_FIND_JOINS = """
    JOIN activity a ON a.id = t.activity
    LEFT JOIN gate g ON g.id = f.gate
    LEFT JOIN device d ON d.id = f.device
"""
_REPLAY = """
    SELECT s.nonce, s.device, coalesce(t.code, s.code), s.result, s.scanned_at, t.holder, t.kind, a.title_vi, a.title_en,
           f.id, f.scanned_at, g.name_vi, g.name_en, d.name
    FROM scan s
    LEFT JOIN ticket t ON t.id = s.ticket
    LEFT JOIN activity a ON a.id = t.activity
    LEFT JOIN scan f ON f.id = s.first_admission
    LEFT JOIN gate g ON g.id = f.gate
    LEFT JOIN device d ON d.id = f.device
"""
_INSERT_COLUMNS = """
    INSERT INTO scan (id, checkpoint, gate, device, ticket, nonce, code, result, first_admission, admission_window, scanned_at, received_at)
"""

_SQLITE_FIND = f"""
    SELECT {_FIND_COLUMNS} FROM ticket t
    LEFT JOIN scan f ON f.ticket = t.id AND f.checkpoint = ? AND f.admission_window = ?
    {_FIND_JOINS} WHERE t.code = ?
"""
_SQLITE_INSERT = f"{_INSERT_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (nonce) DO NOTHING"
_SQLITE_REPLAY = f"{_REPLAY} WHERE s.nonce = ?"

_POSTGRESQL_FIND = f"""
    SELECT q.n, {_FIND_COLUMNS}
    FROM unnest($1::varchar[], $2::uuid[], $3::varchar[]) WITH ORDINALITY AS q (code, checkpoint, admission_window, n)
    JOIN ticket t ON t.code = q.code
    LEFT JOIN scan f ON f.ticket = t.id AND f.checkpoint = q.checkpoint AND f.admission_window = q.admission_window
    {_FIND_JOINS}
"""
_POSTGRESQL_INSERT = f"""
    {_INSERT_COLUMNS}
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::varchar[], $7::varchar[], $8::varchar[],
                         $9::uuid[], $10::varchar[], $11::timestamptz[], $12::timestamptz[])
    ON CONFLICT DO NOTHING RETURNING nonce
"""
_POSTGRESQL_REPLAY = f"{_REPLAY} WHERE s.nonce = ANY ($1::varchar[])"

# Each round settles every reading that lost a race; a reading can lose once by nonce and once by ticket.
_ROUNDS = 5


class _Decided(msgspec.Struct, frozen=True):
    """What `decide` said, with the row to enter and the entry to answer."""

    entry: Entry
    values: tuple[Any, ...]


def kept_code(code: str) -> str:
    """What the log may keep of a code that no ticket has: itself if it has a ticket's shape, else a fingerprint."""
    return code if has_code_shape(code) else "~" + hashlib.sha256(code.encode()).hexdigest()[:16]


def _first(columns: Sequence[Any]) -> First | None:
    if columns[0] is None:
        return None
    return First(columns[0], columns[1], Text(columns[2], columns[3]), columns[4])


def _decided(reading: Reading, found: Sequence[Any] | None) -> _Decided:
    """Decide one reading. `found` are the `_FIND_COLUMNS`, none for a code that no ticket has."""
    ticket = Presented(edition=found[5], activity=found[1], state=found[4]) if found else None
    first = _first(found[8:13]) if found else None
    result = decide(reading.post.rule, ticket, at=reading.at, admitted_before=first is not None)
    if result is not Result.already_admitted:
        first = None
    entry = Entry(
        result,
        reading.at,
        found[2] if found else "",
        found[3] if found else "",
        Text(found[6], found[7]) if found and result is Result.wrong_gate else None,
        first,
    )
    post = reading.post
    values = (
        reading.id,
        post.checkpoint,
        post.gate,
        post.device,
        found[0] if found else None,
        reading.nonce,
        "" if found else kept_code(reading.code),
        result.value,
        first.id if first else None,
        reading.window if result is Result.admitted else None,
        reading.at,
        reading.received_at,
    )
    return _Decided(entry, values)


def _replayed(reading: Reading, stored: Sequence[Any]) -> Entry:
    """The entry that a resent nonce already has.

    Raises:
        NonceTaken: it is not the same scan.
    """
    _, device, code, result, at, holder, kind, title_vi, title_en, *first = stored
    if device != reading.post.device or code not in (reading.code, kept_code(reading.code)):
        raise NonceTaken
    of = Text(title_vi, title_en) if result == Result.wrong_gate else None
    return Entry(Result(result), at, holder or "", kind or "", of, _first(first))


def enter_on_sqlite(connection: sqlite3.Connection, readings: Sequence[Reading]) -> list[Entry | Exception]:
    """Enter a batch inside the transaction that the writer opened.

    A reading writes with one statement, and a statement that fails undoes itself alone: no savepoint is needed for one bad
    row not to spoil the batch.
    """
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples
    answers: list[Entry | Exception] = []
    for reading in readings:
        try:
            answers.append(_enter_one(cursor, reading))
        except (NonceTaken, sqlite3.IntegrityError) as error:
            answers.append(error)
    return answers


def _enter_one(cursor: sqlite3.Cursor, reading: Reading) -> Entry:
    found = cursor.execute(_SQLITE_FIND, (reading.post.checkpoint, reading.window, reading.code)).fetchone()
    decided = _decided(reading, found)
    if cursor.execute(_SQLITE_INSERT, decided.values).rowcount:
        return decided.entry
    return _replayed(reading, cursor.execute(_SQLITE_REPLAY, (reading.nonce,)).fetchone())


async def enter_on_postgresql(connection: asyncpg.Connection, readings: Sequence[Reading]) -> list[Entry | Exception]:
    """Enter a batch; each statement commits by itself. If the batch as a whole fails, each reading is tried alone."""
    answers: dict[int, Entry | Exception] = {}
    try:
        await _enter_many(connection, readings, answers)
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        for n in range(len(readings)):
            if n in answers:
                continue
            if len(readings) == 1:
                answers[n] = error
            else:
                answers[n] = (await enter_on_postgresql(connection, readings[n : n + 1]))[0]
    return [answers[n] for n in range(len(readings))]


async def _enter_many(connection: asyncpg.Connection, readings: Sequence[Reading], answers: dict[int, Entry | Exception]) -> None:
    for _ in range(_ROUNDS):
        waiting = {n: reading for n, reading in enumerate(readings) if n not in answers}
        if not waiting:
            return
        await _round(connection, waiting, answers)
    for n in range(len(readings)):
        answers.setdefault(n, RuntimeError("a scan lost every race"))


async def _round(connection: asyncpg.Connection, waiting: dict[int, Reading], answers: dict[int, Entry | Exception]) -> None:
    order = list(waiting)
    found = {
        order[record[0] - 1]: tuple(record)[1:]
        for record in await connection.fetch(
            _POSTGRESQL_FIND,
            [waiting[n].code for n in order],
            [waiting[n].post.checkpoint for n in order],
            [waiting[n].window for n in order],
        )
    }
    decided = {n: _decided(reading, found.get(n)) for n, reading in waiting.items()}
    # Two batches that hold the same tickets must take them in the same order, or they wait for each other.
    decided_rows = sorted((one.values for one in decided.values()), key=lambda values: (str(values[4]), values[5]))
    columns = [list(column) for column in zip(*decided_rows, strict=True)]
    entered = {record[0] for record in await connection.fetch(_POSTGRESQL_INSERT, *columns)}
    for n, one in decided.items():
        if waiting[n].nonce in entered:
            entered.discard(waiting[n].nonce)  # a nonce twice in one batch: the second is a resend
            answers[n] = one.entry
    lost = {n: reading for n, reading in waiting.items() if n not in answers}
    if not lost:
        return
    nonces = [reading.nonce for reading in lost.values()]
    stored = {record[0]: tuple(record) for record in await connection.fetch(_POSTGRESQL_REPLAY, nonces)}
    for n, reading in lost.items():
        if reading.nonce in stored:
            try:
                answers[n] = _replayed(reading, stored[reading.nonce])
            except NonceTaken as error:
                answers[n] = error
