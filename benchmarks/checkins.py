"""How many people a second come in through one server, at 16 connections, on both engines; and what more registrations cost.

Both servers get copies of one database, and every round tickets that were not scanned yet; every twentieth scan shows a
ticket for the second time. Afterwards the database is asked: no ticket was admitted twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.kernel.database import close_database, open_database, row
from benchmarks.load import Ask, load, once_each
from benchmarks.report import Finding, Median, Run
from benchmarks.servers import limit, ours
from benchmarks.week import publish
from tests.ground.crowd import TOKEN, Gate, make_gate, one_scan, scans, settings_for
from tests.ground.databases import Engine, migrated

ROUNDS = 3
SECONDS = 4
GROWTH_CHECKPOINTS = 9
"""The first of them warms up."""
PER_ROUND = 40_000
"""More than any server here admits in one round, so that no body is sent twice."""


def _ask(codes: Sequence[str]) -> Ask:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return Ask("/api/v1/scans", "POST", headers, scans(codes))


async def _admissions(database_url: str, data_dir: Path) -> tuple[int, int]:
    """How many admissions are stored, and how many tickets have more than one."""
    await open_database(settings_for(database_url, data_dir))
    try:
        stored = await row("SELECT count(*) AS n FROM scan WHERE result = 'admitted'")
        double = await row(
            "SELECT count(*) AS n FROM (SELECT 1 FROM scan WHERE result = 'admitted' GROUP BY ticket, checkpoint HAVING count(*) > 1) AS d"
        )
        assert stored is not None
        assert double is not None
        return int(stored["n"]), int(double["n"])
    finally:
        await close_database()


def checkins(engine: Engine, folder: Path) -> Finding:
    """Scans a second on this engine, against the same two statements in a bare handler."""
    with migrated(engine) as source:
        seeded = folder / f"{engine.name}-seed"
        seeded.mkdir()
        url = engine.copy(source, seeded)
        publish(url, seeded)
        gate = make_gate(url, seeded, ROUNDS * PER_ROUND + 1_000)
        folders = {name: folder / f"{engine.name}-{name}" for name in ("ours", "limit")}
        for one in folders.values():
            one.mkdir()
        urls = {name: engine.copy(url, one) for name, one in folders.items()}
    runs: dict[str, list[Run]] = {"ours": [], "limit": []}
    with (
        ours(urls["ours"], folders["ours"]) as server,
        limit("scans", LIMIT_DATABASE_URL=urls["limit"], LIMIT_PLACE=json.dumps(gate.place)) as bare,
    ):
        warm = _ask(gate.codes[-1_000:])
        load(server, warm, seconds=1)
        load(bare, warm, seconds=1)
        for n in range(ROUNDS):
            ask = _ask(gate.codes[n * PER_ROUND : (n + 1) * PER_ROUND])
            runs["limit"].append(load(bare, ask, seconds=SECONDS))
            runs["ours"].append(load(server, ask, seconds=SECONDS))
    stored, double = asyncio.run(_admissions(urls["ours"], folders["ours"]))
    finding = Finding(
        f"Check-ins over HTTP, {engine.name}, 16 connections" + (", synchronous=FULL" if engine.name == "sqlite" else ", fsync on"),
        Median.of(runs["ours"]),
        Median.of(runs["limit"]),
        aim=0.6,
        notes=[f"{stored:,} admissions stored, double admissions: {double}"],
    )
    if double:
        finding.broken.append(f"{double} tickets were admitted twice")
    for used in [url, *urls.values()]:
        engine.remove(used)
    return finding


def growth(engine: Engine, folder: Path) -> Finding:
    """CPU of one admission with 1,000 registrations and with 100,000.

    The same 8,000 admissions in both houses: at each of eight checkpoints a thousand tickets, every one for the first
    time there. In the larger house they lie among a hundred times as many.
    """
    houses = {count: _house(engine, folder / f"growth-{count}", count) for count in (1_000, 100_000)}
    runs: dict[int, list[Run]] = {count: [] for count in houses}
    with contextlib.ExitStack() as stack:
        servers = {count: stack.enter_context(ours(house.url, house.home)) for count, house in houses.items()}
        for n in range(GROWTH_CHECKPOINTS):
            for count, house in houses.items():
                headers = {"Authorization": f"Bearer {house.gate.tokens[n]}", "Content-Type": "application/json"}
                # No repeats here: every scan is an admission.
                ask = Ask("/api/v1/scans", "POST", headers, [one_scan(code) for code in house.chosen])
                runs[count].append(once_each(servers[count], ask))
    for house in houses.values():
        stored, double = asyncio.run(_admissions(house.url, house.home))
        assert (stored, double) == (GROWTH_CHECKPOINTS * 1_000, 0), (stored, double)
        engine.remove(house.url)
    results = {count: Median.of(each[1:]) for count, each in runs.items()}
    small, large = results[1_000], results[100_000]
    finding = Finding(
        f"One admission among 100,000 registrations (ours) and among 1,000 (limit), {engine.name}, Python client", large, small
    )
    finding.notes.append(f"CPU an admission grows {large.cpu_us / small.cpu_us:.2f} × (aim ≤ 1.20 ×)")
    return finding


@dataclass(frozen=True)
class _House:
    """A database with a crowd, and the thousand tickets that are scanned."""

    url: str
    home: Path
    gate: Gate
    chosen: list[str]


def _house(engine: Engine, home: Path, count: int) -> _House:
    home.mkdir()
    with migrated(engine) as source:
        url = engine.copy(source, home)
    publish(url, home)
    gate = make_gate(url, home, count, checkpoints=GROWTH_CHECKPOINTS)
    return _House(url, home, gate, random.Random(10_10).sample(gate.codes, 1_000))
