"""The servers that are measured: ours, and the limit's."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.ground.crowd import NOW
from tests.ground.databases import ROOT, clean_environment
from tests.ground.ports import free_port
from tests.ground.server import Server, cpu_seconds_of


class Limit:
    """One process of `benchmarks.limits`."""

    def __init__(self, kind: str, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.limits", kind, str(self.port)],
            cwd=ROOT,
            env=clean_environment("sqlite:///:memory:", ROOT) | environment,
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"{self.url}/health/ready").raise_for_status()
                return
            except httpx.HTTPError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the limit's server did not start") from None
                time.sleep(0.05)

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        return cpu_seconds_of(self.process.pid)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def limit(kind: str, **environment: str) -> Iterator[Limit]:
    """The limit's server, for a while."""
    one = Limit(kind, **environment)
    try:
        yield one
    finally:
        one.stop()


@contextmanager
def ours(database_url: str, data_dir: Path) -> Iterator[Server]:
    """Our server, for a while, with its clock inside the Week."""
    one = Server(database_url, data_dir, clock=NOW, NGAYSO_LOG_FORMAT="json").start()
    try:
        yield one
    finally:
        one.stop()


@dataclass(frozen=True)
class Kept:
    """One answer as it went over the wire, compressed as it was."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def keep(url: str, **headers: str) -> Kept:
    """Ask once and keep the answer."""
    with httpx.stream("GET", url, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=60) as answer:
        return Kept(answer.status_code, dict(answer.headers), b"".join(answer.iter_raw()))


@contextmanager
def constants(answers: Mapping[str, Kept], folder: Path) -> Iterator[Limit]:
    """A server that answers `/name` with what our own server answered before."""
    dropped = ("content-length", "content-type", "date", "transfer-encoding")
    kept = {
        name: {
            "status": answer.status,
            "type": answer.headers.get("content-type", "text/plain"),
            "headers": {key: value for key, value in answer.headers.items() if key not in dropped},
            "body": answer.body.hex(),
        }
        for name, answer in answers.items()
    }
    path = folder / "answers.json"
    path.write_text(json.dumps(kept), encoding="utf-8")
    with limit("constant", LIMIT_ANSWERS=str(path)) as one:
        yield one
