"""A real `ngayso serve` in a process of its own, that can be killed like a power cut and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx

from tests.ground.databases import ROOT, clean_environment
from tests.ground.ports import free_port


class Server:
    """One server on a database and data folder that outlive it."""

    def __init__(self, database_url: str, data_dir: Path, *, clock: datetime | None = None, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self.data_dir = data_dir
        self.clock = clock
        self.environment = {"NGAYSO_BASE_URL": self.url} | environment
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data_dir / "server.log"

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self.process is not None
        return self.process.pid

    def start(self, *, timeout: float = 60) -> Server:
        """Start and wait until /health/ready answers 200.

        Raises:
            RuntimeError: it ended or did not get ready; carries the end of its log.
        """
        command = ["app.cli", "serve", "--port", str(self.port)]
        if self.clock is not None:
            command = ["tests.ground.serve_at", "--port", str(self.port), "--clock", self.clock.isoformat()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=clean_environment(self.database_url, self.data_dir, **self.environment),
            )
        deadline = time.monotonic() + timeout
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.said()
                self.stop()
                raise RuntimeError(f"the server did not get ready:\n{said}")
            time.sleep(0.05)
        return self

    def ready(self) -> bool:
        """Whether it answers and says it is ready."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def said(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:]) if self.log.exists() else ""

    def kill(self) -> None:
        """SIGKILL: what a power cut does to a process."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM and wait, as systemd does; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        return self.process.returncode

    def cpu_seconds(self) -> float:
        """User and system time this process has used so far, from /proc (Linux)."""
        return cpu_seconds_of(self.pid)


def cpu_seconds_of(pid: int) -> float:
    """User and system time of a process so far, from /proc (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ServerFactory = Callable[..., Server]
