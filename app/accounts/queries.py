"""Named reads of units, people, accounts and roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from app.accounts.browsers import browser_name
from app.accounts.role_kinds import GLOBAL
from app.kernel.database import Row, as_uuid, row, rows
from app.kernel.text import Text, fold
from app.kernel.web.access import Account, Role, Scope

_DEEPEST = 32  # no tree of offices is deeper; a guard against a circle that slipped in


# --- units -----------------------------------------------------------------------------------------------------------


class UnitView(msgspec.Struct, frozen=True):
    """One unit as lists and forms show it."""

    id: UUID
    code: str
    name: Text
    kind: Text
    kind_id: UUID
    kind_code: str
    parent: UUID | None
    valid_from: date | None
    valid_to: date | None
    successor: UUID | None
    revision: int
    sort_text: str

    def ended(self, today: date) -> bool:
        """Whether the unit no longer exists on that day."""
        return self.valid_to is not None and self.valid_to < today


class UnitBranch(msgspec.Struct, frozen=True):
    """One line of the tree: a unit and how deep it stands."""

    unit: UnitView
    depth: int
    below: int


_UNITS = (
    "SELECT unit.id, unit.code, unit.vi, unit.en, unit.parent, unit.valid_from, unit.valid_to, unit.successor, unit.revision, "
    "unit.sort_text, unit.kind AS kind_id, unit_kind.code AS kind_code, unit_kind.vi AS kind_vi, unit_kind.en AS kind_en "
    "FROM unit JOIN unit_kind ON unit_kind.id = unit.kind"
)


def _unit(found: Row) -> UnitView:
    return UnitView(
        found["id"],
        found["code"],
        Text(found["vi"], found["en"]),
        Text(found["kind_vi"], found["kind_en"]),
        found["kind_id"],
        found["kind_code"],
        found["parent"],
        found["valid_from"],
        found["valid_to"],
        found["successor"],
        found["revision"],
        found["sort_text"],
    )


def _marks(count: int) -> str:
    return ", ".join(["{}"] * count)


async def units(*, q: str = "") -> list[UnitView]:
    """All units in the Vietnamese alphabet; with `q` those whose code or name contains all its words, marks or not."""
    words = [_escaped(word) for word in fold(q).split()[:8]]
    where = " WHERE " + " AND ".join(["unit.search_text LIKE {} ESCAPE '!'"] * len(words)) if words else ""
    found = [_unit(one) for one in await rows(f"{_UNITS}{where}", *(f"%{word}%" for word in words))]
    # Here and not in the database, whose collation we do not choose.
    return sorted(found, key=lambda one: (one.sort_text, one.code))


async def unit(unit_id: UUID) -> UnitView | None:
    """One unit."""
    found = await row(f"{_UNITS} WHERE unit.id = {{}}", unit_id)
    return _unit(found) if found else None


async def units_by_code(codes: Iterable[str]) -> dict[str, UnitView]:
    """Units by their codes; unknown codes are left out."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    return {one["code"]: _unit(one) for one in await rows(f"{_UNITS} WHERE unit.code IN ({_marks(len(wanted))})", *wanted)}


async def units_by_id(ids: Iterable[UUID]) -> dict[UUID, UnitView]:
    """Units by their ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {one["id"]: _unit(one) for one in await rows(f"{_UNITS} WHERE unit.id IN ({_marks(len(wanted))})", *wanted)}


async def unit_tree() -> list[UnitBranch]:
    """The whole tree, each unit below its parent, siblings in the Vietnamese alphabet."""
    everything = await units()
    children: dict[UUID | None, list[UnitView]] = {}
    for one in everything:
        children.setdefault(one.parent, []).append(one)
    branches: list[UnitBranch] = []

    def walk(parent: UUID | None, depth: int) -> None:
        for one in children.get(parent, []):
            branches.append(UnitBranch(one, depth, len(children.get(one.id, []))))
            if depth < _DEEPEST:
                walk(one.id, depth + 1)

    walk(None, 0)
    return branches


async def unit_kinds() -> list[tuple[UUID, str, Text]]:
    """Kinds of units (id, code, name) in their own order."""
    return [(one["id"], one["code"], Text(one["vi"], one["en"])) for one in await rows("SELECT * FROM unit_kind ORDER BY position, code")]


async def subtree(unit_id: UUID) -> set[UUID]:
    """The unit and all units below it, at any depth."""
    found = await rows(
        "WITH RECURSIVE below(id) AS (SELECT id FROM unit WHERE id = {} UNION "
        "SELECT unit.id FROM unit JOIN below ON unit.parent = below.id) SELECT id FROM below",
        unit_id,
    )
    return {as_uuid(one["id"]) for one in found}


# Units carried on by others (successors) first, then from each of them up to its root; the depth says how far up.
_LINE_UPWARDS = """
    WITH RECURSIVE
    line(id) AS (
        SELECT id FROM unit WHERE id IN ({})
        UNION SELECT unit.successor FROM unit JOIN line ON unit.id = line.id WHERE unit.successor IS NOT NULL
    ),
    above(id, parent, depth) AS (
        SELECT unit.id, unit.parent, 0 FROM unit JOIN line ON unit.id = line.id
        UNION SELECT unit.id, unit.parent, above.depth + 1 FROM unit JOIN above ON unit.id = above.parent WHERE above.depth < 32
    )
    SELECT id, min(depth) AS depth FROM above GROUP BY id ORDER BY 2, 1
