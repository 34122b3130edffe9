"""What holders do by themselves: correct, cancel, withdraw; and how a lost ticket is found again."""

from __future__ import annotations

import asyncio

import pytest

from app.kernel.database import row, rows, run, unit_of_work
from app.kernel.errors import NotFound, Refused, Stale
from app.registrations.tickets.codes import grouped
from app.registrations.tickets.consents import answers_of, change_consent
from app.registrations.tickets.holding import read_token, token_of
from app.registrations.tickets.queries import holding_by_token
from app.registrations.tickets.self_service import Correction, cancel, change, find_by_code, mail_my_tickets
from tests.registrations.tickets.conftest import VISITOR, again, audit, mails


def correction(held, **fields):
    now = {"name": held.name, "email": held.email, "phone": held.phone, "organisation": held.organisation, "revision": held.revision}
    return Correction(**{**now, **fields})


async def test_cancelling_gives_the_place_back_once_however_often_it_is_asked_for(week):
    held = await week.held()
    await week.held("Trần Văn Bình", email="binh@example.vn")
    answers = await asyncio.gather(*(cancel(held, by=VISITOR) for _ in range(8)))
    assert answers.count(True) == 1
    assert await week.taken() == 1
    after = await again(held)
    assert (after.state, after.ticket.state) == ("cancelled", "cancelled")
    assert after.cancelled_at is not None
    assert [mail["kind"] for mail in await mails()] == ["ticket", "ticket", "cancelled"]
    assert len(await audit("registration.cancelled")) == 1


async def test_a_name_is_corrected_and_the_code_stays(week):
    held = await week.held("Nguyễn Thị Anh")
    after = await change(held, correction(held, name="Nguyễn Thị Ánh"), by=VISITOR)
    assert after == await again(held)
    assert (after.ticket.holder, after.ticket.code) == ("Nguyễn Thị Ánh", held.ticket.code)
    assert len(await mails()) == 1  # the address is the same: nothing new to send
    entry = (await audit("registration.changed"))[0]
    assert "Ánh" not in entry["changes"]


async def test_a_new_address_gets_the_ticket(week):
    held = await week.held(phone="+84912345678")
    await change(held, correction(held, email="moi@example.vn"), by=VISITOR)
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("ticket", "moi@example.vn")]


async def test_two_open_tabs_do_not_overwrite_each_other(week):
    held = await week.held()
    await change(held, correction(held, organisation="Sở Y tế"), by=VISITOR)
    with pytest.raises(Stale):
        await change(held, correction(held, organisation="Sở Nội vụ"), by=VISITOR)
    assert (await again(held)).organisation == "Sở Y tế"


async def test_a_correction_cannot_make_two_of_one(week):
    await week.held("Nguyễn Thị Ánh", email="anh@example.vn")
    other = await week.held("Nguyễn Thị Án", email="anh@example.vn")
    with pytest.raises(Refused, match="đăng ký khác"):
        await change(other, correction(other, name="Nguyễn Thị Ánh"), by=VISITOR)
    assert (await again(other)).name == "Nguyễn Thị Án"


async def test_what_is_cancelled_is_not_changed(week):
    held = await week.held()
    await cancel(held, by=VISITOR)
    with pytest.raises(Stale):
        await change(held, correction(held, name="Người Khác"), by=VISITOR)


async def test_a_consent_is_withdrawn_and_the_first_yes_is_not_forgotten(week):
    held = await week.held()
    await change_consent(held.id, held.edition_id, "newsletter", given=True, language="vi", by=VISITOR)
    await change_consent(held.id, held.edition_id, "newsletter", given=False, language="en", by=VISITOR)
    now = {answer.purpose.code: answer.given for answer in await answers_of(held.id, held.edition_id)}
    assert now == {"attend": True, "newsletter": False, "share_exhibitors": False}
    said = await rows("SELECT given, source FROM consent WHERE purpose = 'newsletter' ORDER BY at, id")
    assert sorted((bool(one["given"]), one["source"]) for one in said) == [(False, "form"), (False, "self"), (True, "self")]


@pytest.mark.parametrize("code", ["attend", "recording", "made-up", ""])
async def test_only_what_is_optional_can_be_withdrawn(week, code):
    held = await week.held()
    with pytest.raises(NotFound):
        await change_consent(held.id, held.edition_id, code, given=False, language="vi", by=VISITOR)


async def test_a_picture_and_the_phone_number_find_the_ticket(week):
    held = await week.held(phone="+84912345678")
    code = held.ticket.code
    for typed in (code, code.lower(), grouped(code), " ".join(grouped(code).split()[:2]), code[:9]):
        found = await find_by_code(typed, "+84912345678")
        assert found is not None, typed
        assert found.id == held.id
    wrong = ("Z" if code[-1] != "Z" else "Y") + code[1:]
    for typed, phone in (
        (code, "+84912345679"),
        (code[:8], "+84912345678"),
        (wrong, "+84912345678"),
        ("", ""),
        (code, ""),
        ("%" * 12, "+84912345678"),
    ):
        assert await find_by_code(typed, phone) is None, (typed, phone)


async def test_all_my_tickets_by_mail_and_not_a_word_about_a_stranger(week):
    await week.held()
    await week.register(activity=week.course, email="anh@example.vn")
    gone = await week.held("Trần Văn Bình", email="anh@example.vn")
    await cancel(gone, by=VISITOR)
    before = len(await mails())
    await mail_my_tickets("anh@example.vn", "2026", by=VISITOR)
    await mail_my_tickets("nguoila@example.vn", "2026", by=VISITOR)
    assert [(mail["kind"], mail["recipient"]) for mail in (await mails())[before:]] == [
        ("ticket", "anh@example.vn"),
        ("pending", "anh@example.vn"),
    ]


async def test_a_link_opens_its_own_registration_and_nothing_else(week):
    held = await week.held()
    assert (await holding_by_token(held.token)).id == held.id
    assert read_token(held.token) == (held.id, 1)
    for foreign in (token_of(week.talk.id, 1), token_of(held.id, 2), held.token[:-1] + "A", "x", "", held.ticket.code):
        assert await holding_by_token(foreign) is None


async def test_a_leaked_link_is_closed_by_raising_its_version(week):
    held = await week.held()
    async with unit_of_work(VISITOR, unaudited="a test") as _:
        await run("UPDATE registration SET token_version = token_version + 1 WHERE id = {}", held.id)
    assert await holding_by_token(held.token) is None
    assert await holding_by_token((await again(held)).token) is not None


async def test_search_text_is_folded_and_knows_both_writings_of_a_phone(week):
    await week.held(phone="+84912345678")
    found = await row("SELECT search_text FROM registration")
    assert found["search_text"] == "nguyen thi anh +84912345678 0912345678"
