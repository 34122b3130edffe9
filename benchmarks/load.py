"""A load over HTTP from another process: wrk where it is installed, else a small Python client (slower, and said so)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.report import Run

CONNECTIONS = 16

# Bodies are sent in the order of the file, each once; after the last they start again.
_LUA = """
local bodies, n = {}, 0
function init(arguments)
  if arguments[1] then for line in io.lines(arguments[1]) do bodies[#bodies + 1] = line end end
end
function request()
  if #bodies == 0 then return wrk.format() end
  n = n + 1
  if spread then wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", n % 250, math.floor(n / 250) % 250, n % 199) end
  return wrk.format(nil, nil, nil, bodies[(n - 1) % #bodies + 1])
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests": %d, "us": %d, "p50": %d, "p99": %d, "faults": %d}\\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class Measured(Protocol):
    """A server whose CPU time can be read."""

    url: str

    def cpu_seconds(self) -> float: ...


@dataclass(frozen=True)
class Ask:
    """What is asked, over and over: one request, or POSTs of one body after the other."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    bodies: Sequence[str] = ()
    spread: bool = False
    """Each request from an address of its own, as a proxy would say: a crowd is not one phone, and limits per address know that."""


def client() -> str:
    """Who makes the load."""
    return "wrk" if shutil.which("wrk") else "python"


def load(server: Measured, ask: Ask, *, seconds: float, connections: int = CONNECTIONS) -> Run:
    """Ask for some seconds and measure."""
    with tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder) / "bodies"
        bodies.write_text("\n".join(ask.bodies))
        before = server.cpu_seconds()
        said = (
            _wrk(server.url, ask, Path(folder), seconds, connections)
            if client() == "wrk"
            else _python(server.url, ask, bodies, seconds, connections)
        )
        spent = server.cpu_seconds() - before
    return _run(said, spent)


def _run(said: str, spent: float) -> Run:
    figures = json.loads(said)
    requests = max(1, figures["requests"])
    return Run(
        requests=figures["requests"],
        per_second=figures["requests"] / figures["us"] * 1e6,
        p50_ms=figures["p50"] / 1000,
        p99_ms=figures["p99"] / 1000,
        cpu_us=spent / requests * 1e6,
        faults=figures["faults"],
    )


def once_each(server: Measured, ask: Ask) -> Run:
    """Send every body exactly once, with the Python client: where what is asked for can be had only once."""
    with tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder) / "bodies"
        bodies.write_text("\n".join(ask.bodies), encoding="utf-8")
        before = server.cpu_seconds()
        said = _python(server.url, ask, bodies, 60, CONNECTIONS, requests=len(ask.bodies))
        return _run(said, server.cpu_seconds() - before)


def _wrk(url: str, ask: Ask, folder: Path, seconds: float, connections: int) -> str:
    headers = "".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in ask.headers.items())
    script = folder / "ask.lua"
    script.write_text(f"spread = {json.dumps(ask.spread)}\nwrk.method = {json.dumps(ask.method)}\n{headers}{_LUA}", encoding="utf-8")
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s", "--timeout", "10s"]
    arguments = [str(folder / "bodies")] if ask.bodies else []
    done = subprocess.run([*command, "--script", str(script), url + ask.path, "--", *arguments], check=True, capture_output=True, text=True)
    found = re.findall(r"^\{.*\}$", done.stdout, re.MULTILINE)
    if not found:
        raise RuntimeError(f"wrk did not say what it saw:\n{done.stdout}\n{done.stderr}")
    return str(found[-1])


def _python(url: str, ask: Ask, bodies: Path, seconds: float, connections: int, requests: int = 0) -> str:
    order = {
        "url": url,
        "path": ask.path,
        "method": ask.method,
        "headers": dict(ask.headers),
        "seconds": seconds,
        "connections": connections,
        "spread": ask.spread,
        "requests": requests,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client", json.dumps(order), str(bodies) if ask.bodies else ""],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
