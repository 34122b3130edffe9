"""How a command of `ngayso` runs: settings from the environment, an open and migrated database, plain sentences for faults."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

import click

from app.kernel.address import use_base_url
from app.kernel.database import close_database, open_database
from app.kernel.errors import DomainError
from app.kernel.migrate import pending
from app.kernel.signing import WeakSecret, load_secrets, use_secrets
from app.settings import Settings, SettingsFault

Result = TypeVar("Result")


def refuse(sentence: str) -> NoReturn:
    """End with exit code 1 and one sentence on standard error."""
    click.echo(sentence, err=True)
    raise SystemExit(1)


def settings_or_refuse(**overrides: Any) -> Settings:
    """The settings of the environment; a value that cannot be used ends the command with the reason."""
    try:
        settings = Settings.from_env(**overrides)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        use_secrets(load_secrets(settings.secret_key, settings.data_dir))
        use_base_url(settings.base_url)
    except (SettingsFault, WeakSecret) as fault:
        refuse(str(fault))
    except OSError as fault:
        refuse(f"Không dùng được thư mục dữ liệu / the data folder cannot be used: {fault}")
    return settings


def with_database(work: Callable[[Settings], Awaitable[Result]], *, settings: Settings | None = None, migrated: bool = True) -> Result:
    """Run `work(settings)` on the open database and close it. A `DomainError` becomes its sentence and exit code 1.

    `migrated=False`: the command brings the schema up to date itself.
    """
    chosen = settings or settings_or_refuse()

    async def opened() -> Result:
        try:
            await open_database(chosen)
        except Exception as fault:
            refuse(f"Không mở được cơ sở dữ liệu / the database cannot be opened: {type(fault).__name__}: {fault}")
        try:
            if migrated and await pending():
                refuse("Cơ sở dữ liệu chưa cập nhật; hãy chạy: ngayso migrate / the database is not up to date; run: ngayso migrate")
            return await work(chosen)
        except DomainError as fault:
            refuse(str(fault))
        finally:
            await close_database()

    return asyncio.run(opened())
