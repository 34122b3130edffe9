"""Units are founded, moved, merged; their history stays and nobody stands below themselves."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from app.accounts import queries
from app.accounts.units import (
    UnitChanged,
    UnitCycle,
    UnitData,
    UnitEnded,
    UnitExists,
    UnitSpec,
    create_unit,
    ensure_units,
    merge_unit,
    update_unit,
)
from app.kernel.database import row, rows, unit_of_work
from app.kernel.errors import NotFound, Refused
from app.kernel.text import Text
from app.kernel.web.access import Account, Role, Scope
from tests.accounts.staff import OFFICE, found_city

pytestmark = pytest.mark.usefixtures("database")


async def test_a_file_names_children_before_their_parents():
    city = await found_city()
    tree = [(branch.unit.code, branch.depth) for branch in await queries.unit_tree()]
    # Siblings in the Vietnamese alphabet: Sở before UBND; roots: Thành đoàn before Ủy ban.
    assert tree == [("TDTN", 0), ("UBND", 0), ("SKHCN", 1), ("TTCDS", 2), ("PBC", 1), ("PHP", 1)]
    assert await queries.subtree(city["SKHCN"]) == {city["SKHCN"], city["TTCDS"]}


async def test_importing_the_same_units_again_changes_nothing():
    first = await found_city()
    entries = len(await rows("SELECT id FROM audit_entry"))
    assert await found_city() == first
    assert len(await rows("SELECT id FROM audit_entry")) == entries
    assert all(unit.revision <= 2 for unit in await queries.units())


async def test_an_import_renames_and_does_not_cut():
    city = await found_city()
    await ensure_units([UnitSpec("PBC", "ward", Text("UBND phường Bến Cảng (mới)"))], by=OFFICE)
    unit = await queries.unit(city["PBC"])
    assert unit is not None
    assert unit.name == Text("UBND phường Bến Cảng (mới)", "Bến Cảng Ward People's Committee")
    assert unit.parent == city["UBND"]


async def test_a_parent_and_a_kind_that_nobody_knows_are_made():
    ids = await ensure_units([UnitSpec("XDX", "commune", Text("UBND xã Đồng Xanh"), "TINH")], by=OFFICE)
    assert set(ids) == {"XDX", "TINH"}
    assert [code for _, code, _ in await queries.unit_kinds()] == ["commune"]


async def test_an_import_takes_part_in_the_importers_unit_of_work():
    async def an_import_that_fails_at_the_end():
        async with unit_of_work(OFFICE) as work:
            await ensure_units([UnitSpec("PBC", "ward", Text("Phường"))], by=OFFICE)
            work.record("programme.imported", "edition:2026")
            raise RuntimeError("line 17 is broken")

    with pytest.raises(RuntimeError, match="line 17"):
        await an_import_that_fails_at_the_end()
    assert await queries.units() == []


async def test_a_file_whose_parents_go_round_in_a_circle_is_refused_whole():
    specs = [UnitSpec("A", "k", Text("A"), "B"), UnitSpec("B", "k", Text("B"), "C"), UnitSpec("C", "k", Text("C"), "A")]
    with pytest.raises(UnitCycle):
        await ensure_units(specs, by=OFFICE)
    assert await queries.units() == []


@pytest.mark.parametrize("typed", ["bến cảng", "ben cang", "BEN  CANG", "cang ben", "pbc"])
async def test_a_unit_is_found_with_and_without_marks(typed):
    await found_city()
    assert [unit.code for unit in await queries.units(q=typed)] == ["PBC"]


@pytest.mark.parametrize("typed", ["%", "_", "!", "100%", "\\"])
async def test_signs_of_the_database_mean_themselves(typed):
    await found_city()
    assert await queries.units(q=typed) == []


async def test_a_code_is_given_once():
    city = await found_city()
    kind = (await queries.unit_kinds())[0][0]
    with pytest.raises(UnitExists, match="PBC"):
        await create_unit(UnitData("PBC", kind, Text("Một phường khác")), by=OFFICE)
    with pytest.raises(NotFound):
        await create_unit(UnitData("P2", uuid4(), Text("Không rõ loại")), by=OFFICE)
    with pytest.raises(NotFound):
        await create_unit(UnitData("P2", kind, Text("Không rõ cấp trên"), parent=uuid4()), by=OFFICE)
    made = await create_unit(UnitData("P2", kind, Text("Phường Hai"), parent=city["UBND"]), by=OFFICE)
    entry = await row("SELECT subject FROM audit_entry WHERE action = 'unit.created'")
    assert entry == {"subject": f"unit:{made}"}


async def _data(unit_id, **changes):
    unit = await queries.unit(unit_id)
    assert unit is not None
    fields = {"code": unit.code, "kind": unit.kind_id, "name": unit.name, "parent": unit.parent, **changes}
    return UnitData(**fields), unit.revision


async def test_two_people_edit_one_unit_and_the_second_is_told():
    city = await found_city()
    data, revision = await _data(city["PBC"], name=Text("Bến Cảng một"))
    await update_unit(city["PBC"], data, revision=revision, by=OFFICE)
    other, _ = await _data(city["PBC"], name=Text("Bến Cảng hai"))
    with pytest.raises(UnitChanged) as told:
        await update_unit(city["PBC"], other, revision=revision, by=OFFICE)
    assert told.value.changed == ["name"]
    unit = await queries.unit(city["PBC"])
    assert unit is not None
    assert unit.name.vi == "Bến Cảng một"


async def test_no_unit_moves_below_itself():
    city = await found_city()
    for parent in ("UBND", "SKHCN", "TTCDS"):
        data, revision = await _data(city["UBND"], parent=city[parent])
        with pytest.raises(UnitCycle):
            await update_unit(city["UBND"], data, revision=revision, by=OFFICE)


async def test_a_merged_ward_keeps_its_row_and_hands_over_what_stood_below():
    city = await found_city()
    await merge_unit(city["SKHCN"], into=city["PHP"], last_day=date(2026, 6, 30), by=OFFICE)
    ended, centre = await queries.unit(city["SKHCN"]), await queries.unit(city["TTCDS"])
    assert ended is not None
    assert centre is not None
    assert (ended.successor, ended.valid_to, centre.parent) == (city["PHP"], date(2026, 6, 30), city["PHP"])
    assert ended.ended(date(2026, 7, 1))
    assert not ended.ended(date(2026, 6, 30))
    with pytest.raises(UnitEnded):
        await merge_unit(city["SKHCN"], into=city["PBC"], last_day=date(2026, 7, 1), by=OFFICE)


async def test_units_do_not_carry_each_other_on_in_a_circle():
    city = await found_city()
    await merge_unit(city["PBC"], into=city["PHP"], last_day=date(2026, 6, 30), by=OFFICE)
    for into in ("PBC", "PHP"):
        with pytest.raises((UnitCycle, UnitEnded)):
            await merge_unit(city["PHP"], into=city[into], last_day=date(2026, 7, 1), by=OFFICE)
    with pytest.raises(UnitCycle):
        await merge_unit(city["UBND"], into=city["TTCDS"], last_day=date(2026, 7, 1), by=OFFICE)


async def test_a_unit_does_not_end_before_it_began():
    city = await found_city()
    data, revision = await _data(city["PBC"], valid_from=date(2026, 1, 1))
    await update_unit(city["PBC"], data, revision=revision, by=OFFICE)
    with pytest.raises(Refused):
        await merge_unit(city["PBC"], into=city["PHP"], last_day=date(2025, 12, 31), by=OFFICE)
    backwards, revision = await _data(city["PBC"], valid_from=date(2026, 1, 1), valid_to=date(2025, 1, 1))
    with pytest.raises(Refused):
        await update_unit(city["PBC"], backwards, revision=revision, by=OFFICE)


async def test_what_a_ward_hosts_lies_with_the_ward_and_above_it():
    city = await found_city()
    scopes = {scope.id: scope.inherited for scope in await queries.unit_scopes([city["TTCDS"]])}
    assert scopes == {str(city["TTCDS"]): False, str(city["SKHCN"]): True, str(city["UBND"]): True}


async def test_whoever_carries_a_unit_on_answers_for_what_it_did():
    city = await found_city()
    await merge_unit(city["PBC"], into=city["PHP"], last_day=date(2026, 6, 30), by=OFFICE)
    scopes = await queries.unit_scopes([city["PBC"]])
    editor = Account("x", "Người của Hoa Phượng", roles=(Role("unit_editor", Scope("unit", str(city["PHP"]))),))
    assert editor.may(["unit_editor"], scopes)
    assert not editor.may(["unit_editor"], await queries.unit_scopes([city["SKHCN"]]))


async def test_an_editor_reaches_the_units_below_only_if_the_role_says_so():
    city = await found_city()
    alone = Account("x", "", roles=(Role("unit_editor", Scope("unit", str(city["UBND"]))),))
    whole = Account("y", "", roles=(Role("unit_editor", Scope("unit", str(city["UBND"])), with_subtree=True),))
    assert await queries.units_of(alone, "unit_editor") == {city["UBND"]}
    assert await queries.units_of(whole, "unit_editor") == {city[code] for code in ("UBND", "PBC", "PHP", "SKHCN", "TTCDS")}
    assert await queries.units_of(whole, "venue_manager") == set()
    of_the_ward = await queries.unit_scopes([city["PBC"]])
    assert whole.may(["unit_editor"], of_the_ward)
    assert not alone.may(["unit_editor"], of_the_ward)
