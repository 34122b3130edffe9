"""A class with few places: organisers choose, and everybody hears of it."""

from __future__ import annotations

import asyncio

import pytest

from app.registrations.tickets.approval import approve, decide, decline
from app.registrations.tickets.export import export_registrations
from app.registrations.tickets.offer import Full
from app.registrations.tickets.queries import listing, seats, summaries
from app.registrations.tickets.self_service import cancel
from tests.events.factories import ORGANISER
from tests.registrations.tickets.conftest import VISITOR, again, audit, mails


async def waiting(week, count: int = 4):
    return [await week.held(f"Học viên {name}", week.course, email=f"{name.lower()}@example.vn") for name in "ABCDEFGH"[:count]]


async def test_whoever_waits_holds_no_place_and_has_no_ticket(week):
    held = (await waiting(week, 1))[0]
    assert (held.state, held.tickets) == ("pending", ())
    assert await week.taken(week.course) == 0
    assert [mail["kind"] for mail in await mails()] == ["pending"]


async def test_more_may_wait_than_there_are_places(week):
    people = await waiting(week, 4)
    offered = await week.offer(week.course)
    assert offered.capacity == 2
    answers = await asyncio.gather(*(approve(one, by=ORGANISER) for one in people), return_exceptions=True)
    assert [answer for answer in answers if answer is True] == [True, True]
    assert sum(isinstance(answer, Full) for answer in answers) == 2
    states = [(await again(one)).state for one in people]
    assert sorted(states) == ["confirmed", "confirmed", "pending", "pending"]
    assert await week.taken(week.course) == 2


async def test_approval_issues_the_ticket_and_sends_it(week):
    person = (await waiting(week, 1))[0]
    assert await approve(person, by=ORGANISER)
    after = await again(person)
    assert (after.state, after.ticket.holder) == ("confirmed", "Học viên A")
    sent = (await mails())[-1]
    assert sent["kind"] == "ticket"
    assert person.token in sent["text"]  # the link in the first mail is the same
    assert not await approve(person, by=ORGANISER)
    assert len(after.tickets) == 1


async def test_declined_hears_of_it_and_may_ask_again(week):
    person = (await waiting(week, 1))[0]
    assert await decline(person, by=ORGANISER)
    assert not await approve(person, by=ORGANISER)
    assert (await again(person)).state == "declined"
    assert (await mails())[-1]["kind"] == "declined"
    assert (await week.register("Học viên A", week.course, email="a@example.vn")).result == "made"


async def test_a_pile_is_decided_one_by_one(week):
    people = await waiting(week, 4)
    stranger = await week.held("Người hoạt động khác", email="khac@example.vn")
    ids = [one.id for one in people]
    decided = await decide("approve", [*ids, stranger.id, week.talk.id], week.course.id, by=ORGANISER)
    assert (decided.done, decided.full, decided.skipped) == (2, 2, 2)
    assert (await again(stranger)).state == "confirmed"
    decided = await decide("decline", ids, week.course.id, by=ORGANISER)
    assert (decided.done, decided.skipped) == (2, 2)
    decided = await decide("cancel", ids, week.course.id, by=ORGANISER)
    assert (decided.done, decided.skipped) == (2, 2)
    assert await week.taken(week.course) == 0
    assert {entry["actor_kind"] for entry in await audit("registration.cancelled")} == {"account"}


async def test_the_list_finds_people_as_they_are_typed(week):
    await week.held("Nguyễn Thị Ánh", email="anh@example.vn", phone="+84912345678", organisation="Sở Y tế")
    await week.held("Trần Văn Đạt", email="dat@example.vn")
    held = await week.held("Đỗ 100 Phần Trăm", email="do_x@example.vn")

    async def found(q: str, **more: object) -> list[str]:
        return [one.name for one in (await listing(week.edition.id, q=q, **more)).items]

    assert await found("nguyen anh") == ["Nguyễn Thị Ánh"]
    assert await found("ĐẠT") == ["Trần Văn Đạt"]
    assert await found("0912345") == ["Nguyễn Thị Ánh"]
    assert await found("sở y") == ["Nguyễn Thị Ánh"]
    assert await found(held.ticket.code) == ["Đỗ 100 Phần Trăm"]
    assert await found("%") == []
    assert await found("do_x") == ["Đỗ 100 Phần Trăm"]
    assert await found("doxx") == []
    assert await found("") == ["Nguyễn Thị Ánh", "Trần Văn Đạt", "Đỗ 100 Phần Trăm"]  # by given name
    await cancel(held, by=VISITOR)
    assert await found("", state="cancelled") == ["Đỗ 100 Phần Trăm"]


async def test_counts_per_activity(week):
    people = await waiting(week, 3)
    await approve(people[0], by=ORGANISER)
    await cancel(people[1], by=VISITOR)
    counted = {one.slug: (one.confirmed, one.pending, one.cancelled, one.taken) for one in await summaries(week.edition.id)}
    assert counted == {week.course.slug: (1, 1, 1, 1), week.talk.slug: (0, 0, 0, 0)}
    free = await seats("2026")
    assert (free[week.course.id].left, free[week.talk.id].left) == (1, 10)


@pytest.mark.parametrize("unmasked", [False, True])
async def test_an_export_is_masked_unless_asked_and_always_in_the_audit(week, unmasked):
    await week.held("Nguyễn Thị Ánh", email="anh@example.vn", phone="+84912345678", organisation="-Tổ dân phố 3")
    content = (await export_registrations(week.talk.id, unmasked=unmasked, by=ORGANISER)).decode("utf-8-sig")
    heading, line = content.splitlines()
    assert heading.startswith("name,organisation,email,phone")
    assert line.startswith("Nguyễn Thị Ánh,'-Tổ dân phố 3,")  # no formula for a spreadsheet
    assert ("anh@example.vn" in line, "0912 345 678" in line) == (unmasked, unmasked)
    entry = (await audit("registrations.exported"))[0]
    assert f'"unmasked":{"true" if unmasked else "false"}' in entry["changes"]
