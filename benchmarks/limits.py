"""The limits we measure ourselves against: the barest Litestar handlers that do what the question asks, and no more.

`scans`: parses the JSON, looks the code up and enters the scan through the raw driver: the same two statements on the
same tables with the same durability (SQLite `synchronous=FULL`, PostgreSQL `fsync=on`) and the same batching (group
commit: what arrived while the last commit ran).
`registrations`: makes the same rows as a registration (place, registration, ticket, mail), one transaction each.
`constant`: answers with bytes and headers that were taken from our own server before.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, Response, get, post

Batch = list[tuple["Scan", "asyncio.Future[str]"]]


class Scan(msgspec.Struct):
    """What a device sends."""

    code: str
    nonce: str
    scanned_at: datetime


class Group:
    """Group commit without a timer: `commit` gets whatever came while it was busy."""

    def __init__(self, side_by_side: int) -> None:
        self.waiting: deque[tuple[Scan, asyncio.Future[str]]] = deque()
        self.side_by_side = side_by_side
        self.running = 0
        self.commit: Callable[[list[Scan]], Any]

    def submit(self, scan: Scan) -> asyncio.Future[str]:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting.append((scan, answer))
        if self.running < self.side_by_side:
            self.running += 1
            self.task = asyncio.create_task(self.run())
        return answer

    async def run(self) -> None:
        while self.waiting:
            batch = [self.waiting.popleft() for _ in range(min(256, len(self.waiting)))]
            results = await self.commit([scan for scan, _ in batch])
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)
        self.running -= 1


group = Group(1)
place: dict[str, Any] = {}

_FIND = "SELECT id, holder, state FROM ticket WHERE code = ?"
_ENTER = """
INSERT INTO scan (id, checkpoint, gate, device, ticket, nonce, code, result, admission_window, scanned_at, received_at)
VALUES (?, ?, ?, ?, ?, ?, '', 'admitted', 'once', ?, ?) ON CONFLICT DO NOTHING
"""
_FIND_MANY = "SELECT id, code, holder, state FROM ticket WHERE code = ANY ($1::varchar[])"
_ENTER_MANY = """
INSERT INTO scan (id, checkpoint, gate, device, ticket, nonce, code, result, admission_window, scanned_at, received_at)
SELECT q.id, $1, $2, $3, q.ticket, q.nonce, '', 'admitted', 'once', q.scanned_at, now()
FROM unnest($4::uuid[], $5::uuid[], $6::varchar[], $7::timestamptz[]) AS q (id, ticket, nonce, scanned_at)
ON CONFLICT DO NOTHING RETURNING ticket
"""


def _on_sqlite(path: str) -> Callable[[list[Scan]], Any]:
    thread = ThreadPoolExecutor(1)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    here = [str(place[name]) for name in ("checkpoint", "gate", "device")]

    def enter(scans: list[Scan]) -> list[str]:
        results = []
        connection.execute("BEGIN IMMEDIATE")
        for scan in scans:
            found = connection.execute(_FIND, (scan.code,)).fetchone()
            if found is None:
                results.append("unknown")
                continue
            received_at = datetime.now(UTC).isoformat(" ")
            values = (str(uuid4()), *here, found[0], scan.nonce, scan.scanned_at.isoformat(" "), received_at)
            results.append("admitted" if connection.execute(_ENTER, values).rowcount else "already_admitted")
        connection.execute("COMMIT")
        return results

    async def commit(scans: list[Scan]) -> list[str]:
        return await asyncio.get_running_loop().run_in_executor(thread, enter, scans)

    return commit


def _on_postgresql(pool: asyncpg.Pool) -> Callable[[list[Scan]], Any]:
    here = [UUID(place[name]) for name in ("checkpoint", "gate", "device")]

    async def commit(scans: list[Scan]) -> list[str]:
        async with pool.acquire() as connection:
            found = {record["code"]: record for record in await connection.fetch(_FIND_MANY, [scan.code for scan in scans])}
            known = sorted((scan for scan in scans if scan.code in found), key=lambda scan: scan.code)
            entered = await connection.fetch(
                _ENTER_MANY,
                *here,
                [uuid4() for _ in known],
                [found[scan.code]["id"] for scan in known],
                [scan.nonce for scan in known],
                [scan.scanned_at for scan in known],
            )
        first = {record["ticket"] for record in entered}
        return [
            "unknown" if scan.code not in found else "admitted" if found[scan.code]["id"] in first else "already_admitted" for scan in scans
        ]

    return commit


@post("/api/v1/scans", status_code=200)
async def scan(data: Scan) -> dict[str, str]:
    return {"result": await group.submit(data), "nonce": data.nonce}


class Wish(msgspec.Struct):
    """What a registration says."""

    name: str
    email: str
    nonce: str


_TAKE = "UPDATE places SET taken = taken + 1 WHERE activity = ? AND taken < 1000000"
_REGISTER = """
INSERT INTO registration (id, activity, name, folded_name, organisation, email, phone, language, kind, state, nonce, search_text, sort_text,
                          created_at, revision, token_version)
