"""Whatever goes wrong, the reader gets a sentence and the log gets no personal data."""

from __future__ import annotations

import re

import pytest
from litestar import get, post
from litestar.response import Stream

from app.kernel.database import Conflict
from app.kernel.errors import NotFound, Refused, Stale, TooMany, Unavailable
from app.kernel.web.access import public


@get("/full", guards=[public])
async def full() -> None:
    raise Refused("Hoạt động %(title)s đã hết chỗ.", title="<b>Khai mạc</b>")


@get("/api/v1/full", guards=[public])
async def full_api() -> None:
    raise NotFound("Không tìm thấy trang này.")


@get("/fault", guards=[public])
async def fault() -> None:
    raise ValueError("Nguyễn Văn An, 0901234567")


@post("/conflict", guards=[public])
async def conflict() -> None:
    raise Conflict("registration_contact", "unique")


async def test_a_refusal_is_a_page_with_its_sentence_and_nothing_of_it_is_markup(serve):
    client = await serve(full)
    answer = await client.get("/full")
    assert answer.status_code == 409
    assert "Hoạt động &lt;b&gt;Khai mạc&lt;/b&gt; đã hết chỗ." in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_programs_get_problem_details(serve):
    client = await serve(full_api, full)
    answer = await client.get("/api/v1/full")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json() == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Không tìm thấy trang này."}
    english = await client.get("/api/v1/khong-co?lang=en")
    assert english.json()["detail"] == "This page was not found."
    by_accept = await client.get("/full", headers={"accept": "application/json"})
    assert by_accept.json()["status"] == 409


async def test_htmx_gets_the_message_alone(serve):
    client = await serve(full)
    answer = await client.get("/full", headers={"hx-request": "true", "hx-request-type": "partial"})
    assert answer.status_code == 409
    assert "đã hết chỗ" in answer.text
    assert "<html" not in answer.text


async def test_a_fault_has_the_same_incident_on_the_page_and_in_the_log(serve, said):
    client = await serve(fault)
    answer = await client.get("/fault?ten=Lan")
    assert answer.status_code == 500
    number = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)[1]
    incidents = said.lines("incident")
    assert [line["incident"] for line in incidents] == [number]
    assert incidents[0]["route"] == "/fault"
    assert incidents[0]["error"] == "builtins.ValueError"
    assert "test_errors.py" in incidents[0]["frames"][-1]
    everything = said.everything()
    assert "Nguyễn" not in answer.text
    assert "Nguyễn" not in everything
    assert "0901234567" not in everything
    assert "Lan" not in everything


async def test_the_request_log_knows_routes_and_not_paths(serve, said):
    @get("/t/{token:str}", guards=[public])
    async def ticket() -> str:
        return "vé"

    client = await serve(ticket)
    await client.get("/t/bi-mat-cua-an?sdt=0901234567")
    [line] = said.lines("request")
    assert line["route"] == "/t/{token}"
    assert line["status"] == 200
    assert "bi-mat" not in said.everything()
    assert "0901234567" not in said.everything()


async def test_a_rule_of_the_database_that_nobody_caught_is_a_conflict(serve):
    client = await serve(conflict)
    assert (await client.post("/conflict")).status_code == 409


async def test_wrong_method_says_which_are_right(serve):
    client = await serve(full, conflict)
    answer = await client.post("/full")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "Trang này không nhận cách gửi đó" in answer.text


async def test_head_is_get_without_its_body(serve):
    client = await serve(full)
    answer = await client.head("/full")
    assert answer.status_code == 409
    assert answer.content == b""
    assert (await client.head("/khong-co")).status_code == 404


async def test_nul_in_an_address_is_refused_before_anything_sees_it(serve):
    client = await serve(full)
    assert (await client.get("/full%00")).status_code == 400
    assert (await client.get("/full?a=%00")).status_code == 400
    assert "Địa chỉ này không hợp lệ" in (await client.get("/a%00b")).text


async def test_too_many_and_unavailable_say_when_to_come_back(serve):
    @get("/many", guards=[public])
    async def many() -> None:
        raise TooMany("Bạn thử nhiều lần quá; xin đợi một lát.", retry_after=17)

    @get("/busy", guards=[public])
    async def busy() -> None:
        raise Unavailable("Máy chủ đang bận; xin thử lại sau giây lát.")

    client = await serve(many, busy)
    answer = await client.get("/many")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "17")
    answer = await client.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_lost_update_names_what_changed(serve):
    @post("/save", guards=[public])
    async def save() -> None:
        raise Stale("Dữ liệu đã thay đổi trong lúc bạn làm; xin tải lại trang.", changed=["Tên", "Giờ"])

    client = await serve(save)
    answer = await client.post("/save")
    assert answer.status_code == 409
    assert "<li>Giờ</li>" in answer.text
    assert (await client.post("/save", headers={"accept": "application/json"})).json()["changed"] == ["Tên", "Giờ"]


async def test_an_answer_that_breaks_off_is_logged_and_not_repeated(serve, said):
    async def broken():
        yield b"first"
        raise RuntimeError("no more")

    @get("/broken", guards=[public])
    async def breaking() -> Stream:
        return Stream(broken())

    client = await serve(breaking)
    with pytest.raises(AssertionError):  # the transport's own: the answer never came to its end
        await client.get("/broken")
    [line] = said.lines("incident")
    assert (line["error"], line["said"]) == ("builtins.RuntimeError", "no more")


async def test_bad_parameters_are_named_without_their_values(serve):
    from litestar.params import FromQuery

    @get("/api/v1/page", guards=[public])
    async def numbered(number: FromQuery[int]) -> str:
        return str(number)

    client = await serve(numbered)
    answer = await client.get("/api/v1/page?number=Nguyen")
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["key"] == "number"
    assert "Nguyen" not in answer.text
