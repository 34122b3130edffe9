"""`ngayso migrate` and `ngayso audit verify`: keeping the database up to date, and proving its log whole."""

from __future__ import annotations

import click

from app.kernel import audit as _audit  # noqa: F401 - registers its log
from app.kernel import migrate as migrations
from app.kernel import seal
from app.kernel.command import refuse, with_database
from app.settings import Settings


@click.command()
def migrate() -> None:
    """Cập nhật cơ sở dữ liệu. / Bring the database up to date."""

    async def run(_: Settings) -> list[migrations.Migration]:
        return await migrations.migrate()

    for done in with_database(run, migrated=False):
        click.echo(f"{done.id}: {done.description}")
    click.echo("Cơ sở dữ liệu đã cập nhật. / The database is up to date.")


@click.group()
def audit() -> None:
    """Nhật ký kiểm toán. / The audit."""


@audit.command()
def verify() -> None:
    """Tính lại chuỗi niêm phong; sai thì thoát với mã 1. / Recompute the seals."""

    async def run(_: Settings) -> list[seal.Verdict]:
        await seal.seal_pending()
        return await seal.verify()

    verdicts = with_database(run)
    for verdict in verdicts:
        state = verdict.fault or "nguyên vẹn / whole"
        click.echo(f"{verdict.log}: {verdict.sealed} dòng / rows, {state}, {verdict.head}")
    if any(verdict.fault for verdict in verdicts):
        refuse("Nhật ký đã bị thay đổi. / The log has been altered.")
