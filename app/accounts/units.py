"""Organisations change: they are founded, renamed, moved in the tree, merged into others. Their history stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from app.accounts import queries
from app.kernel.actor import Actor
from app.kernel.database import Conflict, Row, engine_name, row, rows, run, unit_of_work
from app.kernel.errors import NotFound, Refused, Stale
from app.kernel.ids import uuid7
from app.kernel.text import Text, fold, nfc, sort_text
from app.kernel.web.i18n import N_

_LOCK = 1010_0002  # any number of our own: who moves units in the tree holds it until the commit (PostgreSQL)
_CODE, _NAME, _SEARCH = 40, 300, 700


class UnitExists(Refused):
    """Another unit has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(N_("Đã có đơn vị mang mã %(code)s."), code=code)


class UnitCycle(Refused):
    """A unit would stand below itself, or be carried on by itself."""

    def __init__(self) -> None:
        super().__init__(N_("Một đơn vị không thể trực thuộc hoặc kế tục chính nó."))


class UnitChanged(Stale):
    """Somebody else changed the unit since the form was opened."""

    def __init__(self, changed: list[str]) -> None:
        super().__init__(N_("Đơn vị này vừa được người khác sửa. Xin xem lại rồi lưu."), changed=changed)


class UnitEnded(Refused):
    """The unit was merged already."""

    def __init__(self) -> None:
        super().__init__(N_("Đơn vị này đã kết thúc hoạt động."))


class UnitSpec(msgspec.Struct, frozen=True):
    """A unit as an import names it; `kind` and `parent` are codes."""

    code: str
    kind: str
    name: Text
    parent: str | None = None


class UnitData(msgspec.Struct, frozen=True):
    """A unit as its form names it."""

    code: str
    kind: UUID
    name: Text
    parent: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def unit_search_text(code: str, name: Text) -> str:
    """What a search for a unit looks into."""
    return fold(f"{code} {name.vi} {name.en}")[:_SEARCH]


# --- one unit, by hand -----------------------------------------------------------------------------------------------


async def create_unit(data: UnitData, *, by: Actor) -> UUID:
    """Add a unit to the tree and return its id.

    Raises:
        UnitExists: the code is taken.
        NotFound: there is no such kind or parent.
    """
    unit = uuid7()
    try:
        async with unit_of_work(by) as work:
            await _insert(unit, data)
            work.record("unit.created", f"unit:{unit}", after=data)
    except Conflict as conflict:
        raise _explained(conflict, data.code) from None
    return unit


async def update_unit(unit: UUID, data: UnitData, *, revision: int, by: Actor) -> None:
    """Change a unit that was read at `revision`.

    Raises:
        UnitChanged: somebody was faster; carries the names of the fields that differ.
        UnitCycle: the new parent lies below the unit.
        UnitExists, NotFound
    """
    try:
        async with unit_of_work(by) as work:
            await _hold_the_tree()
            before = await _required(unit)
            if before["revision"] != revision:
                raise UnitChanged(_differences(before, data))
            if data.parent is not None and await _lies_below(data.parent, unit):
                raise UnitCycle
            await run(
                "UPDATE unit SET code = {}, kind = {}, vi = {}, en = {}, parent = {}, valid_from = {}, valid_to = {}, search_text = {}, "
                "sort_text = {}, revision = revision + 1 WHERE id = {}",
                *_values(data),
                unit,
            )
            work.record("unit.updated", f"unit:{unit}", before=_data(before), after=data)
    except Conflict as conflict:
        raise _explained(conflict, data.code) from None


