"""`ngayso doctor`: is this installation well, said in plain sentences."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import aiosmtplib
import click

from app.kernel.command import settings_or_refuse
from app.kernel.database import close_database, engine_name, open_database, row
from app.kernel.mail import transport
from app.kernel.migrate import pending
from app.settings import SETTINGS, Settings

SMALLEST_DISK = 1 << 30
Check = Callable[[Settings], Awaitable[str]]


class Fault(Exception):
    """One thing that is not well; the message says what to do."""


async def _python(_: Settings) -> str:
    return f"Python {sys.version.split()[0]}"


async def _database(settings: Settings) -> str:
    if settings.is_sqlite and sqlite3.sqlite_version_info < (3, 40):
        raise Fault(f"SQLite {sqlite3.sqlite_version}: cần 3.40 trở lên / 3.40 or newer is needed.")
    if settings.is_sqlite and not os.path.exists(file := settings.database_url.removeprefix("sqlite:///")):  # noqa: ASYNC240
        raise Fault(f"chưa có {file}; hãy chạy / please run: ngayso init")
    try:
        await open_database(settings)
    except Exception as error:
        raise Fault(f"không mở được / cannot be opened: {type(error).__name__}: {error}") from error
    try:
        if waiting := await pending():
            raise Fault(f"còn {len(waiting)} bước cập nhật; hãy chạy / please run: ngayso migrate")
        version = sqlite3.sqlite_version
        if engine_name() == "postgresql":
            found = await row("SHOW server_version")
            version = str(found["server_version"]) if found else "?"
            if int(version.split(".")[0]) < 15:
                raise Fault(f"PostgreSQL {version}: cần 15 trở lên / 15 or newer is needed.")
        return f"{engine_name()} {version}"
    finally:
        await close_database()


async def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data_dir).free
    if free < SMALLEST_DISK:
        raise Fault(f"chỉ còn / only {free >> 20} MiB trống / free ({settings.data_dir})")
    return f"{free >> 30} GiB trống / free ({settings.data_dir})"


async def _privacy(settings: Settings) -> str:
    open_to_others = [path.name for path in (settings.data_dir, *settings.data_dir.iterdir()) if path.stat().st_mode & 0o077]
    if open_to_others:
        raise Fault(
            f"người dùng khác trên máy đọc được / others on this machine can read {', '.join(sorted(open_to_others)[:5])}; "
            f"hãy chạy / please run: chmod -R go= {settings.data_dir}"
        )
    return "chỉ tài khoản chạy máy chủ đọc được / only the server's account can read the data"


async def _mail(settings: Settings) -> str:
    if not settings.smtp_url:
        raise Fault("NGAYSO_SMTP_URL chưa đặt: thư không rời máy / unset: no mail leaves this machine.")
    try:
        async with transport(settings.smtp_url) as client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Fault(f"máy chủ thư không trả lời / the mail server does not answer: {type(error).__name__}: {error}") from error
    return "máy chủ thư trả lời / the mail server answers"


async def _address(settings: Settings) -> str:
    if not settings.https:
        raise Fault(
            f"NGAYSO_BASE_URL={settings.base_url}: không phải HTTPS; máy quét ở cửa cần HTTPS / gates need HTTPS "
            "(ngayso serve --tls self, hoặc một proxy / or a proxy)"
        )
    return settings.base_url


async def _clock(_: Settings) -> str:
    here = datetime.now(UTC)
    if here.year < 2026:
        raise Fault(f"đồng hồ máy chỉ {here:%Y-%m-%d}: sai ngày / the machine's clock is wrong")
    return f"{here:%Y-%m-%d %H:%M} UTC"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("Python", _python),
    ("Cơ sở dữ liệu / database", _database),
    ("Đĩa / disk", _disk),
    ("Riêng tư / privacy", _privacy),
    ("Thư / mail", _mail),
    ("Địa chỉ / address", _address),
    ("Đồng hồ / clock", _clock),
)


@click.command()
@click.option("--settings", "list_settings", is_flag=True, help="Liệt kê mọi biến cấu hình / list every setting.")
def doctor(list_settings: bool) -> None:
    """Kiểm tra cấu hình, dữ liệu, thư, đĩa, đồng hồ. / Check settings, database, mail, disk, clock."""
    if list_settings:
        for setting in SETTINGS:
            click.echo(f"{setting.variable}\n    {setting.meaning}\n    mặc định / default: {setting.default}")
        return
    settings = settings_or_refuse()
    if not _all_well(settings):
        raise SystemExit(1)


def _all_well(settings: Settings) -> bool:
    well = True
    for name, check in CHECKS:
        try:
            click.echo(f"✓ {name}: {asyncio.run(check(settings))}")  # type: ignore[arg-type]
        except Fault as fault:
            well = False
            click.echo(f"✗ {name}: {fault}")
    return well
