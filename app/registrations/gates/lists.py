"""What the organisers see of an edition's checkpoints: their gates, devices, hours, and how many are in."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from app.events.programme.queries import EditionView
from app.kernel import live
from app.kernel.clock import now
from app.kernel.database import Row, row, rows
from app.kernel.text import Text
from app.registrations.gates.decision import Per, Rule, window
from app.registrations.gates.posts import rule_of
from app.registrations.gates.pulse import topic

DeviceState = Literal["waiting", "lapsed", "active", "revoked"]
_TALLY_KEPT_SECONDS = 1.0


class DeviceView(msgspec.Struct, frozen=True):
    """A device as its supervisor sees it. `waiting`: its QR is open; `lapsed`: nobody used it in time."""

    id: UUID
    name: str
    state: DeviceState
    enrolled_at: datetime | None
    last_seen_at: datetime | None
    expires_at: datetime | None


class GateView(msgspec.Struct, frozen=True):
    """A gate with its devices (revoked ones last) and how many it let in, in the present window."""

    id: UUID
    code: str
    name: Text
    admitted: int
    devices: tuple[DeviceView, ...]


class CheckpointView(msgspec.Struct, frozen=True):
    """A checkpoint with all that hangs on it. `activity` none: every ticket of the edition."""

    id: UUID
    name: Text
    activity: Text | None
    activity_number: int | None
    rule: Rule
    revision: int
    gates: tuple[GateView, ...]
    expected: int

    @property
    def per(self) -> Per:
        """How often one ticket is admitted."""
        return self.rule.per

    @property
    def admitted(self) -> int:
        """How many are in, in the present window."""
        return sum(gate.admitted for gate in self.gates)

    @property
    def devices(self) -> int:
        """Devices that may scan."""
        return sum(device.state == "active" for gate in self.gates for device in gate.devices)


class OpenActivity(msgspec.Struct, frozen=True):
    """An activity that has tickets and no checkpoint yet: one click opens its gates."""

    number: int
    title: Text
    tickets: int


_CHECKPOINTS = """
SELECT c.id, c.name_vi, c.name_en, c.activity, c.opens_at, c.closes_at, c.per, c.revision, e.id AS edition, e.zone,
       a.title_vi, a.title_en, a.number
