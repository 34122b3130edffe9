"""Registrations: how many a second through one server, and what happens when 200 people want the last ten places at once.

The limit makes the same rows (place, registration, ticket, mail) in one transaction each through the raw driver.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from pathlib import Path

import httpx

from app.kernel.database import close_database, open_database, row
from benchmarks.load import Ask, load
from benchmarks.report import Finding, Median, Run
from benchmarks.servers import limit, ours
from tests.ground.crowd import publish_week, settings_for, take_registrations, wishes
from tests.ground.databases import Engine, migrated

ROUNDS = 3
SECONDS = 3
PER_ROUND = 8_000
PLACES = 10
PEOPLE = 200


def _week(engine: Engine, home: Path, capacity: int) -> tuple[str, str]:
    home.mkdir()
    with migrated(engine) as source:
        url = engine.copy(source, home)
    publish_week(url, home, sessions=30)
    return url, take_registrations(url, home, capacity=capacity)


def registrations(engine: Engine, folder: Path) -> Finding:
    """Registrations a second at 16 connections, with room for everybody."""
    url, slug = _week(engine, folder / f"{engine.name}-registrations", 1_000_000)
    home = folder / f"{engine.name}-registrations"
    bare_home = folder / f"{engine.name}-registrations-limit"
    bare_home.mkdir()
    bare_url = engine.copy(url, bare_home)
    bodies = wishes(ROUNDS * PER_ROUND, slug)
    runs: dict[str, list[Run]] = {"ours": [], "limit": []}
    with ours(url, home) as server, limit("registrations", LIMIT_DATABASE_URL=bare_url, LIMIT_PLACE=json.dumps({"slug": slug})) as bare:
        for n in range(ROUNDS):
            headers = {"Content-Type": "application/json"}
            ask = Ask("/api/v1/registrations", "POST", headers, bodies[n * PER_ROUND : (n + 1) * PER_ROUND], spread=True)
            runs["limit"].append(load(bare, ask, seconds=SECONDS))
            runs["ours"].append(load(server, ask, seconds=SECONDS))
    made, taken = asyncio.run(_made(url, home))
    finding = Finding(f"Registrations over HTTP, {engine.name}, 16 connections", Median.of(runs["ours"]), Median.of(runs["limit"]))
    finding.notes.append(f"{made:,} registrations stored, {taken:,} places taken")
    if made != taken:
        finding.broken.append(f"{made} registrations hold {taken} places")
    for used in (url, bare_url):
        engine.remove(used)
    return finding


def last_places(engine: Engine, folder: Path) -> Finding:
    """200 people at once for the last ten places: exactly ten get one."""
    home = folder / f"{engine.name}-places"
    url, slug = _week(engine, home, PLACES)
    with ours(url, home) as server:
        before, started = server.cpu_seconds(), time.perf_counter()
        answers, times = asyncio.run(_rush(server.url, wishes(PEOPLE, slug)))
        spent, cpu = time.perf_counter() - started, server.cpu_seconds() - before
    made, taken = asyncio.run(_made(url, home))
    times.sort()
    run = Run(PEOPLE, PEOPLE / spent, times[PEOPLE // 2] * 1000, times[PEOPLE * 99 // 100] * 1000, cpu / PEOPLE * 1e6)
    finding = Finding(f"{PEOPLE} at once for the last {PLACES} places, {engine.name}", Median.of([run]), None)
    finding.notes.append(f"answers: {dict(sorted(answers.items()))}; stored {made} registrations, {taken} places")
    if (answers[201], made, taken) != (PLACES, PLACES, PLACES):
        finding.broken.append(f"{answers[201]} got a place, {made} are stored, {taken} are counted; there were {PLACES}")
    if set(answers) - {201, 409}:
        finding.broken.append(f"answers other than 201 and 409: {dict(answers)}")
    engine.remove(url)
    return finding


async def _rush(url: str, bodies: list[str]) -> tuple[Counter[int], list[float]]:
    times: list[float] = []

    async def one(client: httpx.AsyncClient, n: int, body: str) -> int:
        started = time.perf_counter()
        answer = await client.post(
            "/api/v1/registrations",
            content=body,
            headers={"content-type": "application/json", "x-forwarded-for": f"10.1.{n // 250}.{n % 250}"},
        )
        times.append(time.perf_counter() - started)
        return answer.status_code

    limits = httpx.Limits(max_connections=PEOPLE)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        return Counter(await asyncio.gather(*(one(client, n, body) for n, body in enumerate(bodies)))), times


async def _made(database_url: str, data_dir: Path) -> tuple[int, int]:
    await open_database(settings_for(database_url, data_dir))
    try:
        made = await row("SELECT count(*) AS n FROM registration WHERE state = 'confirmed'")
        taken = await row("SELECT coalesce(sum(taken), 0) AS n FROM places")
        assert made is not None
        assert taken is not None
        return int(made["n"]), int(taken["n"])
    finally:
        await close_database()
