"""`make bench`: all questions, or those named: `python -m benchmarks checkins reading --engine sqlite`."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import load
from benchmarks.checkins import checkins, growth
from benchmarks.places import last_places, registrations
from benchmarks.reading import reading
from benchmarks.report import Finding, write
from tests.ground.databases import Engine, Postgresql, Sqlite

Question = Callable[[Engine, Path], Iterable[Finding]]

QUESTIONS: dict[str, tuple[Question, tuple[str, ...]]] = {
    "checkins": (lambda engine, folder: [checkins(engine, folder)], ("sqlite", "postgresql")),
    "registrations": (lambda engine, folder: [registrations(engine, folder)], ("sqlite", "postgresql")),
    "places": (lambda engine, folder: [last_places(engine, folder)], ("sqlite", "postgresql")),
    "reading": (reading, ("sqlite",)),
    "growth": (lambda engine, folder: [growth(engine, folder)], ("sqlite",)),
}


def main() -> int:
    """Run the questions; 1 if a promise did not hold."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("questions", nargs="*", choices=[*QUESTIONS, []], help="which; without any, all")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, client: {load.client()}, client and server share this machine's cores.\n")
    started = time.monotonic()
    findings: list[Finding] = []
    # On a real disk: a database in memory would make a commit cost nothing.
    makers: dict[str, Callable[[], Engine]] = {"sqlite": Sqlite, "postgresql": lambda: Postgresql(on_disk=True)}
    for name, make in makers.items():
        if asked.engine not in (None, name):
            continue
        engine = make()
        folder = Path(tempfile.mkdtemp(prefix="ngayso-bench-"))
        try:
            for question in asked.questions or QUESTIONS:
                ask, engines = QUESTIONS[question]
                if name not in engines:
                    continue
                for finding in ask(engine, folder):
                    findings.append(finding)
                    print("\n".join(finding.lines()) + "\n", flush=True)
        finally:
            engine.stop()
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{time.monotonic() - started:.0f} s")
    if asked.json:
        write(findings, asked.json)
    broken = [what for finding in findings for what in finding.broken]
    if broken:
        print("Broken promises: " + "; ".join(broken), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
