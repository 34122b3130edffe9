"""The programme's people: one row a person, however often a file names them."""

from __future__ import annotations

import pytest

from app.accounts import queries
from app.accounts.people import PersonSpec, ensure_people, update_person
from app.kernel.database import rows
from app.kernel.errors import NotFound
from app.kernel.ids import uuid7
from app.kernel.text import Text
from tests.accounts.staff import OFFICE, found_city

pytestmark = pytest.mark.usefixtures("database")


async def test_a_speaker_named_twice_is_one_person_and_learns_her_title():
    first = await ensure_people([PersonSpec("Trần Thu Hà"), PersonSpec("Trần  Thu Hà ")], by=OFFICE)
    assert len(set(first)) == 1
    again = await ensure_people([PersonSpec("Trần Thu Hà", title="TS.", post=Text("Giám đốc"))], by=OFFICE)
    assert again == first[:1]
    person = (await queries.people_by_id(again))[again[0]]
    assert (person.name, person.title, person.post) == ("Trần Thu Hà", "TS.", Text("Giám đốc"))


async def test_namesakes_of_two_units_are_two_people():
    city = await found_city()
    one, other = await ensure_people(
        [PersonSpec("Nguyễn Văn An", unit=city["PBC"]), PersonSpec("Nguyễn Văn An", unit=city["PHP"])], by=OFFICE
    )
    assert one != other
    # Without a unit nobody can say which of the two is meant: a third, rather than the wrong one.
    third = await ensure_people([PersonSpec("Nguyễn Văn An")], by=OFFICE)
    assert third[0] not in (one, other)


async def test_a_file_whose_own_ids_tell_namesakes_apart():
    one, other = await ensure_people([PersonSpec("Anna"), PersonSpec("Anna")], by=OFFICE, match_names=False)
    assert one != other
    assert await ensure_people([PersonSpec("Anna B.", id=one)], by=OFFICE, match_names=False) == [one]
    assert (await queries.people_by_id([one]))[one].name == "Anna B."


async def test_naming_the_same_people_again_leaves_no_trace():
    specs = [PersonSpec("Lê Đức Thắng", title="ThS."), PersonSpec("Đỗ Hoàng Nam")]
    first = await ensure_people(specs, by=OFFICE)
    entries = await rows("SELECT id FROM audit_entry")
    assert await ensure_people(specs, by=OFFICE) == first
    assert await rows("SELECT id FROM audit_entry") == entries


async def test_people_are_found_without_marks_and_listed_by_given_name():
    await ensure_people([PersonSpec("Vũ Ngọc Lan"), PersonSpec("Trần Đình Ân"), PersonSpec("Lê Thị An")], by=OFFICE)
    assert [person.name for person in await queries.find_people("dinh an")] == ["Trần Đình Ân"]
    assert [person.name for person in await queries.find_people("")] == ["Lê Thị An", "Trần Đình Ân", "Vũ Ngọc Lan"]


async def test_thousands_of_speakers_in_one_import():
    specs = [PersonSpec(f"Người số {n}") for n in range(1200)]
    assert len(set(await ensure_people(specs, by=OFFICE))) == 1200
    assert len(await rows("SELECT id FROM person")) == 1200


async def test_a_person_is_corrected():
    (person,) = await ensure_people([PersonSpec("Bùi Thanh Tung")], by=OFFICE)
    await update_person(person, PersonSpec("Bùi Thanh Tùng"), by=OFFICE)
    assert (await queries.people_by_id([person]))[person].name == "Bùi Thanh Tùng"
    with pytest.raises(NotFound):
        await update_person(uuid7(), PersonSpec("Không có ai"), by=OFFICE)
