"""The draft week: written and read back whole, one editor at a time, nothing lost that was published."""

from __future__ import annotations

import msgspec
import pytest

from app.events.programme.drafting import (
    ActivityChanged,
    ActivityUnknown,
    PublishedStays,
    ReasonNeeded,
    WrongHours,
    create_activity,
    place_session,
    restore_activity,
    restore_version,
    set_status,
    update_activity,
    withdraw_activity,
)
from app.events.programme.drafts import load_draft, load_drafts
from app.events.programme.model import Activity, AgendaItem, Site, Speaker, Term, UnitRef
from app.events.programme.published import published
from app.events.programme.writing import UnknownCode
from app.kernel.actor import Actor
from app.kernel.database import rows
from app.kernel.ids import uuid7
from app.kernel.text import Text
from tests.events.factories import (
    AI_LAB,
    GRAND_HALL,
    ORGANISER,
    a_session,
    an_activity,
    draft,
    edit,
    edit_session,
    publish,
    small_edition,
)
from tests.events.weeks import DEPARTMENT, SEMINAR, at

pytestmark = pytest.mark.usefixtures("database")


def ref(code: str) -> UnitRef:
    return UnitRef(code, Text(""))


def term(code: str) -> Term:
    return Term(code, Text(""))


async def test_an_activity_with_everything_is_read_back_as_it_was_written():
    edition = await small_edition()
    hub = a_session(1, "08:00", "09:30", sites=(Site(ref("PBC"), AI_LAB, 80), Site(ref("HTH"))))
    second = a_session(2, "14:00", "16:00", AI_LAB, number=2, status="postponed")
    written = Activity(
        id=uuid7(),
        number=0,
        slug="",
        title=Text("Lễ khai mạc Tuần lễ", "Opening ceremony"),
        host=ref("UBND"),
        type=term("ceremony"),
        summary=Text("Khai mạc", "Opening"),
        description=Text("Dòng một\n\nDòng hai"),
        co_hosts=(ref("SKHCN"), ref("HTH")),
        pillars=(term("kinh_te_so"), term("chinh_quyen_so")),
        contents=(term("1"),),
        audiences=(term("citizens"), term("press")),
        accessibility=(term("sign_language"),),
        mode="multi_site",
        capacity=1000,
        registration="invite",
        allow_overlap=True,
        unlisted=True,
        sessions=(hub, second),
        agenda=(AgendaItem(at(1, "07:15"), 45, Text("Đón tiếp đại biểu", "Reception")), AgendaItem(at(1, "08:00"), 0, Text("Văn nghệ"))),
        speakers=(Speaker("Tạ Quang Hiển", "Ông", Text("Giám đốc Sở"), Text("Sở KH&CN"), "p1"), Speaker("Mạc Thanh Vân")),
        links=("https://tuanle.example.vn/", "https://tuanle.example.vn/truc-tiep"),
        language="vi",
    )
    await create_activity(edition, written, by=ORGANISER)
    found = (await draft(written.id)).activity
    assert found.number == 1
    assert found.slug == "le-khai-mac-tuan-le"
    assert found.host.name.en == "City People's Committee"
    assert [unit.name.vi for unit in found.co_hosts] == ["Sở Khoa học và Công nghệ", "Hội Tin học thành phố"]
    assert [one.code for one in found.pillars] == ["kinh_te_so", "chinh_quyen_so"]
    assert found.sessions[0].place.room.en == "Grand Hall"
    assert found.sessions[0].place.latitude == 20.8612
    assert [(site.unit.code, site.capacity) for site in found.sessions[0].sites] == [("PBC", 80), ("HTH", None)]
    assert found.sessions[0].sites[0].place.room_code == "SI-L"

    def bare(activity: Activity) -> Activity:
        """Names are the database's; codes and everything else must be as written."""

        def place(one):
            return None if one is None else one.key

        return msgspec.structs.replace(
            activity,
            number=0,
            slug="",
            host=activity.host.code,
            type=activity.type.code,
            co_hosts=[unit.code for unit in activity.co_hosts],
            **{name: [one.code for one in getattr(activity, name)] for name in ("pillars", "contents", "audiences", "accessibility")},
            sessions=[
                msgspec.structs.replace(one, place=place(one.place), sites=[(s.unit.code, place(s.place), s.capacity) for s in one.sites])
                for one in activity.sessions
            ],
        )

    assert bare(found) == bare(written)
    assert [revision.activity for revision in await load_drafts(edition.id)] == [found]


