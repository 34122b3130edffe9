"""`ngayso backup FILE` and `ngayso restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from app.kernel.archive import ArchiveFault, Manifest, read_archive, write_archive
from app.kernel.command import refuse, settings_or_refuse, with_database
from app.settings import Settings


def _say(manifest: Manifest) -> None:
    tables = [member for member in manifest.members if member.rows is not None]
    click.echo(
        f"{sum(member.rows or 0 for member in tables)} dòng / rows, {len(tables)} bảng / tables, "
        f"{len(manifest.members) - len(tables)} tệp / files"
    )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Sao lưu toàn bộ (dữ liệu, tệp, khóa) khi máy chủ vẫn chạy. / Back everything up while the server runs."""
    settings = settings_or_refuse()
    target = file.resolve()

    async def run(chosen: Settings) -> Manifest:
        return await write_archive(target, chosen.data_dir)

    try:
        _say(with_database(run, settings=settings))
    except (ArchiveFault, OSError) as fault:
        refuse(str(fault))
    click.echo(f"Đã sao lưu và kiểm tra / backed up and verified: {file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Khôi phục vào một cơ sở dữ liệu trống. / Restore into an empty database."""
    settings = settings_or_refuse()

    async def run(chosen: Settings) -> Manifest:
        return await read_archive(file, chosen.data_dir)

    try:
        _say(with_database(run, settings=settings, migrated=False))
    except ArchiveFault as fault:
        refuse(str(fault))
    click.echo("Đã khôi phục. / Restored.")
