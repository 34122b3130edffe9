"""Publishing without surprises: what is frozen, what is refused, what rises, and who passes whom."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.events.programme import published as snapshots
from app.events.programme.drafting import set_status, withdraw_activity
from app.events.programme.editions import update_edition
from app.events.programme.model import Activity
from app.events.programme.published import load_week, published
from app.events.programme.publishing import Clash, NothingChanged, ProgrammePublished, StillDraft, Unseen, preview
from app.events.programme.queries import version, versions
from app.kernel import announce
from app.kernel.database import rows, unit_of_work
from app.kernel.text import Text
from tests.events.factories import (
    AI_LAB,
    ORGANISER,
    SECOND_HALL,
    a_session,
    an_activity,
    draft,
    edit,
    edit_session,
    publish,
    reread,
    small_edition,
)
from tests.events.weeks import at

pytestmark = pytest.mark.usefixtures("database")


async def seen(slug: str = "2026") -> dict[str, Activity]:
    """What readers see, by Vietnamese title."""
    week = await published(slug)
    return {revision.activity.title.vi: revision.activity for revision in week.revisions} if week else {}


async def test_nothing_is_public_before_the_first_publication():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    assert await published("2026") is None
    assert await published("1999") is None
    version = await publish(edition)
    assert (version.number, [change.kinds for change in version.changes]) == (1, [("new",)])
    assert set(await seen()) == {"Lễ khai mạc"}
    assert (await reread(edition)).state == "open"


async def test_unpublished_edits_stay_invisible_until_they_are_published():
    edition = await small_edition()
    opening = await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    await edit(edition, opening.id, title=Text("Khai mạc hoành tráng"), capacity=700)
    await an_activity(edition, "Hội thảo mới", a_session(2))
    assert set(await seen()) == {"Lễ khai mạc"}
    assert (await seen())["Lễ khai mạc"].capacity is None
    await publish(edition)
    assert set(await seen()) == {"Khai mạc hoành tráng", "Hội thảo mới"}


async def test_a_hot_fix_publishes_only_itself():
    edition = await small_edition()
    opening, tour = await an_activity(edition, "Lễ khai mạc"), await an_activity(edition, "Tham quan", a_session(2))
    await publish(edition)
    await edit(edition, opening.id, summary=Text("Còn đang viết"))
    await edit_session(edition, tour.id, starts_at=at(3, "09:00"), ends_at=at(3, "11:00"))
    await update_edition(edition.id, msgspec.structs.replace(edition.info, theme=Text("Chủ đề mới")), revision=1, by=ORGANISER)

    fixed = await publish(edition, tour.id, note="Cảng đón tàu lớn")
    assert [change.title.vi for change in fixed.changes] == ["Tham quan"]
    now = await seen()
    assert now["Tham quan"].sessions[0].sequence == 1
    assert now["Tham quan"].sessions[0].previous_starts_at == at(2, "08:00")
    assert now["Lễ khai mạc"].summary.vi == ""
    assert (await published("2026")).edition.theme.vi != "Chủ đề mới"

    rest = await publish(edition)
    assert [change.title.vi for change in rest.changes] == ["Lễ khai mạc"]
    assert (await published("2026")).edition.theme.vi == "Chủ đề mới"


async def test_room_clashes_are_refused_with_names_and_times_and_nothing_is_published():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc", a_session(1, "08:00", "09:30"))
    await an_activity(edition, "Phiên toàn thể", a_session(1, "09:00", "11:00"))
    await an_activity(edition, "Tọa đàm", a_session(1, "09:15", "10:00"))
    with pytest.raises(Clash) as refused:
        await publish(edition)
    told = [(clash.first.title.vi, clash.second.title.vi, clash.starts_at, clash.ends_at) for clash in refused.value.conflicts]
    assert told == [
        ("Lễ khai mạc", "Phiên toàn thể", at(1, "09:00"), at(1, "09:30")),
        ("Lễ khai mạc", "Tọa đàm", at(1, "09:15"), at(1, "09:30")),
        ("Phiên toàn thể", "Tọa đàm", at(1, "09:15"), at(1, "10:00")),
    ]
    assert refused.value.conflicts[0].place.room.vi == "Hội trường lớn"
    assert (await reread(edition)).published_version == 0
    assert await published("2026") is None


async def test_a_hot_fix_is_judged_against_what_is_published_not_against_drafts():
    edition = await small_edition()
    opening = await an_activity(edition, "Lễ khai mạc", a_session(1, "08:00", "09:30"))
    await publish(edition)
    clashing_draft = await an_activity(edition, "Phiên toàn thể", a_session(1, "09:00", "11:00"))
    await edit(edition, opening.id, capacity=900)
    await publish(edition, opening.id)
    with pytest.raises(Clash):
        await publish(edition, clashing_draft.id)


async def test_accepted_clashes_do_not_stop_later_publications():
    edition = await small_edition()
    one, two = await an_activity(edition, "A"), await an_activity(edition, "B")
    first = await publish(edition, allow_overlap=True)
    assert first.overlap_allowed
    await edit(edition, one.id, summary=Text("Chỉ sửa chữ"))
    second = await publish(edition)
    assert not second.overlap_allowed
    assert len((await preview(await reread(edition))).standing) == 1
    await edit_session(edition, two.id, ends_at=at(1, "10:00"))
    with pytest.raises(Clash):
        await publish(edition)


async def test_an_activity_that_allows_overlap_shares_its_room():
    edition = await small_edition()
    await an_activity(edition, "Triển lãm", a_session(1, "08:00", "17:00"), allow_overlap=True)
    await an_activity(edition, "Hội thảo")
    assert not (await publish(edition)).overlap_allowed


async def test_publishing_twice_without_a_change_is_refused():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    with pytest.raises(NothingChanged):
        await publish(edition)
    assert (await reread(edition)).published_version == 1


async def test_a_draft_is_left_out_and_cannot_be_hot_fixed():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    unfinished = await an_activity(edition, "Đang soạn", status="draft")
    await publish(edition)
    assert set(await seen()) == {"Lễ khai mạc"}
    with pytest.raises(StillDraft):
        await publish(edition, unfinished.id)


async def test_what_left_the_draft_stays_cancelled_and_comes_back_with_a_higher_sequence():
    edition = await small_edition()
    tour = await an_activity(edition, "Tham quan", a_session(2), a_session(3, number=2))
    await publish(edition)
    await withdraw_activity(edition, tour.id, revision=(await draft(tour.id)).number, by=ORGANISER)
    gone = await publish(edition)
    assert gone.changes[0].kinds == ("gone",)
    shown = (await seen())["Tham quan"]
    assert [shown.status_of(one) for one in shown.sessions] == ["cancelled", "cancelled"]
    assert [one.sequence for one in shown.sessions] == [1, 1]
    await edit(edition, tour.id, gone=False)
    back = await publish(edition)
    assert back.changes[0].kinds == ("returned",)
    returned = (await seen())["Tham quan"]
    assert [(one.uid, one.sequence) for one in returned.sessions] == [(one.uid, 2) for one in tour.sessions]


async def test_the_address_is_the_first_one_for_ever():
    edition = await small_edition()
    made = await an_activity(edition, "Hội thảo AI")
    await edit(edition, made.id, slug="hoi-thao-tri-tue-nhan-tao")
    await publish(edition)
    await edit(edition, made.id, slug="khac", title=Text("Hội thảo về AI"))
    await publish(edition)
    assert (await seen())["Hội thảo về AI"].slug == "hoi-thao-tri-tue-nhan-tao"


async def test_a_version_is_immutable_and_keeps_the_strings_of_its_day():
    edition = await small_edition()
    made = await an_activity(edition, "Hội thảo")
    await publish(edition)
    before = await load_week(edition.id, 1)
    await edit(edition, made.id, title=Text("Tên mới"))
    async with unit_of_work(ORGANISER, unaudited="a room gets a new name") as _:
        from app.kernel.database import run

        await run("UPDATE room SET vi = 'Hội trường Biển Đông' WHERE code = 'H-A'")
    await publish(edition)
    assert await load_week(edition.id, 1) == before
    assert before.revisions[0].activity.sessions[0].place.room.vi == "Hội trường lớn"
    after = await load_week(edition.id, 2)
    assert after.revisions[0].activity.sessions[0].place.room.vi == "Hội trường Biển Đông"
    assert [(revision.number, revision.modified_at == after.published_at) for revision in after.revisions] == [(2, True)]


async def test_unchanged_activities_keep_their_revision_and_its_hour(clock):
    edition = await small_edition()
    calm, busy = await an_activity(edition, "Yên"), await an_activity(edition, "Bận", a_session(2))
    first = await publish(edition)
    clock.advance(hours=1)
    await edit(edition, busy.id, capacity=10)
    await publish(edition)
    week = await published("2026")
    assert (week.by_id[calm.id].number, week.by_id[calm.id].modified_at) == (1, first.published_at)
    assert (week.by_id[busy.id].number, week.by_id[busy.id].modified_at) == (2, clock.now())
    stored = await rows("SELECT activity, number FROM activity_revision")
    assert len(stored) == 3


async def test_nobody_publishes_what_they_have_not_seen():
    edition = await small_edition()
    made = await an_activity(edition, "Lễ khai mạc")
    shown = await preview(edition)
    await edit(edition, made.id, capacity=100)
    with pytest.raises(Unseen):
        await publish(edition, seen=shown.seal)
    await publish(edition, seen=(await preview(edition)).seal)


async def test_two_publishers_at_once_both_publish_one_after_the_other():
    edition = await small_edition()
    one, two = await an_activity(edition, "A"), await an_activity(edition, "B", a_session(2))
    done = await asyncio.gather(publish(edition, one.id), publish(edition, two.id))
    assert sorted(version.number for version in done) == [1, 2]
    assert set(await seen()) == {"A", "B"}
    assert [v.number for v in await versions(edition.id)] == [2, 1]


async def test_two_publishers_with_clashing_activities_cannot_pass_each_other():
    edition = await small_edition()
    halls = [await an_activity(edition, f"Hội thảo {n}") for n in range(4)]
    done = await asyncio.gather(*(publish(edition, one.id) for one in halls), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Clash", "Clash", "Clash", "VersionView"]
    assert len(await seen()) == 1


async def test_the_same_button_pressed_twice_makes_one_version():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    done = await asyncio.gather(*(publish(edition) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["NothingChanged", "NothingChanged", "VersionView"]


async def test_editing_while_publishing_never_freezes_half_an_edit():
    edition = await small_edition()
    made = await an_activity(edition, "0 giờ", a_session(1, "08:00", "08:30"))

    async def keep_editing() -> None:
        for minute in range(1, 12):
            now = (await draft(made.id)).activity.sessions[0]
            session = msgspec.structs.replace(now, ends_at=at(1, f"09:{minute:02}"))
            await edit(edition, made.id, title=Text(f"{minute} giờ"), sessions=(session,))

    async def keep_publishing() -> None:
        for _ in range(8):
            try:
                await publish(edition, allow_overlap=True)
            except NothingChanged:
                await asyncio.sleep(0.005)

    await asyncio.gather(keep_editing(), keep_publishing())
    latest = (await reread(edition)).published_version
    for number in range(1, latest + 1):
        (revision,) = (await load_week(edition.id, number)).revisions
        title = revision.activity.title.vi.split()[0]
        minute = revision.activity.sessions[0].ends_at.minute
        assert title == "0" or int(title) == minute


async def test_a_subscriber_that_fails_undoes_the_publication(monkeypatch):
    edition = await small_edition()
    made = await an_activity(edition, "Lễ khai mạc")
    heard = []

    async def attend(event, work):
        heard.append((event.number, [change.kinds for change in event.changes]))
        if len(heard) == 1:
            raise RuntimeError("the mail could not be queued")

    monkeypatch.setitem(announce._subscribers, ProgrammePublished, [attend])
    with pytest.raises(RuntimeError):
        await publish(edition)
    assert await published("2026") is None
    await publish(edition)
    assert heard == [(1, [("new",)]), (1, [("new",)])]
    assert (await draft(made.id)).activity.sessions[0].sequence == 0


async def test_cancelled_frees_the_room_for_the_next():
    edition = await small_edition()
    first = await an_activity(edition, "Hội thảo A")
    await publish(edition)
    await set_status(edition, first.id, "cancelled", reason=Text("Diễn giả ốm"), revision=1, by=ORGANISER)
    await an_activity(edition, "Hội thảo B")
    done = await publish(edition)
    assert {change.title.vi: change.kinds for change in done.changes} == {"Hội thảo A": ("cancelled",), "Hội thảo B": ("new",)}
    assert (await seen())["Hội thảo A"].changed_at == done.published_at


async def test_a_version_tells_its_changes_later_too():
    edition = await small_edition()
    made = await an_activity(edition, "Hội thảo")
    await publish(edition, note="Bản đầu")
    await edit_session(edition, made.id, place=SECOND_HALL)
    done = await publish(edition)
    stored = await version(edition.id, 2)
    assert stored == done
    (session,) = stored.changes[0].sessions
    assert (session.before.place.room.vi, session.after.place.room.vi) == ("Hội trường lớn", "Phòng Hoa Phượng")
    assert (await version(edition.id, 1)).note == "Bản đầu"
    found = await rows("SELECT action, note FROM audit_entry WHERE action = 'programme.published' ORDER BY id")
    assert [one["note"] for one in found] == ["Bản đầu", ""]


async def test_readers_share_one_look_at_the_database(monkeypatch):
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    asked = []

    async def counting(sql, *args):
        asked.append(sql)
        found = await rows(sql, *args)
        return found[0] if found else None

    monkeypatch.setattr(snapshots, "row", counting)
    weeks = await asyncio.gather(*(published("2026") for _ in range(50)))
    assert all(week is weeks[0] for week in weeks)
    assert len(asked) == 2  # which version is current, and its head
    await asyncio.sleep(snapshots.RECHECK)
    await asyncio.gather(*(published("2026") for _ in range(50)))
    assert len(asked) == 3


async def test_a_publication_elsewhere_is_seen_within_a_quarter_of_a_second(monkeypatch):
    edition = await small_edition()
    made = await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    assert (await published("2026")).version == 1
    await edit(edition, made.id, capacity=5)
    monkeypatch.setattr(snapshots, "forget", lambda slug: None)  # another process: nobody tells this one
    await publish(edition)
    await asyncio.sleep(snapshots.RECHECK + 0.01)
    assert (await published("2026")).version == 2


async def test_inside_a_unit_of_work_readers_still_see_what_is_committed():
    edition = await small_edition()
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    async with unit_of_work(ORGANISER, unaudited="only reads") as _:
        snapshots.forget("2026")
        assert (await published("2026")).version == 1


async def test_search_finds_listed_activities_without_marks():
    edition = await small_edition()
    await an_activity(edition, "Tham quan cảng thông minh")
    await an_activity(edition, "Cảng nội bộ", a_session(2, place=AI_LAB), unlisted=True)
    await publish(edition)
    week = await published("2026")
    assert [revision.activity.title.vi for revision in week.search("cang thong")] == ["Tham quan cảng thông minh"]
    assert [revision.activity.title.vi for revision in week.search("hoi truong lon")] == ["Tham quan cảng thông minh"]
    assert len(week.revisions) == 2
