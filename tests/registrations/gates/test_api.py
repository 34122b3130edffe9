"""What a phone at the gate asks, over HTTP."""

from __future__ import annotations

from collections import Counter

import pytest

from app.kernel.ids import token, uuid7
from app.kernel.text import Text
from app.registrations.gates import admission, checkpoints, devices
from tests.registrations.gates.conftest import ORGANISER, Phone


@pytest.fixture
async def hall(house, hall_maker):
    return await hall_maker()


def bearer(phone: Phone) -> dict[str, str]:
    return {"authorization": f"Bearer {phone.token}"}


async def test_a_scan_is_answered_with_name_kind_and_the_first_admission(house, hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    code = await hall.ticket(plenary, "Đặng Thị Hồng Ánh", kind="press")
    first = await house.client.post("/api/v1/scans", headers=bearer(north), json={"code": code, "nonce": str(uuid7()), "gate": "cong-bac"})
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/json"
    assert first.headers["cache-control"] == "no-store"
    said = first.json()
    assert (said["result"], said["attendee"]) == ("admitted", {"name": "Đặng Thị Hồng Ánh", "kind": "press"})
    second = await house.client.post("/api/v1/scans", headers=bearer(south), json={"code": code, "nonce": str(uuid7())})
    assert second.json()["result"] == "already_admitted"
    assert second.json()["first_admission"] == {"at": "2026-10-08T02:40:00Z", "gate": "Cổng Bắc", "device": "Máy Cổng Bắc"}


async def test_what_is_no_scan_is_a_plain_problem_and_never_a_500(house, hall) -> None:
    (gate,) = await hall.gates(await hall.activity("Phiên toàn thể"), "Cổng Bắc")
    sent = house.client.post
    nonce = str(uuid7())
    for body in (
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"code": 1, "nonce": "12345678"}', b'{"code": "A"}', b"{}",
        b'{"code": "A", "nonce": "%s", "scanned_at": "yesterday"}' % nonce.encode(),
        b'{"code": "A", "nonce": "%s", "scanned_at": "2026-10-08T09:40:00"}' % nonce.encode(),
        b'{"code": "A", "nonce": "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}',
        b'{"nonce": "%s", "ticket": "no uuid"}' % nonce.encode(), b"[" * 10_000,
    ):  # fmt: skip
        answer = await sent("/api/v1/scans", headers=bearer(gate), content=body)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), body[:60]
        assert answer.json()["status"] == 400
    assert (await sent("/api/v1/scans", headers=bearer(gate), content=b" " * 20_000)).status_code == 413
    assert (await sent("/api/v1/scans", headers=bearer(gate), json={"code": "A", "nonce": nonce, "gate": "cong-tay"})).status_code == 403
    # Anything a camera may read is a question with an answer.
    for odd in ("\u0000", "🎫", "\u202eABC", "A" * 2000, "https://ví-dụ.vn/?q=1", "<script>"):
        answer = await sent("/api/v1/scans", headers=bearer(gate), json={"code": odd, "nonce": str(uuid7())})
        assert (answer.status_code, answer.json()["result"]) == (200, "unknown")
    wrong = await house.client.get("/api/v1/scans", headers=bearer(gate))
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(("method", "path"), [
    ("POST", "/api/v1/scans"), ("POST", "/api/v1/scans/batch"), ("GET", "/api/v1/gate"), ("GET", "/api/v1/gate/people"),
    ("POST", "/api/v1/gate/leave"),
])  # fmt: skip
async def test_without_a_token_or_with_a_revoked_one_nothing_is_told(house, hall, method: str, path: str) -> None:
    (gate,) = await hall.gates(await hall.activity("Phiên toàn thể"), "Cổng Bắc")
    await devices.revoke(gate.device, by=ORGANISER)
    for headers in ({}, {"authorization": "Bearer no-such-token"}, bearer(gate)):
        answer = await house.client.request(method, path, headers=headers, json={"scans": [{}]} if method == "POST" else None)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_queue_is_answered_one_by_one_and_a_bad_scan_spoils_no_other(house, hall) -> None:
    plenary, seminar = await hall.activity("Phiên toàn thể"), await hall.activity("Hội thảo")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    inside, waiting, other = await hall.ticket(plenary, "Một"), await hall.ticket(plenary, "Hai"), await hall.ticket(seminar, "Ba")
    void = await hall.ticket(plenary, "Bốn", state="cancelled")
    await south.scan(inside)
    nonces = [str(uuid7()) for _ in range(7)]
    queue = [
        {"code": inside, "nonce": nonces[0]},
        {"code": waiting, "nonce": nonces[1], "scanned_at": "2026-10-08T02:30:00Z"},
        {"code": waiting, "nonce": nonces[2]},
        {"nonce": nonces[3]},
        {"code": other, "nonce": nonces[4]},
        {"code": void, "nonce": nonces[5], "scanned_at": 12},
        {"code": void, "nonce": nonces[6]},
    ]
    answer = await house.client.post("/api/v1/scans/batch", headers=bearer(north), json={"scans": queue})
    assert answer.status_code == 200
    said = answer.json()["answers"]
    assert [one["nonce"] for one in said] == [*nonces[:5], nonces[5], nonces[6]]
    assert [one.get("result") or one["status"] for one in said] == [
        "already_admitted", "admitted", "already_admitted", 400, "wrong_gate", 400, "cancelled",
    ]  # fmt: skip
    again = await house.client.post("/api/v1/scans/batch", headers=bearer(north), json={"scans": queue})
    assert again.json() == answer.json()
    for bad in ({"scans": []}, {"scans": [{}] * 201}, {"scans": "x"}, {}, []):
        assert (await house.client.post("/api/v1/scans/batch", headers=bearer(north), json=bad)).status_code == 400


