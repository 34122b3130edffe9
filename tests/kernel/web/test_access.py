"""Who gets in: nobody, the wrong one, the right one, on every kind of route."""

from __future__ import annotations

import pytest
from litestar import delete, get, post

from app.kernel.web import access
from app.kernel.web.access import Role, Scope, allow, device, public, signed_in
from tests.kernel.web.conftest import PEOPLE


@get("/manage/{edition:str}/activities", guards=[allow("organiser", anywhere=["unit_editor"])])
async def activities() -> str:
    return access.account().name


@post("/manage/{edition:str}/publish", guards=[allow("organiser")], status_code=200)
async def publish() -> str:
    return "công bố"


@get("/manage/activities/{activity:str}", guards=[allow("organiser", "unit_editor", resource="activity")])
async def activity() -> str:
    return "hoạt động"


@get("/manage/me", guards=[signed_in])
async def me() -> str:
    return access.actor().label


@get("/stage/{edition:str}/led", guards=[allow("organiser")])
async def led() -> str:
    return "màn hình"


@post("/api/v1/scans", guards=[device], status_code=200)
async def scans() -> str:
    return access.current_device().label


@get("/open", guards=[public])
async def anyone() -> str:
    found = access.current_account()
    return found.name if found else "khách"


@delete("/manage/settings", guards=[allow(resource=None)])
async def settings_route() -> None: ...


ALL = (activities, publish, activity, me, led, scans, anyone, settings_route)


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("GET", "/manage/2026/activities", {"admin", "auditor", "organiser", "department", "division"}),
        ("POST", "/manage/2026/publish", {"admin", "organiser"}),
        ("POST", "/manage/2025/publish", {"admin", "last year"}),
        ("GET", "/manage/activities/a1", {"admin", "auditor", "organiser", "department"}),
        ("GET", "/manage/me", set(PEOPLE)),
        ("GET", "/stage/2026/led", {"admin", "auditor", "organiser"}),
        ("DELETE", "/manage/settings", {"admin"}),
    ],
)
async def test_roles_open_what_their_scope_covers(serve, method, path, may):
    client = await serve(*ALL)
    allowed = {who for who in PEOPLE if (await client.request(method, path, headers={"x-who": who})).status_code < 300}
    assert allowed == may
    outside = sorted(set(PEOPLE) - may)
    if outside:
        refused = await client.request(method, path, headers={"x-who": outside[0]})
        assert refused.status_code == 403
        assert "không có quyền" in refused.text


async def test_nobody_is_led_to_sign_in_and_back(serve):
    client = await serve(*ALL)
    answer = await client.get("/manage/2026/activities?day=t2&lang=en")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fmanage%2F2026%2Factivities%3Fday%3Dt2%26lang%3Den&lang=en"
    assert (await client.post("/manage/2026/publish")).headers["location"] == "/sign-in?next=%2Fmanage%2F2026%2Fpublish"
    htmx = await client.get("/manage/me", headers={"hx-request": "true"})
    assert htmx.headers["hx-redirect"] == "/sign-in?next=%2Fmanage%2Fme"
    assert (await client.get("/stage/2026/led")).status_code == 401


async def test_an_edition_that_is_not_there_is_not_found(serve):
    client = await serve(*ALL)
    assert (await client.get("/manage/1999/activities", headers={"x-who": "admin"})).status_code == 404
    assert (await client.get("/manage/1999/activities")).status_code == 303


async def test_devices_come_with_their_token(serve):
    client = await serve(*ALL)
    assert (await client.post("/api/v1/scans", headers={"authorization": "Bearer right"})).text == "Máy cửa Bắc"
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic right"}, {"x-who": "admin"}):
        refused = await client.post("/api/v1/scans", headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["status"] == 401


async def test_public_pages_know_who_reads_and_forget_it_again(serve):
    client = await serve(*ALL)
    assert (await client.get("/open", headers={"x-who": "organiser"})).text == "Ban Tổ chức"
    assert (await client.get("/open")).text == "khách"


async def test_a_route_without_a_declaration_is_found(serve):
    @get("/forgotten")
    async def forgotten() -> str:
        return ""

    @get("/twice", guards=[public, signed_in])
    async def twice() -> str:
        return ""

    @get("/unknown/{thing:str}", guards=[allow("organiser", resource="thing")])
    async def unknown() -> str:
        return ""

    client = await serve(*ALL, forgotten, twice, unknown)
    found = access.faults(client.app)
    assert len(found) == 3
    assert all(any(path in line for line in found) for path in ("/forgotten", "/twice", "'thing'"))
    matrix = {(line.method, line.path): repr(line.access) for line in access.declared(client.app)}
    assert matrix[("POST", "/manage/{edition}/publish")] == "allow(organiser; edition)"


def test_a_scope_reached_from_below_counts_only_with_the_subtree():
    above = [Scope("unit", "so", inherited=True)]
    assert Role("unit_editor", Scope("unit", "so"), with_subtree=True).reaches(above)
    assert not Role("unit_editor", Scope("unit", "so")).reaches(above)
    assert not Role("unit_editor", Scope("edition", "so"), with_subtree=True).reaches(above)