async def test_two_activities_of_one_name_get_addresses_and_numbers_of_their_own():
    edition = await small_edition()
    first, second = await an_activity(edition, "Lớp học số"), await an_activity(edition, "Lớp học số", a_session(2))
    assert [(one.number, one.slug) for one in (first, second)] == [(1, "lop-hoc-so"), (2, "lop-hoc-so-2")]


async def test_the_second_of_two_editors_is_told_what_the_first_changed():
    edition = await small_edition()
    opened = await draft((await an_activity(edition, "Lễ khai mạc")).id)
    colleague = Actor("account", "2", "Trần Văn Đồng Nghiệp")
    await update_activity(edition, msgspec.structs.replace(opened.activity, title=Text("Khai mạc")), revision=opened.number, by=colleague)
    mine = msgspec.structs.replace(opened.activity, capacity=500)
    with pytest.raises(ActivityChanged) as refused:
        await update_activity(edition, mine, revision=opened.number, by=ORGANISER)
    assert refused.value.changed == ["title"]
    assert refused.value.who == ("Trần Văn Đồng Nghiệp",)
    now = await draft(opened.activity.id)
    assert (now.activity.title.vi, now.activity.capacity) == ("Khai mạc", None)


async def test_an_activity_of_another_edition_is_not_found_here():
    mine, other = await small_edition(), await small_edition("2027")
    there = await draft((await an_activity(other, "Lễ khai mạc")).id)
    with pytest.raises(ActivityUnknown):
        await update_activity(mine, there.activity, revision=there.number, by=ORGANISER)


async def test_a_code_that_nobody_knows_is_refused_and_nothing_is_written():
    edition = await small_edition()
    with pytest.raises(UnknownCode):
        await an_activity(edition, "Lễ khai mạc", host=ref("KHONG-CO"))
    with pytest.raises(UnknownCode):
        await an_activity(edition, "Lễ khai mạc", type=term("khong-co"))
    with pytest.raises(UnknownCode):
        await an_activity(edition, "Lễ khai mạc", a_session(place=msgspec.structs.replace(GRAND_HALL, room_code="H-Z")))
    assert await load_drafts(edition.id) == []


async def test_hours_the_wrong_way_round_are_refused():
    edition = await small_edition()
    with pytest.raises(WrongHours):
        await an_activity(edition, "Lễ khai mạc", a_session(1, "10:00", "08:00"))


async def test_placing_a_session():
    edition = await small_edition()
    made = await an_activity(edition, "Hội thảo", a_session(place=None, number=1))
    uid = made.sessions[0].uid
    await place_session(edition, made.id, uid, starts_at=at(3, "14:00"), ends_at=at(3, "16:00"), place=AI_LAB, revision=1, by=ORGANISER)
    one = (await draft(made.id)).activity.sessions[0]
    assert (one.uid, one.starts_at, one.place.room.vi) == (uid, at(3, "14:00"), "Phòng thí nghiệm AI")


async def test_a_cancellation_tells_the_public_why():
    edition = await small_edition()
    made = await an_activity(edition, "Tham quan")
    with pytest.raises(ReasonNeeded):
        await set_status(edition, made.id, "cancelled", reason=Text("  "), revision=1, by=ORGANISER)
    await set_status(edition, made.id, "cancelled", reason=Text("Trung tâm trực chỉ huy"), revision=1, by=ORGANISER)
    found = (await draft(made.id)).activity
    assert (found.status, found.change_reason.vi) == ("cancelled", "Trung tâm trực chỉ huy")


async def test_one_day_of_several_is_postponed():
    edition = await small_edition()
    made = await an_activity(edition, "Triển lãm", a_session(1), a_session(2, number=2))
    second = made.sessions[1].uid
    await set_status(edition, made.id, "postponed", reason=Text("Mưa bão"), session=second, revision=1, by=ORGANISER)
    found = (await draft(made.id)).activity
    assert found.status == "confirmed"
    assert [one.status for one in found.sessions] == ["confirmed", "postponed"]


async def test_what_was_never_published_can_be_deleted_and_what_was_stays_withdrawn():
    edition = await small_edition()
    fresh = await an_activity(edition, "Nháp", a_session(sites=(Site(ref("PBC")),)), co_hosts=(ref("HTH"),), speakers=(Speaker("An"),))
    assert await withdraw_activity(edition, fresh.id, revision=1, by=ORGANISER)
    assert await load_draft(fresh.id) is None
    known = await an_activity(edition, "Đã công bố")
    await publish(edition)
    assert not await withdraw_activity(edition, known.id, revision=1, by=ORGANISER)
    gone = await draft(known.id)
    assert gone.activity.gone
    await restore_activity(edition, known.id, revision=gone.number, by=ORGANISER)
    assert not (await draft(known.id)).activity.gone


