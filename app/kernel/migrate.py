"""Bring the schema up to date: every room's migrations, in the rooms' order, in one transaction under one lock.

A migration is a file `migrations/<room>/<room>_NNNN_what.py` with `ID`, `DESCRIPTION` and `SQL`: statements written by
hand that both engines understand. (Piccolo's automatic ones cannot express partial indexes and fail on SQLite.)
Which have run is kept in Piccolo's own `migration` table.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.kernel.database import engine, engine_name, row, rows
from app.kernel.paths import MIGRATIONS

ROOMS = ("kernel", "accounts", "events", "registrations", "exhibitors", "awards")
_LOCK = 1010_2026  # any number, the same in every process


@dataclass(frozen=True)
class Migration:
    """One step of one room."""

    room: str
    id: str
    description: str
    statements: Sequence[str]


def available() -> list[Migration]:
    """All migrations that ship with this version, in the order in which they run."""
    return [_read(room, file) for room in ROOMS for file in sorted((MIGRATIONS / room).glob("[!_]*.py"))]


def _read(room: str, file: Path) -> Migration:
    spec = importlib.util.spec_from_file_location(f"ngayso_migration_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Migration(room, module.ID, module.DESCRIPTION, module.SQL)


async def migrate() -> list[Migration]:
    """Run what has not run yet and return it. Safe to call from several processes at once."""
    done: list[Migration] = []
    async with engine().transaction():
        if engine_name() == "postgresql":
            await rows("SELECT pg_advisory_xact_lock({})", _LOCK)
        await rows(
            "CREATE TABLE IF NOT EXISTS migration (name VARCHAR(200) NOT NULL, app_name VARCHAR(200) NOT NULL, "
            "ran_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (app_name, name))"
        )
        ran = {(found["app_name"], found["name"]) for found in await rows("SELECT app_name, name FROM migration")}
        for migration in available():
            if (migration.room, migration.id) in ran:
                continue
            for statement in migration.statements:
                await rows(statement)
            await rows("INSERT INTO migration (name, app_name) VALUES ({}, {})", migration.id, migration.room)
            done.append(migration)
    return done


async def pending() -> list[Migration]:
    """What `migrate()` would run now."""
    exists = (
        await row("SELECT 1 AS found FROM sqlite_master WHERE name = 'migration'")
        if engine_name() == "sqlite"
        else await row("SELECT 1 AS found FROM information_schema.tables WHERE table_name = 'migration' AND table_schema = 'public'")
    )
    ran = {(found["app_name"], found["name"]) for found in await rows("SELECT app_name, name FROM migration")} if exists else set()
    return [migration for migration in available() if (migration.room, migration.id) not in ran]
