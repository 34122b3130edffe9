"""What the guards must know of the gates: which scopes a checkpoint, a gate and a device lie in, and what roles can be about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.accounts.scopes import ScopeChoice, scope_directory
from app.events.programme.queries import EditionView
from app.kernel.database import Row, row, rows
from app.kernel.text import Text
from app.kernel.web.access import Scope, account, allow, resolver
from app.kernel.web.navigation import edition_scopes

PLANNERS = allow("organiser", resource="edition")
"""Who opens checkpoints in an edition."""

NEW_CHECKPOINT = allow("organiser", resource="edition", read_only_for_auditor=False)
"""The empty form of a checkpoint: for who may send it, so not for auditors."""

WATCHERS = allow("organiser", "gate_supervisor", resource="edition", anywhere=["gate_supervisor"])
"""Lists of an edition: the supervisor of one checkpoint sees that one, so the handler narrows down."""

KEEPERS = allow("organiser", "gate_supervisor", resource="checkpoint")
"""Who keeps one checkpoint: its hours, gates and devices."""

_SCOPES = "SELECT c.id AS checkpoint, e.id AS edition, e.slug FROM checkpoint c JOIN edition e ON e.id = c.edition"


def _scopes(found: Row) -> list[Scope]:
    return [Scope("checkpoint", str(found["checkpoint"])), Scope("edition", str(found["edition"])), Scope("edition", str(found["slug"]))]


@resolver("checkpoint")
async def _checkpoint(path: Mapping[str, Any]) -> list[Scope] | None:
    """A checkpoint lies in its edition; under another edition's address there is no such thing."""
    found = await row(_SCOPES + " WHERE c.id = {} AND e.slug = {}", UUID(str(path["checkpoint"])), str(path["edition"]))
    return _scopes(found) if found else None


@scope_directory("checkpoint")
async def _checkpoints() -> list[ScopeChoice]:
    found = await rows(
        "SELECT c.id, c.name_vi, c.name_en, e.slug FROM checkpoint c JOIN edition e ON e.id = c.edition "
        "ORDER BY e.starts_on DESC, c.position, c.id"
    )
    return [_choice(one["id"], (one["name_vi"], one["slug"]), (one["name_en"] or one["name_vi"], one["slug"])) for one in found]


@scope_directory("gate")
async def _gates() -> list[ScopeChoice]:
    found = await rows(
        "SELECT g.id, g.name_vi, g.name_en, c.name_vi AS at_vi, c.name_en AS at_en FROM gate g "
        "JOIN checkpoint c ON c.id = g.checkpoint JOIN edition e ON e.id = c.edition "
        "ORDER BY e.starts_on DESC, c.position, g.position, g.id"
    )
    return [
        _choice(one["id"], (one["name_vi"], one["at_vi"]), (one["name_en"] or one["name_vi"], one["at_en"] or one["at_vi"]))
        for one in found
    ]


def _choice(key: UUID, vi: tuple[str, str], en: tuple[str, str]) -> ScopeChoice:
    return ScopeChoice(str(key), str(key), Text(" · ".join(vi), " · ".join(en)))


def visible_checkpoints(edition: EditionView) -> frozenset[str] | None:
    """The checkpoints of this edition whose lists the reader may see; none of a limit: all of them."""
    reader = account()
    if reader.has("auditor") or reader.may(("organiser", "gate_supervisor"), edition_scopes(edition)):
        return None
    return frozenset(scope.id for scope in reader.scopes("gate_supervisor") if scope.kind == "checkpoint")