async def test_a_published_activity_never_becomes_a_draft_again():
    edition = await small_edition()
    made = await an_activity(edition, "Hội thảo", status="draft")
    await edit(edition, made.id, status="confirmed")
    await edit(edition, made.id, status="draft")
    await edit(edition, made.id, status="confirmed")
    await publish(edition)
    with pytest.raises(PublishedStays):
        await edit(edition, made.id, status="draft")


async def test_a_session_taken_out_is_deleted_or_withdrawn():
    edition = await small_edition()
    made = await an_activity(edition, "Triển lãm", a_session(1), a_session(2, number=2))
    await publish(edition)
    third = a_session(3, number=3)
    await edit(edition, made.id, sessions=(*made.sessions, third))
    now = (await draft(made.id)).activity
    await edit(edition, made.id, sessions=(now.sessions[0],))
    found = (await draft(made.id)).activity
    assert [(one.number, one.gone) for one in found.sessions] == [(1, False), (2, True)]


async def test_sessions_change_places_without_tripping_over_their_numbers():
    edition = await small_edition()
    made = await an_activity(edition, "Triển lãm", a_session(1), a_session(2, number=2))
    first, second = made.sessions
    swapped = (msgspec.structs.replace(second, number=1), msgspec.structs.replace(first, number=2))
    await edit(edition, made.id, sessions=swapped)
    assert [one.uid for one in (await draft(made.id)).activity.sessions] == [second.uid, first.uid]


async def test_every_edit_leaves_an_audit_entry_with_before_and_after():
    edition = await small_edition()
    made = await an_activity(edition, "Hội thảo", speakers=(Speaker("Nguyễn Văn Bí Mật"),))
    await edit(edition, made.id, capacity=200, speakers=())
    found = await rows("SELECT action, actor_label, changes FROM audit_entry WHERE subject = {} ORDER BY id", f"activity:{made.id}")
    assert [one["action"] for one in found] == ["activity.created", "activity.edited"]
    changes = msgspec.json.decode(found[1]["changes"])
    assert changes["before"] == {"capacity": None, "speakers": 1}
    assert changes["after"] == {"revision": 2, "fields": ["capacity", "speakers"], "capacity": 200, "speakers": 0}
    assert all("Bí Mật" not in one["changes"] for one in found)


async def test_the_draft_can_be_put_back_to_an_earlier_version():
    edition = await small_edition()
    opening, tour = await an_activity(edition, "Lễ khai mạc"), await an_activity(edition, "Tham quan", a_session(2))
    await publish(edition)
    await edit(edition, opening.id, title=Text("Khai mạc lớn"))
    await edit_session(edition, tour.id, starts_at=at(4, "09:00"), ends_at=at(4, "11:00"))
    later = await an_activity(edition, "Thêm sau", a_session(3))
    await publish(edition)
    unpublished = await an_activity(edition, "Đang soạn", a_session(4), status="draft")

    await restore_version(edition, 1, by=ORGANISER)
    assert (await draft(opening.id)).activity.title.vi == "Lễ khai mạc"
    assert (await draft(later.id)).activity.gone
    assert not (await draft(unpublished.id)).activity.gone
    assert (await published("2026")).by_id[opening.id].activity.title.vi == "Khai mạc lớn"

    await publish(edition)
    week = await published("2026")
    assert week.version == 3
    assert week.by_id[tour.id].activity.sessions[0].starts_at == at(2, "08:00")
    assert week.by_id[tour.id].activity.sessions[0].sequence == 2
    assert week.by_id[later.id].activity.public_status == "cancelled"


async def test_the_draft_is_read_in_as_many_statements_for_many_as_for_few(database, monkeypatch):
    from app.events.programme import drafts

    edition = await small_edition()
    await an_activity(edition, "Một", host=DEPARTMENT, type=SEMINAR)
    asked = []

    async def counting(sql, *args):
        asked.append(sql)
        return await rows(sql, *args)

    monkeypatch.setattr(drafts, "rows", counting)
    await load_drafts(edition.id)
    few = len(asked)
    for day in range(2, 7):
        await an_activity(edition, f"Ngày {day}", a_session(day), a_session(day, "14:00", "15:00", number=2))
    asked.clear()
    await load_drafts(edition.id)
    assert len(asked) == few == 8