"""


async def unit_scopes(unit_ids: Iterable[UUID]) -> list[Scope]:
    """The scopes in which something of these units lies: they, whoever carries them on, and (inherited) the units above."""
    wanted = sorted(set(unit_ids))
    if not wanted:
        return []
    found = await rows(_LINE_UPWARDS.replace("IN ({})", f"IN ({_marks(len(wanted))})"), *wanted)
    return [Scope("unit", str(as_uuid(one["id"])), inherited=one["depth"] > 0) for one in found]


async def units_of(account: Account, *kinds: str) -> set[UUID]:
    """The units that the account's roles of these kinds reach, with what stands below where the role says so."""
    reached: set[UUID] = set()
    for role in account.roles:
        if role.kind in kinds and role.scope is not None and role.scope.kind == "unit":
            own = UUID(role.scope.id)
            reached |= await subtree(own) if role.with_subtree else {own}
    return reached


# --- people ----------------------------------------------------------------------------------------------------------


class PersonView(msgspec.Struct, frozen=True):
    """One person as lists show them."""

    id: UUID
    name: str
    title: str
    post: Text
    unit: UUID | None


async def people_by_id(ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """People by their ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {one["id"]: _person(one) for one in await rows(f"{_PEOPLE} WHERE id IN ({_marks(len(wanted))})", *wanted)}


async def find_people(q: str, *, limit: int = 20) -> list[PersonView]:
    """People whose name, title or post contains all words of `q`, typed with or without marks; by given name."""
    words = [_escaped(word) for word in fold(q).split()[:8]]
    where = " AND ".join(["search_text LIKE {} ESCAPE '!'"] * len(words)) or "1 = 1"
    found = await rows(f"{_PEOPLE} WHERE {where} ORDER BY sort_text, id LIMIT {{}}", *(f"%{word}%" for word in words), limit)
    return [_person(one) for one in found]


_PEOPLE = "SELECT id, name, title, post_vi, post_en, unit FROM person"


def _person(found: Row) -> PersonView:
    return PersonView(found["id"], found["name"], found["title"], Text(found["post_vi"], found["post_en"]), found["unit"])


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")[:60]


# --- accounts --------------------------------------------------------------------------------------------------------


class RoleView(msgspec.Struct, frozen=True):
    """One live role as the accounts page shows it."""

    id: UUID
    kind: str
    scope_kind: str
    scope_id: str
    with_subtree: bool
    granted_at: datetime | None = None
    granted_by: str = ""


class AccountView(msgspec.Struct, frozen=True):
    """One account as the accounts page shows it."""

    id: UUID
    email: str
    name: str
    active: bool
    language: str
    has_password: bool
    created_at: datetime
    last_seen_at: datetime | None
    revision: int
    roles: tuple[RoleView, ...] = ()


class SessionView(msgspec.Struct, frozen=True):
    """One open session of an account."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    browser: str


_ACCOUNTS = (
    "SELECT account.id, account.email, account.name, account.state, account.language, account.password_hash IS NOT NULL AS has_password, "
    "account.created_at, account.sort_text, account.revision FROM account"
)


async def accounts(*, q: str = "", kind: str = "", ids: Sequence[UUID] | None = None) -> list[AccountView]:
    """Accounts by name with their live roles, in three statements; narrowed to a search or to holders of a kind of role."""
    clauses: list[str] = []
    args: list[object] = []
    for word in fold(q).split()[:8]:
        clauses.append("account.search_text LIKE {} ESCAPE '!'")
        args.append(f"%{_escaped(word)}%")
    if kind:
        clauses.append("EXISTS (SELECT 1 FROM role WHERE role.account = account.id AND role.kind = {} AND role.revoked_at IS NULL)")
        args.append(kind)
    if ids is not None:
        if not ids:
            return []
        clauses.append(f"account.id IN ({_marks(len(ids))})")
        args += ids
    where = " WHERE " + " AND ".join(clauses) if clauses else ""
    found = sorted(await rows(f"{_ACCOUNTS}{where}", *args), key=lambda one: (one["sort_text"], one["email"]))
    roles: dict[UUID, list[RoleView]] = {}
    for one in await rows("SELECT * FROM role WHERE revoked_at IS NULL ORDER BY kind, granted_at"):
        roles.setdefault(one["account"], []).append(_role(one))
    seen: dict[UUID, datetime] = {}
    for one in await rows("SELECT account, last_seen_at FROM sign_in ORDER BY last_seen_at"):
        seen[one["account"]] = one["last_seen_at"]
    return [
        AccountView(
            one["id"], one["email"], one["name"], one["state"] == "active", one["language"], bool(one["has_password"]),
            one["created_at"], seen.get(one["id"]), one["revision"], tuple(roles.get(one["id"], ())),
        )
        for one in found
    ]  # fmt: skip


async def account(account_id: UUID) -> AccountView | None:
    """One account with its roles."""
    found = await accounts(ids=[account_id])
    return found[0] if found else None


async def account_by_email(email: str) -> AccountView | None:
    """The account of an e-mail address as typed."""
    found = await row("SELECT id FROM account WHERE email = {}", email.strip().casefold())
    return await account(found["id"]) if found else None


async def sessions(account_id: UUID) -> list[SessionView]:
    """Where the account is signed in, the latest first."""
    return [
        SessionView(one["id"], one["created_at"], one["last_seen_at"], browser_name(one["user_agent"]))
        for one in await rows("SELECT * FROM sign_in WHERE account = {} ORDER BY last_seen_at DESC, id", account_id)
    ]


def _role(found: Row) -> RoleView:
    return RoleView(
        found["id"], found["kind"], found["scope_kind"], found["scope_id"], bool(found["with_subtree"]),
        found["granted_at"], found["granted_by"],
    )  # fmt: skip


def role_of(found: Row) -> Role:
    """A stored role as the guards know it."""
    scope = None if found["scope_kind"] == GLOBAL else Scope(found["scope_kind"], found["scope_id"])
    return Role(found["kind"], scope, bool(found["with_subtree"]))
