"""What a run found, and how it is printed."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One load on one server: how many requests a second, how long they took, what they cost the server's process."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """CPU microseconds of the server's process per request, from /proc."""
    faults: int = 0
    """Answers that were neither 2xx nor 3xx, and broken connections."""


@dataclass(frozen=True)
class Median:
    """The medians of several runs of the same load."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    faults: int

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Median:
        """The median of each figure; faults are added up."""

        def middle(name: str) -> float:
            return float(statistics.median(getattr(run, name) for run in runs))

        return cls(middle("per_second"), middle("p50_ms"), middle("p99_ms"), middle("cpu_us"), sum(run.faults for run in runs))


@dataclass
class Finding:
    """One question's answer: ours beside the limit, and what must hold."""

    question: str
    ours: Median
    limit: Median | None
    """None where only a promise is asked for."""
    aim: float = 0.0
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Promises that did not hold: a double admission, a wrong answer. Any of them fails the run."""

    @property
    def ratio(self) -> float:
        """Requests a second, ours against the limit."""
        return self.ours.per_second / self.limit.per_second if self.limit else 1.0

    @property
    def cpu_ratio(self) -> float:
        """CPU a request, the limit against ours: what the ratio would be if nothing else ran on the machine."""
        return self.limit.cpu_us / self.ours.cpu_us if self.limit else 1.0

    def lines(self) -> list[str]:
        """For people."""

        def row(name: str, one: Median) -> str:
            return (
                f"  {name:<7}{one.per_second:>9,.0f}/s   p50 {one.p50_ms:>7.2f} ms   p99 {one.p99_ms:>7.2f} ms   CPU {one.cpu_us:>7.0f} µs"
            )

        lines = [self.question, row("ours", self.ours)]
        if self.limit:
            aim = f" (aim ≥ {self.aim:.0%}: {'met' if self.ratio >= self.aim else 'MISSED'})" if self.aim else ""
            lines.append(row("limit", self.limit))
            lines.append(f"  ratio  {self.ratio:>8.0%} by requests, {self.cpu_ratio:.0%} by CPU a request{aim}")
        if faults := self.ours.faults + (self.limit.faults if self.limit else 0):
            lines.append(f"  {faults} answers were faults")
        return [*lines, *(f"  {note}" for note in self.notes), *(f"  BROKEN: {what}" for what in self.broken)]


def write(findings: Sequence[Finding], path: Path) -> None:
    """For machines."""
    figures = [asdict(finding) | {"ratio": finding.ratio, "cpu_ratio": finding.cpu_ratio} for finding in findings]
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