async def merge_unit(unit: UUID, *, into: UUID, last_day: date, by: Actor) -> None:
    """End `unit` on `last_day` (inclusive); `into` carries on, and takes over the units that stood below it.

    Raises:
        UnitCycle: `into` is the unit itself, lies below it, or is itself carried on by it.
        UnitEnded: the unit was merged before.
        NotFound
    """
    async with unit_of_work(by) as work:
        await _hold_the_tree()
        before = await _required(unit)
        await _required(into)
        if before["successor"] is not None:
            raise UnitEnded
        if before["valid_from"] is not None and before["valid_from"] > last_day:
            raise Refused(N_("Ngày kết thúc không thể trước ngày thành lập."))
        if unit == into or await _lies_below(into, unit) or await _is_carried_on_by(into, unit):
            raise UnitCycle
        await run("UPDATE unit SET successor = {}, valid_to = {}, revision = revision + 1 WHERE id = {}", into, last_day, unit)
        moved = await run("UPDATE unit SET parent = {}, revision = revision + 1 WHERE parent = {} RETURNING code", into, unit)
        work.record(
            "unit.merged", f"unit:{unit}", after={"into": into, "last_day": last_day, "moved": sorted(found["code"] for found in moved)}
        )


# --- many units, from a file -----------------------------------------------------------------------------------------


async def ensure_unit_kinds(kinds: Iterable[tuple[str, Text]], *, by: Actor) -> dict[str, UUID]:
    """Make sure these kinds (code, name) exist and are named so; returns the ids of all kinds by code."""
    created, updated = [], []
    async with unit_of_work(by, joins=True, unaudited="nothing differed") as work:
        known = {found["code"]: found for found in await rows("SELECT id, code, vi, en, position FROM unit_kind")}
        position = max((found["position"] for found in known.values()), default=0)
        for raw, name in kinds:
            code = nfc(raw.strip())[:_CODE]
            stored = known.get(code)
            vi, en = name.vi[:200], (name.en or (stored["en"] if stored else ""))[:200]
            if stored is None:
                position += 1
                await run("INSERT INTO unit_kind (id, code, vi, en, position) VALUES ({}, {}, {}, {}, {})", uuid7(), code, vi, en, position)
                created.append(code)
            elif (stored["vi"], stored["en"]) != (vi, en):
                await run("UPDATE unit_kind SET vi = {}, en = {} WHERE code = {}", vi, en, code)
                updated.append(code)
        if created or updated:
            work.record("unit_kinds.imported", "unit_kinds", after={"created": created, "updated": updated})
        return {found["code"]: found["id"] for found in await rows("SELECT id, code FROM unit_kind")}


async def ensure_units(specs: Sequence[UnitSpec], *, by: Actor) -> dict[str, UUID]:
    """Make sure these units exist as named, in any order; returns the ids of all units by code.

    An import adds and renames; it does not cut: a spec without a parent or an English name leaves the stored one alone.
    A kind or a parent that nobody knows is made, named by its code. Takes part in the importer's unit of work.

    Raises:
        UnitCycle: the file's parents go round in a circle.
    """
    specs = [UnitSpec(nfc(s.code.strip())[:_CODE], s.kind, s.name, s.parent) for s in specs]
    async with unit_of_work(by, joins=True, unaudited="nothing differed") as work:
        await _hold_the_tree()
        kinds = {found["code"]: found["id"] for found in await rows("SELECT id, code FROM unit_kind")}
        if unknown := sorted({spec.kind for spec in specs} - kinds.keys()):
            kinds = await ensure_unit_kinds([(code, Text(code)) for code in unknown], by=by)
        known = {found["code"]: found for found in await rows(_UNIT)}
        ids: dict[str, UUID] = {code: found["id"] for code, found in known.items()}
        named = {spec.code for spec in specs}
        strangers = sorted({spec.parent for spec in specs if spec.parent and spec.parent not in named and spec.parent not in known})
        created, updated = [], []
        for spec in [*(UnitSpec(code, specs[0].kind, Text(code)) for code in strangers), *specs]:
            if spec.code not in ids:
                ids[spec.code] = uuid7()
                # Parents come afterwards, when all units are there.
                await _insert(ids[spec.code], UnitData(spec.code, kinds[spec.kind], _clipped(spec.name)))
                known[spec.code] = await _required(ids[spec.code])
                created.append(spec.code)
        for spec in specs:
            before = _data(known[spec.code])
            name = _clipped(spec.name)
            after = UnitData(
                spec.code,
                kinds[spec.kind],
                Text(name.vi, name.en or before.name.en),
                ids[spec.parent] if spec.parent else before.parent,
                before.valid_from,
                before.valid_to,
            )
            if after == before:
                continue
            if after.parent is not None and after.parent != before.parent and await _lies_below(after.parent, ids[spec.code]):
                raise UnitCycle
            await run(
                "UPDATE unit SET code = {}, kind = {}, vi = {}, en = {}, parent = {}, valid_from = {}, valid_to = {}, search_text = {}, "
                "sort_text = {}, revision = revision + 1 WHERE id = {}",
                *_values(after),
                ids[spec.code],
            )
            if spec.code not in created:
                updated.append(spec.code)
        if created or updated:
            work.record("units.imported", "units", after={"created": created, "updated": updated})
    return ids