async def test_somebody_without_a_ticket_at_hand_is_found_by_name_or_number(house, hall) -> None:
    plenary, seminar = await hall.activity("Phiên toàn thể"), await hall.activity("Hội thảo")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    await hall.ticket(plenary, "Đặng Thị Hồng Ánh", phone="+84904123456")
    here = await hall.ticket(plenary, "Đặng Thị Ánh Tuyết", phone="+84987654321")
    await hall.ticket(seminar, "Đặng Thị Ánh Nguyệt")

    async def search(q: str) -> list[dict]:
        answer = await house.client.get("/api/v1/gate/people", headers=bearer(north), params={"q": q})
        assert answer.status_code == 200
        return answer.json()["people"]

    assert [one["name"] for one in await search("dang anh")] == ["Đặng Thị Ánh Tuyết", "Đặng Thị Hồng Ánh"]
    assert [one["name"] for one in await search("ĐẶNG hồng")] == ["Đặng Thị Hồng Ánh"]
    assert [one["phone"] for one in await search("4123 456")] == ["…456"]
    assert await search("a") == await search("%%") == await search("") == []
    assert [one["name"] for one in await search(here[:9].lower())] == ["Đặng Thị Ánh Tuyết"]

    [found] = await search("anh tuyet")
    assert "code" not in found
    await south.scan(here)
    [found] = await search("anh tuyet")
    assert (found["admitted_gate"], found["admitted_at"]) == ("Cổng Nam", "2026-10-08T02:40:00Z")

    [other] = await search("hong anh")
    scan = {"ticket": other["ticket"], "nonce": str(uuid7())}
    answer = await house.client.post("/api/v1/scans", headers=bearer(north), json=scan)
    assert (answer.json()["result"], answer.json()["attendee"]["name"]) == ("admitted", "Đặng Thị Hồng Ánh")
    stranger = {"ticket": str(uuid7()), "nonce": str(uuid7())}
    assert (await house.client.post("/api/v1/scans", headers=bearer(north), json=stranger)).status_code == 404


