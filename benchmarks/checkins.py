"""How many people a second come in through one server, at 16 connections, on both engines; and what more registrations cost.

Both servers get copies of one database, and every round tickets that were not scanned yet; every twentieth scan shows a
ticket for the second time. Afterwards the database is asked: no ticket was admitted twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from app.kernel.database import close_database, open_database, row
from benchmarks.load import Ask, load
from benchmarks.report import Finding, Median, Run
from benchmarks.servers import limit, ours
from benchmarks.week import publish
from tests.ground.crowd import TOKEN, make_gate, scans, settings_for
from tests.ground.databases import Engine, migrated

ROUNDS = 3
SECONDS = 4
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
    """CPU of one scan with 1,000 registrations and with 100,000. Every scan is of a ticket of its own."""
    results: dict[int, Median] = {}
    for count in (1_000, 100_000):
        one = folder / f"growth-{count}"
        one.mkdir()
        with migrated(engine) as source:
            url = engine.copy(source, one)
        publish(url, one)
        # The smaller house has as many tickets in all as are scanned; the larger has a hundred times as many around them.
        gate = make_gate(url, one, count)
        with ours(url, one) as server:
            runs = []
            for n in range(ROUNDS + 1):
                part = count // (ROUNDS + 1)
                runs.append(load(server, _ask(gate.codes[n * part : (n + 1) * part][:10_000]), seconds=3))
        results[count] = Median.of(runs[1:])
        engine.remove(url)
    small, large = results[1_000], results[100_000]
    finding = Finding(
        f"One scan with 100,000 registrations against 1,000 ({engine.name}; ours is the larger, limit the smaller)", large, small
    )
    finding.notes.append(f"CPU a scan grows {large.cpu_us / small.cpu_us:.2f} × (aim ≤ 1.20 ×)")
    return finding
