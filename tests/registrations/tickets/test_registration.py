"""Registering: the last places, families, double taps, repeats, and what is refused."""

from __future__ import annotations

import asyncio
import json

import pytest

from app.events.programme.drafting import set_status
from app.kernel.clock import VIETNAM
from app.kernel.database import Conflict, row, rows
from app.kernel.text import Text
from app.registrations.tickets.codes import is_genuine
from app.registrations.tickets.offer import Closed, Full
from app.registrations.tickets.registration import Wish, register
from app.registrations.tickets.self_service import cancel
from tests.events.factories import ORGANISER, a_session, an_activity, draft, edit, publish
from tests.registrations.tickets.conftest import AGREED, VISITOR, again, audit, mails


async def test_a_visitor_registers_and_has_a_ticket_at_once(week):
    held = await week.held()
    assert held.state == "confirmed"
    assert held.ticket is not None
    assert is_genuine(held.ticket.code)
    assert held.ticket.holder == "Nguyễn Thị Ánh"
    assert await week.taken() == 1
    stored = await again(held)
    assert (stored.email, stored.phone, stored.tickets) == ("anh@example.vn", "+84912345678", held.tickets)
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("ticket", "anh@example.vn")]


async def test_one_audit_entry_that_names_nobody(week):
    held = await week.held()
    entry, *more = await audit("registration.made")
    assert more == []
    assert entry["subject"] == f"registration:{held.id}"
    assert entry["actor_kind"] == "visitor"
    assert "Ánh" not in entry["changes"] + entry["personal"]
    assert "example.vn" not in entry["changes"] + entry["personal"]
    kept = {one["field"]: one["value"] for one in await rows("SELECT field, value FROM audit_personal WHERE entry = {}", entry["id"])}
    assert kept == {"name": "Nguyễn Thị Ánh", "email": "anh@example.vn", "phone": "+84912345678"}


async def test_two_hundred_people_want_the_last_ten_places(week):
    """Ten get in, 190 are told it is full, and nothing of a refused attempt is left behind."""
    offered = await week.offer()

    async def one(n: int) -> str:
        try:
            outcome = await register(offered, Wish(f"Người thứ {n}", email=f"nguoi{n}@example.vn"), AGREED, by=VISITOR)
        except Full:
            return "full"
        return outcome.result

    answers = await asyncio.gather(*(one(n) for n in range(200)))
    assert (answers.count("made"), answers.count("full")) == (10, 190)
    assert await week.taken() == 10
    for table in ("registration", "ticket", "mail"):
        found = await row(f"SELECT count(*) AS n FROM {table}")
        assert found["n"] == 10, table
    assert len(await audit("registration.made")) == 10


async def test_a_place_given_back_is_taken_by_the_next(week):
    first = [await week.held(f"Người thứ {n}", email=f"n{n}@example.vn") for n in range(10)]
    with pytest.raises(Full):
        await week.register("Người đến muộn", email="muon@example.vn")
    assert await cancel(first[3], by=VISITOR)
    assert (await week.register("Người đến muộn", email="muon@example.vn")).result == "made"
    with pytest.raises(Full):
        await week.register("Người muộn hơn", email="muonhon@example.vn")


async def test_a_wider_hall_opens_places_and_a_narrower_one_takes_nobody_s(week):
    for n in range(10):
        await week.register(f"Người thứ {n}", email=f"n{n}@example.vn")
    await edit(week.edition, week.talk.id, capacity=11)  # live: no publication is needed
    assert (await week.register("Người mười một", email="muoimot@example.vn")).result == "made"
    await edit(week.edition, week.talk.id, capacity=5)
    assert (await week.offer()).left == 0
    assert await week.taken() == 11
    with pytest.raises(Full):
        await week.register("Người mười hai", email="muoihai@example.vn")


async def test_an_activity_without_a_limit_has_no_last_place(week):
    await edit(week.edition, week.talk.id, capacity=None)
    for n in range(12):
        assert (await week.register(f"Người thứ {n}", email=f"n{n}@example.vn")).result == "made"
    assert (await week.offer()).left is None


async def test_a_double_tap_makes_one_registration(week):
    """The phone sends the same form twice, at once and again a minute later: one ticket, the same one."""
    offered = await week.offer()
    wish = Wish("Nguyễn Thị Ánh", phone="+84912345678", nonce="from-one-form")
    outcomes = await asyncio.gather(*(register(offered, wish, AGREED, by=VISITOR) for _ in range(4)))
    later = await register(await week.offer(), wish, AGREED, by=VISITOR)
    assert sorted(outcome.result for outcome in outcomes) == ["made", "same", "same", "same"]
    assert {outcome.holding.token for outcome in [*outcomes, later]} == {later.holding.token}
    assert await week.taken() == 1


async def test_the_double_tap_on_the_last_place_is_no_refusal(week):
    await edit(week.edition, week.talk.id, capacity=1)
    offered = await week.offer()
    wish = Wish("Nguyễn Thị Ánh", phone="+84912345678", nonce="from-one-form")
    first = await register(offered, wish, AGREED, by=VISITOR)
    second = await register(await week.offer(), wish, AGREED, by=VISITOR)
    assert (second.result, second.holding.token) == ("same", first.holding.token)


