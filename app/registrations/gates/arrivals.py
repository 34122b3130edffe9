"""Arrivals as the organisers follow them on the Day: counts, their pace, the last scans. No names: nobody needs them there."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.kernel.clock import now
from app.kernel.database import engine_name, row, rows
from app.kernel.text import Text

PACE = timedelta(minutes=5)
SHOWN = timedelta(hours=3)
MOST_SCANS = 8
FEWEST_SPANS = 24


class Pace(msgspec.Struct, frozen=True):
    """How many came in five minutes. `label` is their beginning on the wall clock."""

    at: datetime
    label: str
    value: int


class LastScan(msgspec.Struct, frozen=True):
    """One of the last scans, without saying who."""

    at: datetime
    gate: Text
    device: str
    kind: str
    result: str


class Detail(msgspec.Struct, frozen=True):
    """One checkpoint up close: its pace in the last hours, what was refused today, the last scans."""

    pace: tuple[Pace, ...]
    lately: int
    refused: dict[str, int]
    last: tuple[LastScan, ...]

    @property
    def refused_in_all(self) -> int:
        """Scans of today that let nobody in."""
        return sum(self.refused.values())


# Five-minute spans since 1970, as whole numbers, alike on both engines.
_SPAN = {
    "sqlite": "CAST(strftime('%s', scanned_at) AS INTEGER) / 300",
    "postgresql": "CAST(floor(extract(epoch FROM scanned_at) / 300) AS BIGINT)",
}


async def detail(checkpoint: UUID, zone: str) -> Detail:
    """One checkpoint up close. Three statements."""
    at = now()
    since = at - SHOWN
    span = _SPAN[engine_name()]
    counted = {
        int(one["span"]): int(one["n"])
        for one in await rows(
            f"SELECT {span} AS span, count(*) AS n FROM scan WHERE checkpoint = {{}} AND received_at >= {{}} AND scanned_at >= {{}} "
            f"AND admission_window IS NOT NULL GROUP BY {span}",
            checkpoint,
            since,
            since,
        )
    }
    midnight = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    refused = await rows(
        "SELECT result, count(*) AS n FROM scan WHERE checkpoint = {} AND received_at >= {} AND result <> 'admitted' GROUP BY result "
        "ORDER BY count(*) DESC, result",
        checkpoint,
        midnight,
    )
    last = await rows(
        "SELECT s.scanned_at, s.result, t.kind, g.name_vi, g.name_en, d.name FROM scan s JOIN gate g ON g.id = s.gate "
        "JOIN device d ON d.id = s.device LEFT JOIN ticket t ON t.id = s.ticket "
        f"WHERE s.checkpoint = {{}} ORDER BY s.received_at DESC, s.id DESC LIMIT {MOST_SCANS}",
        checkpoint,
    )
    return Detail(
        _paced(counted, at, ZoneInfo(zone)),
        _lately(counted, at),
        {one["result"]: int(one["n"]) for one in refused},
        tuple(
            LastScan(one["scanned_at"], Text(one["name_vi"], one["name_en"]), one["name"], one["kind"] or "", one["result"]) for one in last
        ),
    )


def _paced(counted: dict[int, int], at: datetime, zone: ZoneInfo) -> tuple[Pace, ...]:
    """Every span from the first arrival of the last hours until now, two hours at least; quiet ones are zeros."""
    if not counted:
        return ()
    seconds = int(PACE.total_seconds())
    end = int(at.timestamp()) // seconds
    paces = []
    for span in range(min(*counted, end - FEWEST_SPANS + 1), end + 1):
        begins = datetime.fromtimestamp(span * seconds, zone)
        paces.append(Pace(begins, f"{begins:%H:%M}", counted.get(span, 0)))
    return tuple(paces)


def _lately(counted: dict[int, int], at: datetime) -> int:
    """Arrivals in the present and the last span: five to ten minutes, so that the figure does not fall to zero on the dot."""
    span = int(at.timestamp()) // int(PACE.total_seconds())
    return counted.get(span, 0) + counted.get(span - 1, 0)


async def busiest(edition: UUID) -> UUID | None:
    """The checkpoint where somebody was scanned last."""
    found = await row(
        "SELECT s.checkpoint FROM scan s JOIN checkpoint c ON c.id = s.checkpoint WHERE c.edition = {} ORDER BY s.id DESC LIMIT 1", edition
    )
    return UUID(str(found["checkpoint"])) if found else None
