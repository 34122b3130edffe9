"""A throw-away PostgreSQL from the system's binaries: own folder, free port, unprivileged user, fsync on as in life."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import time
from pathlib import Path

import asyncpg

from tests.ground.background import Background
from tests.ground.ports import free_port, scratch

HOW_TO_GET_IT = (
    "PostgreSQL is not installed, and the tests run on it too. Install it with: sudo apt-get install postgresql (Debian, Ubuntu)."
)


def binaries() -> Path:
    """The folder of the newest installed PostgreSQL.

    Raises:
        RuntimeError: there is none; says how to get it.
    """
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise RuntimeError(HOW_TO_GET_IT)


class Cluster:
    """One running PostgreSQL server. `database()` makes databases in it, optionally as a copy of another."""

    def __init__(self, *, on_disk: bool = False) -> None:
        self.bin = binaries()
        self.folder = scratch("postgresql", on_disk=on_disk)
        self.port = free_port()
        self.password = secrets.token_hex(16)
        # The server refuses to run as root: as root we hand it to the user that Debian's package made, or to nobody.
        self._as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.process: subprocess.Popen[bytes] | None = None
        self._background = Background("postgresql")
        self._connection: asyncpg.Connection | None = None
        self._count = 0

    def start(self) -> Cluster:
        """Make the cluster and wait until it answers."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # read once by the other user, inside a folder only he can enter
        self._run([
            "initdb", "--pgdata", str(self.folder / "data"), "--username=ngayso", f"--pwfile={secret}", "--auth=password",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync",
        ])  # fmt: skip
        secret.unlink()
        options = {
            "listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(self.folder), "max_connections": "120",
            "shared_buffers": "64MB", "fsync": "on", "synchronous_commit": "on", "timezone": "UTC", "log_min_messages": "fatal",
        }  # fmt: skip
        arguments = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.folder / "data"), *arguments],
                cwd="/", stdout=log, stderr=log, **self._as_user,  # type: ignore[call-overload]
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                self._connection = self._background.run(asyncpg.connect(self.url("postgres")))
                return self
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._connection is not None:
            self._background.run(self._connection.close())
        self._background.stop()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of one database, as NGAYSO_DATABASE_URL wants it."""
        return f"postgresql://ngayso:{self.password}@127.0.0.1:{self.port}/{database}"

    def database(self, *, template: str = "template0") -> str:
        """Make a new database, a copy of `template`, and return its name."""
        self._count += 1
        name = f"week_{self._count}"
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database even while somebody is still connected to it."""
        self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _sql(self, statement: str) -> None:
        assert self._connection is not None
        self._background.run(self._connection.execute(statement))

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]], cwd="/", check=False, capture_output=True, text=True, **self._as_user  # type: ignore[call-overload]
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed:\n{done.stderr}")
