"""How fast what everybody reads is answered: the feed (whole and not modified) and the programme page, for 1,079 sessions.

The limit is a bare Litestar handler that answers with the same bytes and headers, kept in memory.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.load import Ask, load
from benchmarks.report import Finding, Median, Run
from benchmarks.servers import Kept, constants, keep, ours
from benchmarks.week import publish
from tests.ground.crowd import EDITION
from tests.ground.databases import Engine, migrated

ROUNDS = 5
SECONDS = 2


def reading(engine: Engine, folder: Path) -> list[Finding]:
    """Three findings: the feed with 200, with 304, and the programme page."""
    with migrated(engine) as source:
        home = folder / f"{engine.name}-reading"
        home.mkdir()
        url = engine.copy(source, home)
    publish(url, home)
    with ours(url, home) as server:
        feed = keep(f"{server.url}/{EDITION}/calendar.ics", accept_encoding="gzip")
        same = keep(f"{server.url}/{EDITION}/calendar.ics", accept_encoding="gzip", if_none_match=feed.headers["etag"])
        page = keep(f"{server.url}/{EDITION}/programme", accept_encoding="gzip", accept="text/html")
        asked = {
            "feed": Ask(f"/{EDITION}/calendar.ics", headers={"Accept-Encoding": "gzip"}),
            "same": Ask(f"/{EDITION}/calendar.ics", headers={"Accept-Encoding": "gzip", "If-None-Match": feed.headers["etag"]}),
            "page": Ask(f"/{EDITION}/programme", headers={"Accept-Encoding": "gzip", "Accept": "text/html"}),
        }
        answers = {"feed": feed, "same": same, "page": page}
        runs: dict[str, dict[str, list[Run]]] = {name: {"ours": [], "limit": []} for name in asked}
        with constants(answers, home) as bare:
            for name, ask in asked.items():
                for _ in range(ROUNDS):
                    runs[name]["limit"].append(load(bare, Ask(f"/{name}", headers=ask.headers), seconds=SECONDS))
                    runs[name]["ours"].append(load(server, ask, seconds=SECONDS))
    engine.remove(url)
    said = {"feed": "Calendar feed, 200", "same": "Calendar feed, 304", "page": "Programme page"}
    return [_finding(said[name], engine, answers[name], runs[name]) for name in asked]


def _finding(said: str, engine: Engine, answer: Kept, runs: dict[str, list[Run]]) -> Finding:
    finding = Finding(f"{said}, 1,079 sessions, {engine.name}", Median.of(runs["ours"]), Median.of(runs["limit"]), aim=0.5)
    finding.notes.append(
        f"answer {answer.status}, {len(answer.body):,} bytes on the wire ({answer.headers.get('content-encoding', 'plain')})"
    )
    if answer.status not in (200, 304):
        finding.broken.append(f"the answer was {answer.status}")
    return finding
