"""At the door: who goes in, who does not, and that nobody goes in twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from app.kernel.clock import now
from app.kernel.database import row, rows
from app.kernel.errors import Refused, Unavailable
from app.kernel.ids import uuid7
from app.kernel.seal import seal_pending, verify
from app.registrations.gates import admission, devices, posts
from app.registrations.gates.admission import Asked, BadScan, NotYourGate
from app.registrations.gates.decision import Per, Result
from app.registrations.gates.writer import GroupWriter, QueueFull
from app.registrations.tickets import codes
from tests.registrations.gates.conftest import ORGANISER, Hall, at


async def count(sql: str, *args: object) -> int:
    found = await row(f"SELECT count(*) AS n FROM scan WHERE {sql}", *args)
    assert found
    return int(found["n"])


async def test_a_guest_is_admitted_by_name_and_the_second_steward_sees_when_and_where(hall: Hall, clock) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code = await hall.ticket(plenary, "Đặng Thị Hồng Ánh", kind="invited")

    first = await north.scan(code)
    assert (first.result, first.attendee.name, first.attendee.kind) == (Result.admitted, "Đặng Thị Hồng Ánh", "invited")
    assert first.first_admission is None

    clock.advance(minutes=3)
    second = await south.scan(code)
    assert second.result is Result.already_admitted
    assert second.attendee == first.attendee
    assert (second.first_admission.at, second.first_admission.gate, second.first_admission.device) == (
        now() - timedelta(minutes=3), "Cổng Bắc", "Máy Cổng Bắc",
    )  # fmt: skip


async def test_two_gates_scan_one_ticket_at_the_same_moment(hall: Hall) -> None:
    """Both stewards hold the same forwarded QR; one person goes in, the other steward sees when and where. Fifty times over."""
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    tickets = [await hall.ticket(plenary, f"Khách {n}") for n in range(50)]
    for code in tickets:
        answers = await asyncio.gather(north.scan(code), south.scan(code), north.scan(code), south.scan(code))
        assert Counter(answer.result for answer in answers) == {Result.admitted: 1, Result.already_admitted: 3}
        late = next(answer for answer in answers if answer.result is Result.already_admitted)
        assert late.first_admission.gate in {"Cổng Bắc", "Cổng Nam"}
    assert await count("admission_window IS NOT NULL") == 50


async def test_a_crowd_at_all_doors_at_once(hall: Hall) -> None:
    """Every ticket is presented three times, in any order, all at once."""
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    tickets = [await hall.ticket(plenary, f"Khách {n}") for n in range(120)]
    answers = await asyncio.gather(*((north, south)[n % 2].scan(tickets[n % 120]) for n in range(360)))
    assert Counter(answer.result for answer in answers) == {Result.admitted: 120, Result.already_admitted: 240}
    assert await count("TRUE") == 360


async def test_a_lost_answer_is_asked_for_again_and_is_the_same(hall: Hall, clock) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code, nonce = await hall.ticket(plenary), str(uuid7())
    first = await north.scan(code, nonce=nonce)
    clock.advance(minutes=10)
    assert await north.scan(code, nonce=nonce) == first
    refused_nonce = str(uuid7())
    refused = await south.scan(code, nonce=refused_nonce)
    clock.advance(minutes=10)
    assert await south.scan(code, nonce=refused_nonce) == refused
    assert await count("TRUE") == 2


async def test_the_same_nonce_sent_many_times_at_once_is_one_scan(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, _ = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code, nonce = await hall.ticket(plenary), str(uuid7())
    answers = await asyncio.gather(*(north.scan(code, nonce=nonce) for _ in range(8)))
    assert {answer.result for answer in answers} == {Result.admitted}
    assert await count("TRUE") == 1


async def test_a_nonce_of_another_scan_is_refused(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code, other, nonce = await hall.ticket(plenary), await hall.ticket(plenary, "Lê Văn Bình"), str(uuid7())
    await north.scan(code, nonce=nonce)
    with pytest.raises(Refused):
        await south.scan(code, nonce=nonce)
    with pytest.raises(Refused):
        await north.scan(other, nonce=nonce)
    assert (await north.scan(other)).result is Result.admitted


@pytest.mark.parametrize(("state", "expected"), [("cancelled", Result.cancelled), ("revoked", Result.revoked)])
async def test_a_ticket_that_is_void_says_so_and_nobody_goes_in(hall: Hall, state: str, expected: Result) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    code = await hall.ticket(plenary, state=state)
    answer = await gate.scan(code)
    assert (answer.result, answer.attendee.name) == (expected, "Nguyễn Thị Ánh")
    assert await count("admission_window IS NOT NULL") == 0


async def test_a_ticket_cancelled_after_the_visit_began_is_refused_at_the_next_scan(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    code = await hall.ticket(plenary)
    assert (await gate.scan(code)).result is Result.admitted
    await hall.set_state(code, "cancelled")
    assert (await gate.scan(code)).result is Result.cancelled


async def test_a_ticket_for_another_activity_names_it(hall: Hall, hall_maker) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    seminar = await hall.activity("Hội thảo dữ liệu", title_en="Data seminar")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    answer = await gate.scan(await hall.ticket(seminar))
    assert answer.result is Result.wrong_gate
    assert (answer.activity.title, answer.activity.title_en) == ("Hội thảo dữ liệu", "Data seminar")

    (lunch,) = await hall.gates(None, "Quầy cơm trưa")
    assert (await lunch.scan(await hall.ticket(seminar))).result is Result.admitted
    last_year = await hall_maker("2025")
    old = await last_year.ticket(await last_year.activity("Phiên toàn thể 2025"))
    assert (await lunch.scan(old)).result is Result.wrong_gate


async def test_before_the_doors_open_and_after_they_close(hall: Hall, clock) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    hours = {"opens_at": at(8, "10:00"), "closes_at": at(8, "12:00")}
    (gate,) = await hall.gates(plenary, "Cổng Bắc", **hours)
    code = await hall.ticket(plenary)
    early = await gate.scan(code)
    assert (early.result, early.opens_at) == (Result.not_yet, at(8, "10:00"))
    clock.advance(minutes=20)
    assert (await gate.scan(code)).result is Result.admitted
    clock.advance(hours=2)
    late = await gate.scan(code)
    assert (late.result, late.closes_at) == (Result.expired, at(8, "12:00"))


async def test_an_exhibition_admits_once_a_day(hall: Hall, clock) -> None:
    exhibition = await hall.activity("Triển lãm")
    (gate,) = await hall.gates(exhibition, "Cổng chính", per=Per.day)
    code = await hall.ticket(exhibition)
    results = []
    for _ in range(2):
        results += [(await gate.scan(code)).result, (await gate.scan(code)).result]
        clock.advance(days=1)
    assert results == [Result.admitted, Result.already_admitted] * 2


async def test_a_class_of_two_evenings_admits_once_each(hall: Hall, clock) -> None:
    lesson = await hall.activity("Bình dân học vụ số", (at(8, "18:00"), at(8, "20:00")), (at(9, "18:00"), at(9, "20:00")))
    (gate,) = await hall.gates(lesson, "Cửa lớp", per=Per.session)
    code = await hall.ticket(lesson)
    assert (await gate.scan(code)).result is Result.admitted  # early on Thursday
    assert (await gate.scan(code, scanned_at=at(8, "09:41"))).result is Result.already_admitted
    clock.advance(days=1, hours=9)
    assert (await gate.scan(code)).result is Result.admitted  # Friday evening
    assert (await gate.scan(code)).result is Result.already_admitted


async def test_a_queue_uploaded_later_counts_for_the_hour_it_was_scanned(hall: Hall, clock) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc", closes_at=at(8, "10:00"))
    scanned_at = now() - timedelta(minutes=5)
    clock.advance(hours=1)
    answer = await gate.scan(await hall.ticket(plenary), scanned_at=scanned_at)
    assert (answer.result, answer.scanned_at) == (Result.admitted, scanned_at)
    # A clock that is years off is not believed.
    odd = await gate.scan(await hall.ticket(plenary, "Lê Văn Bình"), scanned_at=scanned_at - timedelta(days=400))
    assert (odd.result, odd.scanned_at) == (Result.expired, now())


async def test_an_unknown_code_and_one_that_we_signed_but_lost(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    lost = await gate.scan(codes.new_code())
    assert (lost.result, lost.genuine, lost.attendee) == (Result.unknown, True, None)
    forged = await gate.scan("7" * codes.LENGTH)
    assert (forged.result, forged.genuine) == (Result.unknown, False)


async def test_an_identity_card_held_before_the_camera_leaves_nothing_in_the_log(hall: Hall) -> None:
    """The QR of a Vietnamese identity card says number, name, birthday and address."""
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    answer = await gate.scan("079090001234|280123456|Nguyễn Văn An|01011990|Nam|12 Lê Lợi, Hải Đăng|20042021")
    assert answer.result is Result.unknown
    [scan] = await rows("SELECT code FROM scan")
    assert scan["code"].startswith("~")
    assert len(scan["code"]) == 17


async def test_a_typed_code_is_read_as_people_write(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    code = await hall.ticket(plenary)
    assert (await gate.scan(codes.grouped(code).lower().replace("0", "o"))).result is Result.admitted


async def test_a_device_speaks_for_its_own_gate_only(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code = await hall.ticket(plenary)
    with pytest.raises(NotYourGate):
        await admission.admit(north.post, Asked(str(uuid7()), code, None, south.post.gate_code))
    for bad in (Asked("short", code), Asked("x" * 37, code), Asked(str(uuid7())), Asked(str(uuid7()), "7" * 5000)):
        with pytest.raises(BadScan):
            await admission.admit(north.post, bad)
    assert (await admission.admit(north.post, Asked(str(uuid7()), code, None, "cong-bac"))).result is Result.admitted


async def test_one_bad_row_does_not_spoil_the_others(hall: Hall) -> None:
    """A device row that is gone (a restored database) breaks its own scan only, not those that came in the same moment."""
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    ghost = posts.Post(**{name: getattr(gate.post, name) for name in gate.post.__struct_fields__} | {"device": uuid7()})
    good = [await hall.ticket(plenary, f"Khách {n}") for n in range(5)]
    bad = await hall.ticket(plenary, "Người thứ sáu")
    answers = await asyncio.gather(
        *(gate.scan(code) for code in good[:3]),
        admission.admit(ghost, Asked(str(uuid7()), bad)),
        *(gate.scan(code) for code in good[3:]),
        return_exceptions=True,
    )
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, False, True, False, False]
    assert await count("result = 'admitted'") == 5


async def test_a_full_queue_says_so_at_once() -> None:
    gate = asyncio.Event()

    async def slow(items):
        await gate.wait()
        return items

    writer: GroupWriter[int, int] = GroupWriter(slow, bound=3, batch=1)
    first = writer.submit(1)
    await asyncio.sleep(0)
    waiting = [writer.submit(n) for n in (2, 3, 4)]
    with pytest.raises(QueueFull):
        writer.submit(5)
    gate.set()
    assert await asyncio.gather(first, *waiting) == [1, 2, 3, 4]


async def test_the_queue_never_sleeps_while_something_waits() -> None:
    """Items that arrive in the very moment a run ends are taken by the next one: a thousand times, at every odd moment."""

    async def commit(items):
        await asyncio.sleep(0)
        return items

    writer: GroupWriter[int, int] = GroupWriter(commit)
    for n in range(1000):
        assert await asyncio.wait_for(writer.submit(n), 1) == n
        if n % 3 == 0:
            await asyncio.sleep(0)


async def test_shutdown_waits_for_what_was_accepted(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    tickets = [await hall.ticket(plenary, f"Khách {n}") for n in range(60)]
    scans = [asyncio.ensure_future(gate.scan(code)) for code in tickets]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await admission.drain()
    assert all(answer.result is Result.admitted for answer in await asyncio.gather(*scans))
    assert await count("result = 'admitted'") == 60


async def test_a_revoked_phone_is_out_at_once(hall: Hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    await devices.revoke(gate.device, by=ORGANISER)
    assert await posts.post_of(gate.token) is None


async def test_the_log_of_scans_is_sealed_and_tampering_shows(hall: Hall) -> None:
    from app.kernel.actor import Actor
    from app.kernel.database import run, unit_of_work

    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    for n in range(4):
        await gate.scan(await hall.ticket(plenary, f"Khách {n}"))
    await seal_pending()
    verdict = next(one for one in await verify() if one.log == "scan")
    assert (verdict.sealed, verdict.fault) == (4, "")
    async with unit_of_work(Actor.system("tests"), unaudited="a thief") as _:
        await run("UPDATE scan SET result = 'cancelled', admission_window = NULL WHERE seal_seq = 2")
    verdict = next(one for one in await verify() if one.log == "scan")
    assert "2" in verdict.fault


async def test_a_busy_server_answers_503(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    (gate,) = await hall.gates(plenary, "Cổng Bắc")
    await admission.drain()
    monkeypatch.setattr(admission, "_writers", [GroupWriter(admission._commit, bound=0)])
    with pytest.raises(Unavailable):
        await gate.scan(await hall.ticket(plenary))
