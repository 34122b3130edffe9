"""The whole installation in one file that either engine can read back: every row of every table, and the keys.

A backup is a ZIP: `manifest.json` (versions, migrations, row counts and SHA-256 of every member), `tables/<name>.jsonl`
in an order in which foreign keys hold, and `files/…` of the data folder. It is taken from one snapshot while the server
runs, and moves an installation from SQLite to PostgreSQL as easily as from one machine to another.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from app.kernel.clock import now
from app.kernel.database import Row, engine, engine_name, row, rows
from app.kernel.migrate import available, migrate, pending
from app.kernel.sqlite import KeptSQLite

FORMAT = 1
BATCH = 2_000
# Not data: SQLite's own files, locks, and certificates that are bound to this machine.
_LEFT_OUT = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".lock")

# A database with a row in one of these belongs to somebody and is not written over.
_SOMEBODYS = ("edition", "account", "registration", "audit_entry")

Fetch = Callable[[str], Awaitable[list[Row]]]


class Member(msgspec.Struct, frozen=True):
    """One file of the archive; `rows` is none for what is not a table."""

    name: str
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What is in the archive and which schema it belongs to."""

    format: int
    made_at: datetime
    migrations: tuple[str, ...]
    members: tuple[Member, ...]


class ArchiveFault(Exception):
    """The archive cannot be used; the message says why, in both languages."""


@contextlib.asynccontextmanager
async def _snapshot() -> AsyncIterator[Fetch]:
    """All reads see one moment, and nobody who writes waits."""
    current = engine()
    if isinstance(current, KeptSQLite):
        async with current.reader() as lane:
            await lane.fetch("BEGIN", ())
            try:
                yield lambda sql: lane.fetch(sql, ())
            finally:
                await lane.fetch("COMMIT", ())
    else:
        async with current.raw_connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):

            async def fetch(sql: str) -> list[Row]:
                return [dict(record) for record in await connection.fetch(sql)]

            yield fetch


async def _types(table: str) -> dict[str, str]:
    """Column names of a table with their declared types, in lower case, in order."""
    if engine_name() == "sqlite":
        return {found["name"]: str(found["type"]).lower() for found in await rows(f'PRAGMA table_info("{table}")')}
    found = await rows(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = {} "
        "ORDER BY ordinal_position",
        table,
    )
    return {column["column_name"]: column["data_type"] for column in found}


async def _references() -> dict[str, set[tuple[str, str]]]:
    """For each table: (its column, the table it points to)."""
    if engine_name() == "sqlite":
        names = [found["name"] for found in await rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: {(key["from"], key["table"]) for key in await rows(f'PRAGMA foreign_key_list("{name}")')} for name in names}
    names = [
        found["table_name"]
        for found in await rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
    ]
    keys = await rows(
        "SELECT c.conrelid::regclass::text AS child, a.attname AS col, c.confrelid::regclass::text AS parent FROM pg_constraint c "
        "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'"
    )
    found_keys: dict[str, set[tuple[str, str]]] = {name: set() for name in names}
    for key in keys:
        found_keys[key["child"].strip('"')].add((key["col"], key["parent"].strip('"')))
    return found_keys


def _ordered(references: dict[str, set[tuple[str, str]]]) -> list[str]:
    """Tables such that what is pointed to comes first."""
    ordered: list[str] = []
    left = dict(sorted(references.items()))
    while left:
        free = [name for name, keys in left.items() if all(parent == name or parent in ordered for _, parent in keys)]
        if not free:
            raise ArchiveFault(f"tables point at each other in a circle: {', '.join(left)}")
        ordered += free
        for name in free:
            del left[name]
    return ordered


def _encode(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, (bytes, memoryview)) else value


def _decode(value: Any, kind: str) -> object:
    if value is None:
        return None
    if kind == "uuid":
        return UUID(value)
    if kind.startswith("timestamp"):
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind in ("bytea", "blob"):
        return base64.b64decode(value)
    return value


async def write_archive(target: Path, data_dir: Path) -> Manifest:
    """Write everything into `target` (made whole under another name first), and read it back to be sure."""
    draft = target.with_name(f".{target.name}.part")
    members: list[Member] = []
    references = await _references()
    references.pop("migration", None)
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        async with _snapshot() as fetch:
            members += [await _write_table(archive, table, fetch) for table in _ordered(references)]
        members += _write_files(archive, data_dir, besides=(target, draft))
        manifest = Manifest(FORMAT, now(), tuple(migration.id for migration in available()), tuple(members))
        archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
    check_archive(draft)
    draft.replace(target)
    return manifest


def _write_files(archive: zipfile.ZipFile, data_dir: Path, *, besides: tuple[Path, ...]) -> list[Member]:
    members = []
    for file in sorted(data_dir.rglob("*")):
        name = file.relative_to(data_dir).as_posix()
        if not file.is_file() or file in besides or name.endswith(_LEFT_OUT) or name.startswith("tls/server."):
            continue
        content = file.read_bytes()
        archive.writestr(f"files/{name}", content)
        members.append(Member(f"files/{name}", hashlib.sha256(content).hexdigest()))
    return members