# --- inside ----------------------------------------------------------------------------------------------------------

_UNIT = "SELECT id, code, kind, vi, en, parent, valid_from, valid_to, successor, revision FROM unit"


async def _hold_the_tree() -> None:
    """Let nobody else move units until the commit: two moves, each right by itself, could close a circle.

    SQLite has one writer anyway.
    """
    if engine_name() == "postgresql":
        await run("SELECT pg_advisory_xact_lock({})", _LOCK)


async def _required(unit: UUID) -> Row:
    found = await row(_UNIT + " WHERE id = {}", unit)
    if found is None:
        raise NotFound(N_("Không tìm thấy đơn vị."))
    return found


async def _insert(unit: UUID, data: UnitData) -> None:
    await run(
        "INSERT INTO unit (code, kind, vi, en, parent, valid_from, valid_to, search_text, sort_text, id, revision) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1)",
        *_values(data),
        unit,
    )


def _values(data: UnitData) -> tuple[Any, ...]:
    name = data.name
    return (
        data.code, data.kind, name.vi, name.en, data.parent, data.valid_from, data.valid_to,
        unit_search_text(data.code, name), sort_text(name.vi)[:_SEARCH],
    )  # fmt: skip


def _clipped(name: Text) -> Text:
    return Text(nfc(name.vi.strip())[:_NAME], nfc(name.en.strip())[:_NAME])


def _data(found: Row) -> UnitData:
    return UnitData(found["code"], found["kind"], Text(found["vi"], found["en"]), found["parent"], found["valid_from"], found["valid_to"])


def _differences(stored: Row, data: UnitData) -> list[str]:
    now = _data(stored)
    return [field for field in UnitData.__struct_fields__ if getattr(now, field) != getattr(data, field)]


async def _lies_below(unit: UUID, above: UUID) -> bool:
    """Whether `unit` is `above` or stands somewhere below it."""
    return unit in await queries.subtree(above)


async def _is_carried_on_by(unit: UUID, other: UUID) -> bool:
    found = await rows(
        "WITH RECURSIVE line(id) AS (SELECT id FROM unit WHERE id = {} UNION "
        "SELECT unit.successor FROM unit JOIN line ON unit.id = line.id WHERE unit.successor IS NOT NULL) SELECT id FROM line",
        unit,
    )
    return str(other) in {str(one["id"]) for one in found}


def _explained(conflict: Conflict, code: str) -> Exception:
    if "code" in conflict.constraint:
        return UnitExists(code)
    if conflict.kind == "foreign key":
        return NotFound(N_("Không tìm thấy đơn vị cấp trên hoặc loại đơn vị."))
    if conflict.kind == "check":
        return Refused(N_("Ngày kết thúc không thể trước ngày thành lập."))
    return conflict
