"""What the gate's screen asks for: how many are in, and who is meant when somebody says a name."""

from __future__ import annotations

import re
import time
from datetime import datetime
from uuid import UUID

import msgspec

from app.kernel.clock import now
from app.kernel.database import Row, row, rows
from app.kernel.text import Text, fold
from app.registrations.gates.decision import window
from app.registrations.gates.posts import Post
from app.registrations.tickets.codes import normalise

SHORTEST_SEARCH = 2
MOST_FOUND = 20
_CODE_PREFIX = 5
_COUNTS_KEPT_SECONDS = 2.0


class Counts(msgspec.Struct, frozen=True):
    """Where a checkpoint stands in its present window. `here`: at one gate. `expected`: valid tickets."""

    admitted: int
    here: int
    expected: int


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person whom a search at the gate found. `phone` only its last three digits, to tell namesakes apart."""

    ticket: UUID
    name: str
    kind: str
    state: str
    organisation: str = ""
    phone: str = ""
    admitted_at: datetime | None = None
    admitted_gate: str = ""


class _Kept(msgspec.Struct, frozen=True):
    read_at: float
    by_gate: dict[UUID, int]
    expected: int


_counts: dict[tuple[UUID, str], _Kept] = {}

_EXPECTED = """
SELECT count(*) AS n FROM ticket t WHERE t.state = 'valid' AND {where}
"""
_OF_ACTIVITY = "t.activity = {}"
_OF_EDITION = "t.activity IN (SELECT id FROM activity WHERE edition = {})"


def _expects(activity: UUID | None, edition: UUID) -> tuple[str, UUID]:
    """The tickets a checkpoint expects, as a condition on `t` and its value."""
    return (_OF_ACTIVITY, activity) if activity is not None else (_OF_EDITION, edition)


async def counts(post: Post) -> Counts:
    """How many are in, here and in all, and how many are expected; at most two seconds old."""
    span = window(post.rule, now())
    key = (post.checkpoint, span)
    kept = _counts.get(key)
    if kept is None or time.monotonic() - kept.read_at > _COUNTS_KEPT_SECONDS:
        where, value = _expects(post.rule.activity, post.rule.edition)
        by_gate = {
            found["gate"]: int(found["n"])
            for found in await rows(
                "SELECT gate, count(*) AS n FROM scan WHERE checkpoint = {} AND admission_window = {} GROUP BY gate", post.checkpoint, span
            )
        }
        expected = await row(_EXPECTED.replace("{where}", where), value)
        kept = _Kept(time.monotonic(), by_gate, int(expected["n"]) if expected else 0)
        if len(_counts) > 1000:
            _counts.clear()
        _counts[key] = kept
    return Counts(sum(kept.by_gate.values()), kept.by_gate.get(post.gate, 0), kept.expected)


_PEOPLE = """
SELECT t.id, t.holder, t.kind, t.state, r.organisation, r.phone, f.scanned_at, g.name_vi, g.name_en
FROM ticket t
JOIN registration r ON r.id = t.registration
LEFT JOIN scan f ON f.ticket = t.id AND f.checkpoint = {{}} AND f.admission_window = {{}}
LEFT JOIN gate g ON g.id = f.gate
WHERE {where} ORDER BY r.sort_text, t.id LIMIT {limit}
"""


async def people(post: Post, q: str) -> list[Found]:
    """Whom this checkpoint expects by that name, telephone number, or beginning of a code; none for less than two letters."""
    searched = _conditions(q)
    if not searched:
        return []
    where, value = _expects(post.rule.activity, post.rule.edition)
    conditions, values = searched
    sql = _PEOPLE.replace("{where}", f"{where} AND ({conditions})").replace("{limit}", str(MOST_FOUND)).replace("{{}}", "{}")
    found = await rows(sql, post.checkpoint, window(post.rule, now()), value, *values)
    return [_found(one) for one in found]


def _conditions(q: str) -> tuple[str, list[str]] | None:
    folded = fold(q)
    if sum(char.isalnum() for char in folded) < SHORTEST_SEARCH:
        return None
    digits = re.sub(r"[\s.+()-]", "", folded)
    words = [digits] if digits.isdigit() else folded.split()[:6]
    matches = " AND ".join("r.search_text LIKE {} ESCAPE '!'" for _ in words)
    values = ["%" + word.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%" for word in words]
    code = normalise(q)
    if len(code) >= _CODE_PREFIX:
        # The first group of a ticket's code, read out or copied by hand. No LIKE marks survive `normalise`.
        return f"({matches}) OR t.code LIKE {{}}", [*values, code + "%"]
    return matches, values


def _found(one: Row) -> Found:
    gate = Text(one["name_vi"] or "", one["name_en"] or "")
    return Found(
        ticket=one["id"],
        name=one["holder"],
        kind=one["kind"],
        state=one["state"],
        organisation=one["organisation"],
        phone=f"…{one['phone'][-3:]}" if one["phone"] else "",
        admitted_at=one["scanned_at"],
        admitted_gate=gate.vi,
    )


async def expected_code(post: Post, ticket: UUID) -> str | None:
    """The code of a ticket that a search at this post may have found."""
    where, value = _expects(post.rule.activity, post.rule.edition)
    found = await row(f"SELECT t.code FROM ticket t WHERE t.id = {{}} AND {where}", ticket, value)
    return str(found["code"]) if found else None


class GateState(msgspec.Struct, frozen=True):
    """What the gate's screen shows of its place, and the server's clock, by which the phone corrects its own."""

    device: str
    gate: str
    gate_en: str
    gate_code: str
    checkpoint: str
    checkpoint_en: str
    edition: str
    zone: str
    counts: Counts
    server_time: datetime


async def state(post: Post) -> GateState:
    """The state of a post."""
    return GateState(
        device=post.device_name,
        gate=post.gate_name.vi,
        gate_en=post.gate_name.en,
        gate_code=post.gate_code,
        checkpoint=post.checkpoint_name.vi,
        checkpoint_en=post.checkpoint_name.en,
        edition=post.edition_slug,
        zone=post.rule.zone,
        counts=await counts(post),
        server_time=now(),
    )
