"""What a role can be about. Higher rooms say here which editions, gates, councils … there are, because accounts cannot know.

@scope_directory("edition")
async def editions() -> list[ScopeChoice]: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from app.accounts import queries
from app.accounts.role_kinds import GLOBAL
from app.kernel.database import row
from app.kernel.text import Text
from app.kernel.web.access import Scope, resolver


class ScopeChoice(msgspec.Struct, frozen=True):
    """One thing a role can be about: its id as roles keep it, the code people type, the name people read."""

    id: str
    code: str
    name: Text


Directory = Callable[[], Awaitable[list[ScopeChoice]]]

_directories: dict[str, Directory] = {}


def scope_directory(kind: str) -> Callable[[Directory], Directory]:
    """Register the list of all things of a scope kind, in the order in which a form offers them."""

    def register(directory: Directory) -> Directory:
        _directories[kind] = directory
        return directory

    return register


async def scope_choices(kind: str) -> list[ScopeChoice]:
    """All things of this kind; none when no room has registered any."""
    directory = _directories.get(kind)
    return await directory() if directory else []


def is_known(kind: str) -> bool:
    """Whether some room keeps things of this kind."""
    return kind in _directories


async def find_scope(kind: str, named: str) -> ScopeChoice | None:
    """The thing of this kind with this id or code. Kinds that no room keeps yet are taken at their word."""
    if kind == GLOBAL:
        return ScopeChoice("", "", Text(""))
    if not is_known(kind):
        return ScopeChoice(named, named, Text(named)) if named and len(named) <= 64 else None
    for choice in await scope_choices(kind):
        if named in (choice.id, choice.code):
            return choice
    return None


@scope_directory("unit")
async def _units() -> list[ScopeChoice]:
    return [ScopeChoice(str(unit.id), unit.code, unit.name) for unit in await queries.units()]


@resolver("unit")
async def _unit_scopes(path: Mapping[str, Any]) -> list[Scope] | None:
    """The scopes of the unit that the path names by its id."""
    return await queries.unit_scopes([UUID(str(path["unit"]))]) or None


@resolver("account")
async def _account_scopes(path: Mapping[str, Any]) -> list[Scope] | None:
    """Accounts lie in no scope: only administrators reach them. None when there is no such account."""
    found = await row("SELECT id FROM account WHERE id = {}", UUID(str(path["account"])))
    return [] if found else None
