"""Backup and restore: what comes back is what was there, on either engine, or nothing at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from app.kernel.actor import Actor
from app.kernel.archive import ArchiveFault, check_archive, read_archive, write_archive
from app.kernel.database import close_database, open_database, rows, run, unit_of_work
from app.settings import Settings
from tests.ground.databases import Engine

BY = Actor.system("test")


async def some_data() -> None:
    async with unit_of_work(BY) as work:
        await run("INSERT INTO instance_value (name, value) VALUES ({}, {})", "x", 'Đặc khu "Đảo Ngọc"\n\x1f')
        work.record("thing.made", "thing:x", personal={"name": "Lê Thị Ngọc Ánh"})


async def everything() -> dict[str, list[dict[str, object]]]:
    return {
        table: await rows(f"SELECT * FROM {table} ORDER BY 1")
        for table in ("instance_value", "audit_entry", "audit_personal", "seal_head", "purpose")
    }


async def test_a_backup_restores_into_an_empty_database(database: Settings, engine: Engine, tmp_path: Path) -> None:
    await some_data()
    (database.data_dir / "secret.key").write_text("khóa")
    before = await everything()
    manifest = await write_archive(tmp_path / "b.zip", database.data_dir)
    assert {"tables/audit_entry.jsonl", "files/secret.key"} <= {member.name for member in manifest.members}
    await close_database()

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    url = engine.empty()
    await open_database(Settings(database_url=url, data_dir=elsewhere))
    await read_archive(tmp_path / "b.zip", elsewhere)
    assert await everything() == before
    assert (elsewhere / "secret.key").read_text() == "khóa"
    assert (elsewhere / "secret.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ArchiveFault, match="not empty"):
        await read_archive(tmp_path / "b.zip", elsewhere)
    await close_database()
    engine.remove(url)


async def test_a_damaged_backup_is_refused(database: Settings, tmp_path: Path) -> None:
    await some_data()
    await write_archive(tmp_path / "b.zip", database.data_dir)
    whole = (tmp_path / "b.zip").read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        (tmp_path / "damaged.zip").write_bytes(damaged)
        # A byte of the archive's own book-keeping may not matter; one that does is refused, in one kind of error.
        with contextlib.suppress(ArchiveFault):
            assert check_archive(tmp_path / "damaged.zip") == check_archive(tmp_path / "b.zip")
    (tmp_path / "b.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArchiveFault):
        check_archive(tmp_path / "b.zip")