async def test_the_screen_knows_how_many_are_in(house, hall) -> None:
    plenary = await hall.activity("Phiên toàn thể")
    north, south = await hall.gates(plenary, "Cổng Bắc", "Cổng Nam")
    tickets = [await hall.ticket(plenary, f"Khách {n}") for n in range(5)]
    await hall.ticket(plenary, "Đã hủy", state="cancelled")
    for code, gate in zip(tickets, [north, south, south], strict=False):
        await gate.scan(code)
    said = (await house.client.get("/api/v1/gate", headers=bearer(south))).json()
    assert said["counts"] == {"admitted": 3, "here": 2, "expected": 5}
    assert (said["gate"], said["checkpoint"], said["server_time"]) == ("Cổng Nam", "Phiên toàn thể", "2026-10-08T02:40:00Z")


async def test_a_phone_is_enrolled_once_by_a_qr(house, hall, clock) -> None:
    checkpoint = await checkpoints.open_checkpoint(hall.edition, by=ORGANISER, name=Text("Ăn trưa"), gates=[])
    gate = await checkpoints.add_gate(checkpoint, by=ORGANISER, name=Text("Quầy 1"))
    enrolment = await devices.add_device(gate, by=ORGANISER, name="Máy của Lan")
    mine, other = token(32), token(32)

    async def exchange(bearer_token: str, secret: str = enrolment.token) -> int:
        body = {"enrolment": secret, "token": bearer_token}
        return (await house.client.post("/api/v1/devices/enrolments", json=body)).status_code

    assert await exchange("short") == 400
    assert await exchange(mine, "no-such-enrolment") == 409
    assert await exchange(mine) == 200
    assert await exchange(mine) == 200  # the answer was lost on the way; the phone asks again
    assert await exchange(other) == 409
    assert (await house.client.get("/api/v1/gate", headers={"authorization": f"Bearer {mine}"})).json()["device"] == "Máy của Lan"

    renewed = await devices.renew_enrolment(enrolment.device, by=ORGANISER)
    clock.advance(minutes=16)
    assert await exchange(other, renewed.token) == 409
    renewed = await devices.renew_enrolment(enrolment.device, by=ORGANISER)
    assert await exchange(other, renewed.token) == 200
    assert (await house.client.get("/api/v1/gate", headers={"authorization": f"Bearer {mine}"})).status_code == 401
    assert (await house.client.post("/api/v1/gate/leave", headers={"authorization": f"Bearer {other}"})).status_code == 204
    assert (await house.client.get("/api/v1/gate", headers={"authorization": f"Bearer {other}"})).status_code == 401


async def test_two_phones_read_one_enrolment_at_the_same_moment(house, hall) -> None:
    import asyncio

    checkpoint = await checkpoints.open_checkpoint(hall.edition, by=ORGANISER, name=Text("Ăn trưa"), gates=[])
    gate = await checkpoints.add_gate(checkpoint, by=ORGANISER, name=Text("Quầy 1"))
    for _ in range(10):
        enrolment = await devices.add_device(gate, by=ORGANISER, name="Máy")
        answers = await asyncio.gather(*(
            house.client.post("/api/v1/devices/enrolments", json={"enrolment": enrolment.token, "token": token(32)}) for _ in range(4)
        ))  # fmt: skip
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}


async def test_a_busy_gate_answers_503_and_says_when(house, hall, monkeypatch) -> None:
    (gate,) = await hall.gates(await hall.activity("Phiên toàn thể"), "Cổng Bắc")
    monkeypatch.setattr(admission, "_writers", [admission.GroupWriter(admission._commit, bound=0)])
    answer = await house.client.post("/api/v1/scans", headers=bearer(gate), json={"code": "A", "nonce": str(uuid7())})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_the_scan_is_described_like_every_other_call(house) -> None:
    described = (await house.client.get("/api/openapi.json")).json()["paths"]
    body = described["/api/v1/scans"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"code", "nonce", "scanned_at", "gate", "ticket"} == set(body["properties"])
    results = described["/api/v1/scans"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["result"]
    assert set(results["enum"]) == {
        "admitted", "already_admitted", "wrong_gate", "not_yet", "expired", "revoked", "cancelled", "unknown",
    }  # fmt: skip
    assert {"/api/v1/scans/batch", "/api/v1/gate", "/api/v1/gate/people", "/api/v1/devices/enrolments"} <= set(described)
    assert "/api/v1/scans" in (await house.client.get("/api/")).text