VALUES (?, ?, ?, ?, '', ?, '', 'vi', 'public', 'confirmed', ?, ?, ?, ?, 1, 1)
"""
_TICKET = """
INSERT INTO ticket (id, registration, activity, holder, kind, code, state, issued_at, changed_at)
VALUES (?, ?, ?, ?, 'public', ?, 'valid', ?, ?)
"""
_MAIL = """
INSERT INTO mail (id, kind, recipient, recipient_name, language, subject, text, html, parts, message_id, state, attempts,
                  created_at, next_at, last_error)
VALUES (?, 'ticket', ?, ?, 'vi', 'Vé', ?, '', '[]', ?, 'queued', 0, ?, ?, '')
"""


def _statements(wish: Wish, activity: Any, key: Callable[[], Any], at: Any) -> list[tuple[str, tuple[Any, ...]]]:
    registration, ticket, mail = key(), key(), key()
    return [
        (_REGISTER, (registration, activity, wish.name, wish.name, wish.email, wish.nonce, wish.name, wish.name, at)),
        (_TICKET, (ticket, registration, activity, wish.name, str(ticket)[:29], at, at)),
        (_MAIL, (mail, wish.email, wish.name, "Vé của bạn " * 200, str(mail), at, at)),
        (_TAKE, (activity,)),
    ]


def _dollars(sql: str) -> str:
    parts = sql.split("?")
    return "".join(part if n == 0 else f"${n}{part}" for n, part in enumerate(parts))


@post("/api/v1/registrations")
async def register(data: Wish) -> dict[str, str]:
    await place["register"](data)
    return {"result": "made"}


def _register_on_sqlite(path: str) -> Callable[[Wish], Any]:
    thread = ThreadPoolExecutor(1)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    activity = connection.execute("SELECT id FROM activity WHERE slug = ?", (place["slug"],)).fetchone()[0]
    connection.execute("INSERT INTO places (activity, taken) VALUES (?, 0) ON CONFLICT DO NOTHING", (activity,))

    def enter(wish: Wish) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for sql, values in _statements(wish, activity, lambda: str(uuid4()), datetime.now(UTC).isoformat(" ")):
            connection.execute(sql, values)
        connection.execute("COMMIT")

    return lambda wish: asyncio.get_running_loop().run_in_executor(thread, enter, wish)


async def _register_on_postgresql(pool: asyncpg.Pool) -> Callable[[Wish], Any]:
    activity = await pool.fetchval("SELECT id FROM activity WHERE slug = $1", place["slug"])
    await pool.execute("INSERT INTO places (activity, taken) VALUES ($1, 0) ON CONFLICT DO NOTHING", activity)

    async def enter(wish: Wish) -> None:
        async with pool.acquire() as connection, connection.transaction():
            for sql, values in _statements(wish, activity, uuid4, datetime.now(UTC)):
                await connection.execute(_dollars(sql), *values)

    return enter


@get("/health/ready")
async def ready() -> str:
    return "ready"


@asynccontextmanager
async def _on_a_database(_: Litestar) -> AsyncIterator[None]:
    url = os.environ["LIMIT_DATABASE_URL"]
    place.update(json.loads(os.environ["LIMIT_PLACE"]))
    scans = "gate" in place
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        if scans:
            group.commit = _on_sqlite(path)
        else:
            place["register"] = _register_on_sqlite(path)
        yield
        return

    async def keep(_: asyncpg.Connection) -> None:
        """No reset: it would double the round trips."""

    async with asyncpg.create_pool(url, min_size=2, max_size=10, reset=keep) as pool:
        if scans:
            group.side_by_side = 2
            group.commit = _on_postgresql(pool)
        else:
            place["register"] = await _register_on_postgresql(pool)
        yield


def _constant() -> list[Any]:
    handlers: list[Any] = []
    for name, kept in json.loads(Path(os.environ["LIMIT_ANSWERS"]).read_text()).items():
        body = bytes.fromhex(kept["body"])
        response = Response(body, status_code=kept["status"], headers=kept["headers"], media_type=kept["type"])

        handlers.append(_bound(name, response))
    return handlers


def _bound(name: str, response: Response[bytes]) -> Any:
    @get(f"/{name}", name=name)
    async def answer() -> Response[bytes]:
        return response

    return answer


def main() -> None:
    kind, port = sys.argv[1], int(sys.argv[2])
    handlers = {"scans": [scan], "registrations": [register]}.get(kind) or _constant()
    app = Litestar([*handlers, ready], lifespan=[] if kind == "constant" else [_on_a_database], openapi_config=None, logging_config=None)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
