"""Registering by program."""

from __future__ import annotations

from typing import Any

import pytest

from tests.registrations.tickets.conftest import Week, make_week

API = "/api/v1/registrations"


@pytest.fixture
async def week(house: Any) -> Week:
    return await make_week()


def body(week: Week, **more: Any) -> dict[str, Any]:
    known = {"edition": "2026", "activity": week.talk.slug, "name": "Nguyễn Thị Ánh", "email": "anh@example.vn", "consents": ["attend"]}
    return {**known, **more}


async def test_a_program_registers_somebody(house, week):
    answer = await house.client.post(API, json=body(week, nonce="row 17"))
    assert answer.status_code == 201
    made = answer.json()
    assert made["state"] == "confirmed"
    assert len(made["code"]) == 29
    assert made["ticket_url"].startswith("http://ngayso.test/t/")
    again = await house.client.post(API, json=body(week, nonce="row 17"))
    assert (again.status_code, again.json()) == (200, made)
    repeat = await house.client.post(API, json=body(week, nonce="row 18"))
    assert (repeat.status_code, repeat.json()) == (200, {"result": "sent_again_if_known"})


async def test_approval_has_no_code_yet(house, week):
    answer = await house.client.post(API, json=body(week, activity=week.course.slug))
    assert (answer.status_code, answer.json()["state"], answer.json()["code"]) == (201, "pending", "")


async def test_faults_by_field_in_the_language_asked_for(house, week):
    answer = await house.client.post(API, json=body(week, name="<b>", email="x", consents=[], language="en"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = answer.json()["faults"]
    assert set(faults) == {"name", "email", "attend"}
    assert faults["attend"] == "A ticket can be issued only if you agree to this."


async def test_refusals_have_a_code_for_programs(house, week):
    walk_in = await house.client.post(API, json=body(week, activity=week.fair.slug))
    assert (walk_in.status_code, walk_in.json()["code"]) == (409, "walk_in")
    for n in range(10):
        await week.register(f"Người thứ {n}", email=f"n{n}@example.vn")
    full = await house.client.post(API, json=body(week))
    assert (full.status_code, full.json()["code"]) == (409, "full")
    assert (await house.client.post(API, json=body(week, activity="khong-co"))).status_code == 404
    assert (await house.client.post(API, json=body(week, edition="1999"))).status_code == 404


async def test_what_is_no_registration_at_all(house, week):
    strange = [
        {},
        [],
        "x",
        {"edition": 1},
        body(week, admin=True),
        body(week, edition="a\x00b"),
        body(week, activity="../x"),
        body(week, language="fr"),
    ]
    for sent in strange:
        assert (await house.client.post(API, json=sent)).status_code == 400, sent


async def test_letters_that_grow_when_folded_are_letters_too(house, week):
    answer = await house.client.post(API, json=body(week, name="\ufdfa " * 40 + "An", organisation="\ufdfa" * 200))
    assert answer.status_code == 201


async def test_it_is_in_the_description_of_the_interface(house, week):
    described = (await house.client.get("/api/openapi.json")).json()["paths"][API]["post"]
    assert set(described["responses"]) >= {"200", "201", "409", "422"}