FROM checkpoint c JOIN edition e ON e.id = c.edition LEFT JOIN activity a ON a.id = c.activity
WHERE c.edition = {} ORDER BY c.position, c.id
"""
_GATES = """
SELECT g.id, g.checkpoint, g.code, g.name_vi, g.name_en FROM gate g JOIN checkpoint c ON c.id = g.checkpoint
WHERE c.edition = {} ORDER BY g.position, g.id
"""
_DEVICES = """
SELECT d.* FROM device d JOIN gate g ON g.id = d.gate JOIN checkpoint c ON c.id = g.checkpoint
WHERE c.edition = {} ORDER BY d.revoked_at IS NOT NULL, d.created_at, d.id
"""
_TICKETS = """
SELECT t.activity, count(*) AS n FROM ticket t JOIN activity a ON a.id = t.activity
WHERE a.edition = {} AND t.state = 'valid' GROUP BY t.activity
"""
_TALLY = """
SELECT s.gate, s.admission_window, count(*) AS n FROM scan s JOIN checkpoint c ON c.id = s.checkpoint
WHERE c.edition = {} AND s.admission_window IS NOT NULL GROUP BY s.gate, s.admission_window
"""

Tally = dict[tuple[UUID, str], int]
_tallies: dict[UUID, tuple[str, float, Tally]] = {}


async def _tally(edition: EditionView) -> Tally:
    """Admissions by gate and window.

    Several screens follow one edition and ask at the same moment: they share one answer, for a second at most, and never
    across a change that they were told of (the last arrival would stay unseen).
    """
    version = live.version(topic(edition.slug))
    kept = _tallies.get(edition.id)
    if kept is None or kept[0] != version or time.monotonic() - kept[1] > _TALLY_KEPT_SECONDS:
        found = {(one["gate"], one["admission_window"]): int(one["n"]) for one in await rows(_TALLY, edition.id)}
        kept = _tallies[edition.id] = (version, time.monotonic(), found)
    return kept[2]


async def checkpoints(edition: EditionView, only: frozenset[str] | None = None) -> list[CheckpointView]:
    """The checkpoints of an edition, or `only` these, in their order. Six statements, however many there are."""
    found = [one for one in await rows(_CHECKPOINTS, edition.id) if only is None or str(one["id"]) in only]
    if not found:
        return []
    at, tally = now(), await _tally(edition)
    tickets = {one["activity"]: int(one["n"]) for one in await rows(_TICKETS, edition.id)}
    devices: dict[UUID, list[DeviceView]] = defaultdict(list)
    for one in await rows(_DEVICES, edition.id):
        devices[one["gate"]].append(_device(one, at))
    gates: dict[UUID, list[Row]] = defaultdict(list)
    for one in await rows(_GATES, edition.id):
        gates[one["checkpoint"]].append(one)
    views = []
    for one in found:
        rule = await rule_of(one)
        span = window(rule, at)
        views.append(
            CheckpointView(
                one["id"],
                Text(one["name_vi"], one["name_en"]),
                Text(one["title_vi"], one["title_en"]) if one["activity"] else None,
                one["number"],
                rule,
                one["revision"],
                tuple(_gate(gate, devices[gate["id"]], tally.get((gate["id"], span), 0)) for gate in gates[one["id"]]),
                tickets.get(one["activity"], 0) if one["activity"] else sum(tickets.values()),
            )
        )
    return views


def _gate(found: Row, devices: list[DeviceView], admitted: int) -> GateView:
    return GateView(found["id"], found["code"], Text(found["name_vi"], found["name_en"]), admitted, tuple(devices))


def _device(found: Row, at: datetime) -> DeviceView:
    state: DeviceState = "active" if found["token_digest"] else "lapsed"
    if found["revoked_at"] is not None:
        state = "revoked"
    elif not found["token_digest"] and found["enrolment_expires_at"] and found["enrolment_expires_at"] > at:
        state = "waiting"
    return DeviceView(found["id"], found["name"], state, found["enrolled_at"], found["last_seen_at"], found["enrolment_expires_at"])


async def device(checkpoint: UUID, device_id: UUID) -> tuple[DeviceView, Text] | None:
    """A device of this checkpoint and the name of its gate."""
    found = await row(
        "SELECT d.*, g.name_vi, g.name_en FROM device d JOIN gate g ON g.id = d.gate WHERE d.id = {} AND g.checkpoint = {}",
        device_id,
        checkpoint,
    )
    return (_device(found, now()), Text(found["name_vi"], found["name_en"])) if found else None


async def has_gate(checkpoint: UUID, gate: UUID) -> bool:
    """Whether this gate belongs to this checkpoint."""
    return await row("SELECT id FROM gate WHERE id = {} AND checkpoint = {}", gate, checkpoint) is not None


async def without_gates(edition: UUID) -> list[OpenActivity]:
    """Activities with valid tickets that no checkpoint is for, in the order of the programme."""
    found = await rows(
        "SELECT a.number, a.title_vi, a.title_en, count(*) AS n FROM ticket t JOIN activity a ON a.id = t.activity "
        "WHERE a.edition = {} AND t.state = 'valid' AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.activity = a.id) "
        "GROUP BY a.number, a.title_vi, a.title_en ORDER BY a.number",
        edition,
    )
    return [OpenActivity(one["number"], Text(one["title_vi"], one["title_en"]), int(one["n"])) for one in found]


async def activities(edition: UUID) -> list[tuple[int, Text]]:
    """Number and title of every activity that is not withdrawn, for the form."""
    found = await rows("SELECT number, title_vi, title_en FROM activity WHERE edition = {} AND NOT withdrawn ORDER BY number", edition)
    return [(one["number"], Text(one["title_vi"], one["title_en"])) for one in found]
