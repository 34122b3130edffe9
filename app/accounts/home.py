"""What `/manage/` shows: the editions one may work in, each with its pages, the pages of the house, and one's roles."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from app.accounts.queries import RoleView
from app.accounts.role_kinds import GLOBAL, ROLE_KINDS, SCOPE_KINDS
from app.accounts.scopes import ScopeChoice, scope_choices
from app.kernel.text import Text
from app.kernel.web.access import Account
from app.kernel.web.navigation import EDITION, Entry, entries, offers


class Door(msgspec.Struct, frozen=True):
    """One page one may open."""

    label: str
    href: str
    icon: str


class EditionRoom(msgspec.Struct, frozen=True):
    """One edition with the pages one may open in it."""

    name: Text
    slug: str
    doors: tuple[Door, ...]


class RoleLine(msgspec.Struct, frozen=True):
    """One role in words: what, about what, what it may."""

    label: Text
    scope_kind: Text
    scope: Text
    may: Text
    with_subtree: bool
    id: UUID | None = None


class Home(msgspec.Struct, frozen=True):
    """The whole page."""

    editions: tuple[EditionRoom, ...]
    house: tuple[Door, ...]
    roles: tuple[RoleLine, ...]


class _Edition(msgspec.Struct, frozen=True):
    id: str
    slug: str


async def home_of(account: Account) -> Home:
    """The home of this account."""
    rooms = []
    for choice in await scope_choices("edition"):
        here = _Edition(choice.id, choice.code)
        doors = tuple(_door(entry, choice.code) for entry in entries(account, edition=here))
        doors += tuple(Door(one.label, one.href.replace(EDITION, choice.code), one.icon) for one in offers(account, edition=here))
        if doors:
            rooms.append(EditionRoom(choice.name, choice.code, doors))
    held = [
        RoleView(_NOBODY, one.kind, one.scope.kind if one.scope else GLOBAL, one.scope.id if one.scope else "", one.with_subtree)
        for one in account.roles
    ]
    return Home(tuple(rooms), tuple(_door(entry, "") for entry in entries(account)), tuple(await in_words(held)))


_NOBODY = UUID(int=0)


async def in_words(roles: Sequence[RoleView]) -> list[RoleLine]:
    """Roles as people read them, in the order of the kinds; each list of scopes is asked for once."""
    names: dict[str, dict[str, ScopeChoice]] = {}
    for scope_kind in {role.scope_kind for role in roles} - {GLOBAL}:
        names[scope_kind] = {choice.id: choice for choice in await scope_choices(scope_kind)}
    order = {code: place for place, code in enumerate(ROLE_KINDS)}
    lines = []
    for role in sorted(roles, key=lambda one: (order.get(one.kind, 99), one.scope_kind, one.scope_id)):
        kind = ROLE_KINDS.get(role.kind)
        about = names.get(role.scope_kind, {}).get(role.scope_id)
        lines.append(
            RoleLine(
                kind.label if kind else Text(role.kind),
                SCOPE_KINDS.get(role.scope_kind, Text(role.scope_kind)),
                about.name if about else Text(role.scope_id),
                kind.may if kind else Text(""),
                role.with_subtree,
                role.id,
            )
        )
    return lines


def _door(entry: Entry, slug: str) -> Door:
    return Door(entry.label, entry.path.replace(EDITION, slug), entry.icon)