def _read_files(archive: zipfile.ZipFile, members: Sequence[Member], data_dir: Path) -> None:
    for member in members:
        if not member.name.startswith("files/"):
            continue
        target = data_dir / member.name.removeprefix("files/")
        if not target.resolve().is_relative_to(data_dir.resolve()):
            raise ArchiveFault(f"{member.name}: ngoài thư mục dữ liệu / outside the data folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(member.name))
        target.chmod(0o600 if target.suffix == ".key" else 0o644)


async def _write_table(archive: zipfile.ZipFile, table: str, fetch: Fetch) -> Member:
    digest, count = hashlib.sha256(), 0
    name = f"tables/{table}.jsonl"
    order = ", ".join(f'"{column}"' for column in list(await _types(table))[:1])
    with archive.open(name, "w", force_zip64=True) as file:
        offset = 0
        while batch := await fetch(f'SELECT * FROM "{table}" ORDER BY {order} LIMIT {BATCH} OFFSET {offset}'):
            for found in batch:
                line = msgspec.json.encode({column: _encode(value) for column, value in found.items()}) + b"\n"
                digest.update(line)
                file.write(line)
            count += len(batch)
            offset += BATCH
    return Member(name, digest.hexdigest(), count)


def check_archive(source: Path) -> Manifest:
    """The manifest of an archive whose every member is as it was written.

    Raises:
        ArchiveFault: it is not an archive of ours, or not whole.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = msgspec.json.decode(archive.read("manifest.json"), type=Manifest)
            for member in manifest.members:
                digest = hashlib.sha256()
                with archive.open(member.name) as file:
                    while chunk := file.read(1 << 20):
                        digest.update(chunk)
                if digest.hexdigest() != member.sha256:
                    raise ArchiveFault(f"{member.name}: bị hỏng / damaged")
    # A flipped bit shows as any of these: zipfile raises the last two for methods and flags that it does not know.
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, msgspec.DecodeError, NotImplementedError, RuntimeError) as fault:
        raise ArchiveFault(f"{source}: không phải bản sao lưu của Ngày Số, hoặc bị hỏng / not a backup, or damaged ({fault})") from fault
    return manifest


async def read_archive(source: Path, data_dir: Path) -> Manifest:
    """Restore into an empty database: all or nothing for the rows, then the files.

    Raises:
        ArchiveFault: damaged, made by a newer version, or the database already holds data.
    """
    manifest = check_archive(source)
    ours = [migration.id for migration in available()]
    if unknown := set(manifest.migrations) - set(ours):
        raise ArchiveFault(f"bản sao lưu của phiên bản mới hơn / made by a newer version: {', '.join(sorted(unknown))}")
    if await pending():
        if newer := [one for one in ours if one not in manifest.migrations]:
            raise ArchiveFault(f"bản sao lưu của phiên bản cũ hơn / made by an older version, without {', '.join(newer)}")
        await migrate()
    references = await _references()
    async with engine().transaction():
        with zipfile.ZipFile(source) as archive:
            tables = [member for member in manifest.members if member.rows is not None]
            for member in reversed(tables):
                table = member.name.removeprefix("tables/").removesuffix(".jsonl")
                if table not in references:
                    raise ArchiveFault(f"bảng lạ / unknown table: {table}")
                # What the migrations themselves filled in (default rows) gives way; anything else is somebody's data.
                if table in _SOMEBODYS and await row(f'SELECT 1 AS found FROM "{table}" LIMIT 1'):
                    raise ArchiveFault("cơ sở dữ liệu không trống; chỉ khôi phục vào cơ sở dữ liệu mới / the database is not empty")
                await rows(f'DELETE FROM "{table}"')
            for member in tables:
                await _read_table(archive, member, references)
            _read_files(archive, manifest.members, data_dir)
    return manifest


async def _read_table(archive: zipfile.ZipFile, member: Member, references: dict[str, set[tuple[str, str]]]) -> None:
    table = member.name.removeprefix("tables/").removesuffix(".jsonl")
    types = await _types(table)
    own = [column for column, parent in references[table] if parent == table]
    columns = ", ".join(f'"{column}"' for column in types)
    insert = f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("{}" for _ in types)})'
    with archive.open(member.name) as file:
        waiting = [msgspec.json.decode(line) for line in file]
    stored: set[object] = set()
    while waiting:
        # Rows that point at rows of their own table come after those.
        ready = [found for found in waiting if all(found[column] is None or found[column] in stored for column in own)]
        if not ready:
            raise ArchiveFault(f"{table}: rows point at each other in a circle")
        for found in ready:
            await rows(insert, *(_decode(found[column], kind) for column, kind in types.items()))
            stored.add(found.get("id"))
        done = {id(found) for found in ready}
        waiting = [found for found in waiting if id(found) not in done]
