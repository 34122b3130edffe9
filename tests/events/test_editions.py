"""Editions with their taxonomies and venues: made, copied, renamed, kept from harm."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from app.events.programme import queries
from app.events.programme.editions import (
    RESERVED,
    EditionChanged,
    SlugTaken,
    SlugUnusable,
    ZoneUnknown,
    create_edition,
    slug_is_usable,
    update_edition,
)
from app.events.programme.model import EditionInfo, Term
from app.events.programme.places import (
    PlaceInUse,
    RoomSpec,
    VenueChanged,
    VenueExists,
    VenueSpec,
    create_venue,
    ensure_venues,
    remove_venue,
    update_venue,
)
from app.events.programme.published import published
from app.events.programme.terms import TermInUse, ensure_terms, save_terms
from app.kernel.database import unit_of_work
from app.kernel.errors import NotFound, Refused
from app.kernel.text import Text
from app.kernel.web.access import declared
from app.main import create_app
from tests.events.factories import ORGANISER, an_activity, publish, reread, small_edition

pytestmark = pytest.mark.usefixtures("database")


def info(slug="2027", **more):
    given = {"name": Text("Tuần lễ 2027"), "starts_on": date(2027, 10, 4), "ends_on": date(2027, 10, 10)}
    return EditionInfo(slug=slug, **(given | more))


# --- editions --------------------------------------------------------------------------------------------------------


async def test_a_new_edition_can_be_worked_in_at_once():
    made = await create_edition(info(), by=ORGANISER)
    assert (made.state, made.published_version, made.revision) == ("draft", 0, 1)
    found = await queries.terms(made.id)
    assert {"type", "pillar", "content", "audience", "accessibility"} == set(found)
    assert found["pillar"][0] == Term("chinh_quyen_so", Text("Chính quyền số", "Digital government"))
    assert await queries.venues(made.id) == []


async def test_next_year_takes_over_this_years_halls_and_terms():
    this_year = await small_edition()
    await save_terms(this_year.id, "pillar", [Term("kinh_te", Text("Kinh tế số mới"))], by=ORGANISER)
    next_year = await create_edition(info(), like=this_year, by=ORGANISER)
    assert (await queries.terms(next_year.id))["pillar"] == (Term("kinh_te", Text("Kinh tế số mới")),)
    here, there = await queries.venues(next_year.id), await queries.venues(this_year.id)
    assert [(v.code, v.name, v.rooms) for v in here] == [(v.code, v.name, v.rooms) for v in there]
    assert {v.id for v in here}.isdisjoint(v.id for v in there)


@pytest.mark.parametrize("slug", ["", "gate", "manage", "api", "Tuần-lễ", "2026/x", "-2026", "a" * 41, "sign-in"])
def test_words_that_no_edition_may_be_called(slug):
    assert not slug_is_usable(slug)


async def test_what_an_edition_must_be():
    await small_edition("2026")
    for wrong, error in (
        (info("2026"), SlugTaken),
        (info("gate"), SlugUnusable),
        (info(zone="Asia/Hải_Đăng"), ZoneUnknown),
        (info(ends_on=date(2027, 10, 1)), Refused),
        (info(accent="đỏ"), Refused),
    ):
        with pytest.raises(error):
            await create_edition(wrong, by=ORGANISER)
    assert [one.slug for one in await queries.editions()] == ["2026"]


async def test_an_edited_theme_is_public_with_the_next_publication():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    changed = msgspec.structs.replace(edition.info, theme=Text("Chủ đề mới"), slug="khac")
    await update_edition(edition.id, changed, revision=1, by=ORGANISER)
    assert (await reread(edition)).info.theme.vi == "Chủ đề mới"
    assert (await published("2026")).edition.theme.vi != "Chủ đề mới"
    version = await publish(edition)
    assert version.changes == ()
    assert (await published("2026")).edition.theme.vi == "Chủ đề mới"


async def test_a_lost_update_of_an_edition_is_refused():
    edition = await small_edition()
    await update_edition(edition.id, msgspec.structs.replace(edition.info, theme=Text("Một")), revision=1, by=ORGANISER)
    with pytest.raises(EditionChanged) as refused:
        await update_edition(edition.id, msgspec.structs.replace(edition.info, theme=Text("Hai")), revision=1, by=ORGANISER)
    assert refused.value.changed == ["theme"]


async def test_an_edition_opens_by_publishing_and_never_becomes_a_draft_again():
    edition = await small_edition()
    with pytest.raises(Refused):
        await update_edition(edition.id, edition.info, state="running", revision=1, by=ORGANISER)
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    await update_edition(edition.id, edition.info, state="archived", revision=1, by=ORGANISER)
    with pytest.raises(Refused):
        await update_edition(edition.id, edition.info, state="draft", revision=2, by=ORGANISER)


@pytest.mark.parametrize(
    ("today", "slug"),
    [
        (date(2026, 1, 1), "2026"),
        (date(2026, 10, 8), "2026"),
        (date(2026, 10, 12), "2027"),
        (date(2027, 10, 5), "2027"),
        (date(2030, 1, 1), "2027"),
    ],
)
async def test_the_edition_of_today(today, slug):
    for one in (await small_edition("2026"), await create_edition(info("2027"), by=ORGANISER)):
        await an_activity(one, "Lễ khai mạc", status="confirmed", sessions=())
        await publish(one)
    await create_edition(info("2028", starts_on=date(2026, 10, 8), ends_on=date(2026, 10, 9)), by=ORGANISER)  # never published
    assert (await queries.edition_today(today)).slug == slug


def test_every_address_of_the_server_is_reserved(settings, clock):
    firsts = set()
    for line in declared(create_app(settings, clock)):
        parts = line.path.strip("/").split("/")
        if parts[0] and not parts[0].startswith("{"):
            firsts.add(parts[0])
        if parts[0] == "manage" and len(parts) > 1 and not parts[1].startswith("{"):
            firsts.add(parts[1])
    assert firsts - RESERVED == set()


# --- taxonomies ------------------------------------------------------------------------------------------------------


async def test_terms_are_renamed_and_added_in_their_order():
    edition = await small_edition()
    before = list((await queries.terms(edition.id))["pillar"])
    wanted = [Term("moi", Text("Mới", "New")), *reversed(before[:2]), msgspec.structs.replace(before[2], name=Text("Đổi tên"))]
    await save_terms(edition.id, "pillar", wanted, by=ORGANISER)
    assert list((await queries.terms(edition.id))["pillar"]) == wanted


async def test_a_term_that_activities_carry_is_not_removed():
    edition = await small_edition()
    await an_activity(edition, "Hội thảo", pillars=(Term("kinh_te_so", Text("")),))
    terms = (await queries.terms(edition.id))["pillar"]
    with pytest.raises(TermInUse):
        await save_terms(edition.id, "pillar", [one for one in terms if one.code != "kinh_te_so"], by=ORGANISER)
    assert (await queries.terms(edition.id))["pillar"] == terms
    with pytest.raises(NotFound):
        await save_terms(edition.id, "khong-co", [], by=ORGANISER)


async def test_an_import_adds_and_renames_terms_and_deletes_none():
    edition = await small_edition()
    before = (await queries.terms(edition.id))["pillar"]
    async with unit_of_work(ORGANISER, unaudited="an import") as _:
        await ensure_terms(
            edition.id, {"pillar": [Term("kinh_te_so", Text("Kinh tế số 2026")), Term("xanh", Text("Chuyển đổi xanh"))]}, by=ORGANISER
        )
    after = (await queries.terms(edition.id))["pillar"]
    assert len(after) == len(before) + 1
    assert after[-1].code == "xanh"
    assert next(one.name for one in after if one.code == "kinh_te_so") == Text("Kinh tế số 2026", "Digital economy")


# --- venues ----------------------------------------------------------------------------------------------------------


async def test_a_venue_gets_codes_from_its_names():
    edition = await small_edition()
    spec = VenueSpec("", Text("Nhà Văn hóa Thanh niên"), rooms=(RoomSpec("", Text("Hội trường")), RoomSpec("", Text("Hội trường"), 80)))
    code = await create_venue(edition.id, spec, by=ORGANISER)
    found = await queries.venue(edition.id, code)
    assert (code, [room.code for room in found.rooms]) == ("nha-van-hoa-thanh-nien", ["hoi-truong", "hoi-truong-2"])
    again = await create_venue(edition.id, VenueSpec("", Text("Nhà Văn hóa Thanh niên")), by=ORGANISER)
    assert again == "nha-van-hoa-thanh-nien-2"
    with pytest.raises(VenueExists):
        await create_venue(edition.id, VenueSpec("V01", Text("Trùng mã")), by=ORGANISER)


async def test_a_room_in_use_stays_and_an_empty_one_goes():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")  # in H-A
    venue = await queries.venue(edition.id, "V01")
    keep_b = VenueSpec("V01", venue.name, venue.address, rooms=(RoomSpec("H-B", Text("Phòng Hoa Phượng")),))
    with pytest.raises(PlaceInUse):
        await update_venue(edition.id, "V01", keep_b, revision=1, by=ORGANISER)
    keep_a = VenueSpec("V01", venue.name, venue.address, rooms=(RoomSpec("H-A", Text("Hội trường mới"), 900),))
    await update_venue(edition.id, "V01", keep_a, revision=1, by=ORGANISER)
    assert [(room.code, room.name.vi, room.capacity) for room in (await queries.venue(edition.id, "V01")).rooms] == [
        ("H-A", "Hội trường mới", 900)
    ]
    with pytest.raises(VenueChanged):
        await update_venue(edition.id, "V01", keep_a, revision=1, by=ORGANISER)
    with pytest.raises(PlaceInUse):
        await remove_venue(edition.id, "V01", by=ORGANISER)
    await remove_venue(edition.id, "V03", by=ORGANISER)
    assert [one.code for one in await queries.venues(edition.id)] == ["V01", "V06"]


async def test_an_import_completes_venues_and_erases_nothing():
    edition = await small_edition()
    async with unit_of_work(ORGANISER, unaudited="an import") as _:
        await ensure_venues(
            edition.id,
            [
                VenueSpec(
                    "V01",
                    Text("Trung tâm Hội nghị mới"),
                    rooms=(RoomSpec("H-A", Text("Hội trường lớn")), RoomSpec("H-C", Text("Phòng Hải Âu"), 200)),
                ),
                VenueSpec("V09", Text("Công viên Bến Cảng")),
            ],
            by=ORGANISER,
        )
    first = await queries.venue(edition.id, "V01")
    assert (first.name.vi, first.address.vi, first.latitude) == ("Trung tâm Hội nghị mới", "Số 1 đường Hải Đăng", 20.8612)
    assert [(room.code, room.capacity) for room in first.rooms] == [("H-A", 1200), ("H-B", 300), ("H-C", 200)]
    assert (await queries.venue(edition.id, "V09")).rooms == ()
