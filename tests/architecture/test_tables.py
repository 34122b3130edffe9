"""Tables as Piccolo knows them and tables as the migrations make them are the same, on both engines."""

from __future__ import annotations

import importlib

from piccolo.columns import ForeignKey, OnDelete
from piccolo.columns.indexes import IndexMethod
from piccolo.table import TABLE_REGISTRY, Table

from app.kernel.database import engine_name, rows
from tests.architecture.sources import ROOMS, files, module_name

for _path in files("app", ".py"):
    if _path.name == "tables.py" or _path.stem in ("audit", "outbox"):
        importlib.import_module(module_name(_path))

TABLES = [table for table in TABLE_REGISTRY if table.__module__.startswith("app.")]


def label(table: type[Table]) -> str:
    return f"{table.__module__}.{table.__name__}"


def test_there_are_tables():
    assert len(TABLES) > 10
    assert {label(table).split(".")[1] for table in TABLES} <= set(ROOMS)


def test_each_table_says_what_one_row_is():
    assert [label(table) for table in TABLES if not (table.__dict__.get("__doc__") or "").strip()] == []


def test_no_row_vanishes_with_another():
    """No row that a person's record depends on is deleted: every foreign key restricts."""
    loose = [
        f"{label(table)}.{column._meta.name}"
        for table in TABLES
        for column in table._meta.columns
        if isinstance(column, ForeignKey) and column._foreign_key_meta.on_delete is not OnDelete.restrict
    ]
    assert loose == []


def test_a_required_column_has_no_silent_default():
    """A column is required, or null by default, or has a default that its line spells out."""
    silent = [
        f"{label(table)}.{column._meta.name}"
        for table in TABLES
        for column in table._meta.columns
        if column._meta.null and column._meta.params.get("default") is not None
    ]
    assert silent == []


async def _columns() -> dict[str, dict[str, bool]]:
    """What the database has: table → column → whether it may be null."""
    found: dict[str, dict[str, bool]] = {}
    if engine_name() == "sqlite":
        for table in await rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            info = await rows(f'PRAGMA table_info("{table["name"]}")')
            found[table["name"]] = {str(column["name"]): not column["notnull"] and not column["pk"] for column in info}
        return found
    for column in await rows("SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"):
        found.setdefault(column["table_name"], {})[column["column_name"]] = column["is_nullable"] == "YES"
    return found


async def test_the_migrations_make_the_tables_that_piccolo_knows(database):
    made = await _columns()
    known = {
        table._meta.tablename: {column._meta.db_column_name: bool(column._meta.null) for column in table._meta.columns} for table in TABLES
    }
    assert {name: made.get(name) for name in known} == known
    # The kernel's own small ground, read by raw SQL alone.
    assert set(made) - set(known) <= {"migration", "sqlite_sequence", "instance_value", "seal_head"}


async def _foreign_keys() -> set[tuple[str, str, str]]:
    if engine_name() == "sqlite":
        tables = [table["name"] for table in await rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {(name, key["from"], key["table"]) for name in tables for key in await rows(f'PRAGMA foreign_key_list("{name}")')}
    return {
        (key["child"], key["column_name"], key["parent"])
        for key in await rows(
            "SELECT c.conrelid::regclass::text AS child, a.attname::text AS column_name, c.confrelid::regclass::text AS parent "
            "FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) WHERE c.contype = 'f'"
        )
    }


async def test_foreign_keys_are_held_by_the_database(database):
    known = {
        (table._meta.tablename, column._meta.db_column_name, column._foreign_key_meta.resolved_references._meta.tablename)
        for table in TABLES
        for column in table._meta.columns
        if isinstance(column, ForeignKey)
    }
    assert await _foreign_keys() == known


async def test_indexes_are_made_by_migrations_alone(database):
    """Piccolo would make its own beside ours."""
    indexed = [
        f"{label(table)}.{column._meta.name}"
        for table in TABLES
        for column in table._meta.columns
        if column._meta.index or column._meta.index_method is not IndexMethod.btree
    ]
    assert indexed == []