async def test_the_form_filled_in_again_for_the_next_child_is_another_form(week):
    """A browser's back button brings the old form with its old nonce; the second name must not get the first one's ticket."""
    offered = await week.offer()
    mother = await register(offered, Wish("Trần Thị Mẹ", phone="+84912345678", nonce="old-form"), AGREED, by=VISITOR)
    child = await register(offered, Wish("Nguyễn Bé Con", phone="+84912345678", nonce="old-form"), AGREED, by=VISITOR)
    assert (mother.result, child.result) == ("made", "made")
    assert mother.holding.token != child.holding.token


async def test_a_family_shares_one_phone(week):
    names = ("Trần Văn Cha", "Nguyễn Thị Mẹ", "Trần Thị Con")
    assert [(await week.register(name, phone="+84912345678")).result for name in names] == ["made"] * 3


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "nguyen thi anh", "email": "anh@example.vn"},
        {"name": "NGUYỄN THỊ ÁNH", "phone": "+84912345678"},
        {"name": "Nguyễn Thị Ánh", "email": "anh@example.vn", "phone": "+84999999999"},
        {"name": "Nguyễn Thị Ánh", "email": "khac@example.vn", "phone": "+84912345678"},
    ],
)
async def test_a_repeat_from_elsewhere_sends_the_ticket_to_where_it_went_before(week, wish):
    first = await week.held()
    outcome = await week.register(**wish)
    assert (outcome.result, outcome.holding) == ("again", None)
    assert await week.taken() == 1
    sent = await mails()
    assert [mail["recipient"] for mail in sent] == ["anh@example.vn"] * 2
    assert first.token in sent[1]["text"]


async def test_a_stranger_cannot_fill_a_mailbox_by_repeating(week):
    await week.held()
    for _ in range(6):
        assert (await week.register()).result == "again"
    assert len(await mails()) == 3  # the first one, and two more in ten minutes


async def test_twenty_repeats_at_once_make_one_registration(week):
    outcomes = await asyncio.gather(*(week.register() for _ in range(20)))
    assert sorted({outcome.result for outcome in outcomes}) == ["again", "made"]
    assert [outcome.result for outcome in outcomes].count("made") == 1
    assert await week.taken() == 1


async def test_whoever_cancelled_may_come_back(week):
    first = await week.held()
    await cancel(first, by=VISITOR)
    second = await week.held()
    assert second.id != first.id
    assert second.ticket.code != first.ticket.code


async def test_what_is_not_registered_for_says_so_in_a_sentence(week, clock):
    with pytest.raises(Closed, match="vào cửa tự do"):
        await week.register(activity=week.fair)
    ball = await an_activity(week.edition, "Dạ tiệc", a_session(6, "18:00", "21:00", None), registration="invite")
    walk = await an_activity(week.edition, "Đi bộ", a_session(7, "06:00", "07:00", None), registration="none")
    await publish(week.edition)
    with pytest.raises(Closed, match="giấy mời"):
        await week.register(activity=ball)
    with pytest.raises(Closed, match="không cần đăng ký"):
        await week.register(activity=walk)
    clock.at = clock.at.astimezone(VIETNAM).replace(day=9, hour=16, minute=30)
    with pytest.raises(Closed, match="đã kết thúc"):
        await week.register()


async def test_a_cancelled_activity_takes_nobody(week):
    now = await draft(week.talk.id)
    await set_status(week.edition, week.talk.id, "cancelled", reason=Text("Bão"), revision=now.number, by=ORGANISER)
    await publish(week.edition)
    with pytest.raises(Closed, match="bị hủy"):
        await week.register()


async def test_what_was_agreed_to_is_kept_with_its_wording(week):
    offered = await week.offer()
    held = (await register(offered, Wish("Lê Văn Tám", phone="+84912345678"), {"attend": True, "newsletter": True}, by=VISITOR)).holding
    found = await rows("SELECT purpose, given, version, language, source FROM consent WHERE registration = {} ORDER BY purpose", held.id)
    assert [(one["purpose"], bool(one["given"])) for one in found] == [("attend", True), ("newsletter", True), ("share_exhibitors", False)]
    assert {(one["version"], one["language"], one["source"]) for one in found} == {(1, "vi", "form")}


async def test_the_database_itself_refuses_a_second_live_registration(week):
    """Even a use case with a fault could not make two."""
    from app.kernel.database import run, unit_of_work

    held = await week.held()
    columns = (
        "activity, name, folded_name, organisation, email, phone, language, kind, state, search_text, sort_text, created_at, revision, "
        "token_version"
    )
    with pytest.raises(Conflict) as refused:
        async with unit_of_work(VISITOR, unaudited="a test") as _:
            await run(f"INSERT INTO registration (id, nonce, {columns}) SELECT {{}}, 'x', {columns} FROM registration", week.fair.id)
    assert refused.value.constraint in ("registration_live_email", "registration_live_phone")
    assert json.loads((await audit("registration.made"))[0]["changes"])["after"]["activity"] == str(held.activity_id)
