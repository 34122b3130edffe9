"""A device at its post: which gate it stands at and what that gate's checkpoint asks. Read on every scan, so kept briefly."""

from __future__ import annotations

import time
from uuid import UUID

import msgspec

from app.kernel.database import Row, row, rows
from app.kernel.ids import digest
from app.kernel.text import Text
from app.registrations.gates.decision import Hours, Per, Rule

# A revoked device or a changed checkpoint is noticed at once by the process that did it, and by others after this long.
KEPT_SECONDS = 5.0
_MOST = 5_000


class Post(msgspec.Struct, frozen=True):
    """One enrolled device where it stands."""

    device: UUID
    device_name: str
    gate: UUID
    gate_code: str
    gate_name: Text
    checkpoint: UUID
    checkpoint_name: Text
    edition_slug: str
    rule: Rule


_kept: dict[str, tuple[float, Post]] = {}

_POST = """
SELECT d.id AS device, d.name AS device_name, g.id AS gate, g.code AS gate_code, g.name_vi AS gate_vi, g.name_en AS gate_en,
       c.id AS checkpoint, c.name_vi, c.name_en, c.activity, c.opens_at, c.closes_at, c.per, e.id AS edition, e.slug, e.zone
FROM device d JOIN gate g ON g.id = d.gate JOIN checkpoint c ON c.id = g.checkpoint JOIN edition e ON e.id = c.edition
WHERE d.token_digest = {} AND d.revoked_at IS NULL
"""

_SESSIONS = """
SELECT uid, starts_at, ends_at FROM session
WHERE activity = {} AND NOT withdrawn AND status = 'confirmed' AND starts_at IS NOT NULL AND ends_at IS NOT NULL
ORDER BY starts_at, number
"""


async def post_of(token: str) -> Post | None:
    """The post of the device with this bearer token; none if there is no such device or it was revoked."""
    if not token:
        return None
    key = digest(token)
    kept = _kept.get(key)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    post = await _read(key)
    if post is None:
        _kept.pop(key, None)
        return None
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[key] = (time.monotonic(), post)
    return post


def forget() -> None:
    """Read again what was kept: a device, gate or checkpoint has changed."""
    _kept.clear()


async def _read(token_digest: str) -> Post | None:
    found = await row(_POST, token_digest)
    if found is None:
        return None
    return Post(
        device=found["device"],
        device_name=found["device_name"],
        gate=found["gate"],
        gate_code=found["gate_code"],
        gate_name=Text(found["gate_vi"], found["gate_en"]),
        checkpoint=found["checkpoint"],
        checkpoint_name=Text(found["name_vi"], found["name_en"]),
        edition_slug=found["slug"],
        rule=await rule_of(found),
    )


async def rule_of(found: Row) -> Rule:
    """The rule of a checkpoint's row (with its edition's `edition` and `zone`)."""
    sessions: list[Hours] = []
    if found["per"] == Per.session and found["activity"] is not None:
        sessions = [Hours(str(s["uid"]), s["starts_at"], s["ends_at"]) for s in await rows(_SESSIONS, found["activity"])]
    return Rule(
        edition=found["edition"],
        activity=found["activity"],
        opens_at=found["opens_at"],
        closes_at=found["closes_at"],
        per=Per(found["per"]),
        zone=found["zone"],
        sessions=tuple(sessions),
    )
