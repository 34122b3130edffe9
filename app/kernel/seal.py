"""Append-only logs whose rows are chained by hashes, in batches, after they were written.

A sealed log is a table with `seal_seq` and `seal_hash`, null until sealed. The hash of a row covers its content and
the hash before it, so no row can be altered, removed or slipped in later without `verify` noticing; the head (last
number and hash) is kept apart, so cutting off the end shows too. No write waits for the chain: the sealer follows.
Copying the head elsewhere now and then (it is printed by `ngayso audit verify`) protects against somebody who
rewrites the whole chain.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.database import Row, row, rows, run, run_many, unit_of_work

BATCH = 500
_BEGIN = "0" * 64


class SealedLog(msgspec.Struct, frozen=True):
    """A table that is sealed: its name, key and the columns that the hash covers, in this order."""

    table: str
    columns: tuple[str, ...]
    key: str = "id"


class Verdict(msgspec.Struct, frozen=True):
    """What `verify` found in one log: rows checked, head hash, and the first fault in words (empty: whole)."""

    log: str
    sealed: int
    waiting: int
    head: str
    fault: str = ""


_logs: dict[str, SealedLog] = {}


def register_log(log: SealedLog) -> SealedLog:
    """Have this table sealed and verified from now on."""
    _logs[log.table] = log
    return log


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (date, UUID)):
        return str(value)
    return value


def _chained(before: str, log: SealedLog, entry: Row) -> str:
    content = msgspec.json.encode([before, *(_plain(entry[column]) for column in log.columns)])
    return hashlib.sha256(content).hexdigest()


async def seal_pending() -> int:
    """Chain what was written since the last time; returns the number of rows. Safe with many processes."""
    return sum([await _seal(log) for log in _logs.values()])


async def _seal(log: SealedLog) -> int:
    waiting = await row(f"SELECT 1 AS found FROM {log.table} WHERE seal_seq IS NULL LIMIT 1")
    if not waiting:
        return 0
    async with unit_of_work(Actor.system("sealer"), unaudited="it seals the audit itself") as _:
        await run("INSERT INTO seal_head (log, seq, hash) VALUES ({}, 0, {}) ON CONFLICT (log) DO NOTHING", log.table, _BEGIN)
        # Taking the head for update makes a second sealer wait here, and see our rows as sealed afterwards.
        [head] = await run("UPDATE seal_head SET seq = seq WHERE log = {} RETURNING seq, hash", log.table)
        seq, last = int(head["seq"]), str(head["hash"])
        entries = await rows(
            f"SELECT {log.key}, {', '.join(log.columns)} FROM {log.table} WHERE seal_seq IS NULL ORDER BY {log.key} LIMIT {BATCH}"
        )
        sealed = []
        for entry in entries:
            seq, last = seq + 1, _chained(last, log, entry)
            sealed.append((seq, last, entry[log.key]))
        await run_many(f"UPDATE {log.table} SET seal_seq = {{}}, seal_hash = {{}} WHERE {log.key} = {{}}", sealed)
        await run("UPDATE seal_head SET seq = {}, hash = {} WHERE log = {}", seq, last, log.table)
    return len(sealed)


async def verify() -> list[Verdict]:
    """Recompute every chain from its beginning."""
    return [await _verify(log) for log in _logs.values()]


async def _verify(log: SealedLog) -> Verdict:
    head = await row("SELECT seq, hash FROM seal_head WHERE log = {}", log.table) or {"seq": 0, "hash": _BEGIN}
    counted = await row(f"SELECT count(*) AS n FROM {log.table} WHERE seal_seq IS NULL")
    waiting = int(counted["n"]) if counted else 0
    last, seq = _BEGIN, 0
    while seq < head["seq"]:
        entries = await rows(
            f"SELECT seal_seq, seal_hash, {', '.join(log.columns)} FROM {log.table} "
            f"WHERE seal_seq > {{}} AND seal_seq <= {{}} ORDER BY seal_seq LIMIT {BATCH}",
            seq,
            head["seq"],
        )
        if not entries:
            return Verdict(log.table, seq, waiting, last, f"rows after number {seq} are missing; the head says {head['seq']}")
        for entry in entries:
            if entry["seal_seq"] != seq + 1:
                return Verdict(log.table, seq, waiting, last, f"row number {seq + 1} is missing")
            expected = _chained(last, log, entry)
            if entry["seal_hash"] != expected:
                return Verdict(log.table, seq, waiting, last, f"row number {seq + 1} was altered")
            seq, last = seq + 1, expected
    if last != head["hash"]:
        return Verdict(log.table, seq, waiting, last, "the head does not belong to this chain")
    return Verdict(log.table, seq, waiting, last)
