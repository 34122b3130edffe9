"""Fresh databases, fast: one is migrated per test run, every test gets a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.ground.ports import scratch
from tests.ground.postgres import Cluster

ROOT = Path(__file__).resolve().parents[2]


def ngayso(
    *arguments: str, database_url: str, data_dir: Path, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the `ngayso` command line for real, and return what it said and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=clean_environment(database_url, data_dir, **environment),
    )


def clean_environment(database_url: str, data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a server of ours: no NGAYSO_ variable of the developer's shell leaks in."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("NGAYSO_")}
    return (
        own
        | {
            "NGAYSO_DATABASE_URL": database_url,
            "NGAYSO_DATA_DIR": str(data_dir),
            "NGAYSO_SECRET_KEY": "a secret of the tests, long enough to sign with",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        | more
    )


def must(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """Let a command that ought to succeed say why it did not."""
    assert done.returncode == 0, f"{' '.join(done.args)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


class Engine(Protocol):
    """One of the two database engines, as the tests use it."""

    name: str

    def empty(self) -> str: ...
    def copy(self, source: str, data_dir: Path) -> str: ...
    def remove(self, url: str) -> None: ...
    def stop(self) -> None: ...


class Sqlite:
    """SQLite: a database is a file, a copy is a file copy."""

    name = "sqlite"

    def __init__(self) -> None:
        self.folder = scratch("sqlite")

    def empty(self) -> str:
        """The address of a database that does not exist yet."""
        return f"sqlite:///{self.folder / 'template'}-{len(list(self.folder.iterdir()))}.sqlite"

    def copy(self, source: str, data_dir: Path) -> str:
        """Copy the database at `source` into `data_dir`."""
        target = data_dir / "ngayso.sqlite"
        shutil.copyfile(source.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"

    def remove(self, url: str) -> None:
        """Nothing: the file goes with its data folder."""

    def stop(self) -> None:
        """Remove the templates."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql:
    """PostgreSQL: a copy is CREATE DATABASE … TEMPLATE."""

    name = "postgresql"

    def __init__(self, *, on_disk: bool = False) -> None:
        self.cluster = Cluster(on_disk=on_disk).start()

    def empty(self) -> str:
        """The address of a new, empty database."""
        return self.cluster.url(self.cluster.database())

    def copy(self, source: str, data_dir: Path) -> str:
        """Make a copy of the database at `source`."""
        return self.cluster.url(self.cluster.database(template=source.rsplit("/", 1)[1]))

    def remove(self, url: str) -> None:
        """Drop the database."""
        self.cluster.drop(url.rsplit("/", 1)[1])

    def stop(self) -> None:
        """Stop the server."""
        self.cluster.stop()


_MIGRATE = """
import asyncio
from app.kernel.database import close_database, open_database
from app.kernel.migrate import migrate
from app.settings import Settings

async def main():
    await open_database(Settings.from_env())
    await migrate()
    await close_database()

asyncio.run(main())
"""


def migrate(database_url: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    """Bring a database up to date in a process of its own: this one's engine and event loop stay untouched."""
    environment = clean_environment(database_url, data_dir)
    command = [sys.executable, "-c", _MIGRATE]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120, env=environment)


_SAMPLE = """
import asyncio
from datetime import datetime
from app.accounts.demo import ensure_demo_accounts
from app.demo import EDITION, load_sample
from app.kernel.database import close_database, open_database
from app.kernel.signing import load_secrets, use_secrets
from app.settings import Settings

async def main():
    settings = Settings.from_env()
    use_secrets(load_secrets(settings.secret_key, settings.data_dir))
    await open_database(settings)
    await load_sample(settings, datetime.fromisoformat("2026-10-08T09:40:00+07:00"))
    await ensure_demo_accounts(EDITION)
    await close_database()

asyncio.run(main())
"""


@contextmanager
def sampled(engine: Engine) -> Iterator[str]:
    """A database with the sample week as the demo has it: published, with accounts, gates and registrations."""
    folder = scratch("sample")
    url = engine.empty()
    try:
        environment = clean_environment(url, folder)
        command = [sys.executable, "-c", _SAMPLE]
        must(subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=180, env=environment))
        yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def migrated(engine: Engine) -> Iterator[str]:
    """A migrated, otherwise empty database to copy from."""
    folder = scratch("migrate")
    url = engine.empty()
    try:
        must(migrate(url, folder))
        yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)
