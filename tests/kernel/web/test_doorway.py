"""Headers, other sites, languages: what every answer carries and every request passes."""

from __future__ import annotations

import pytest
from litestar import get, post

from app.kernel.web.access import public
from app.kernel.web.headers import security_headers


@get("/hello", guards=[public])
async def hello() -> str:
    return "chào"


@post("/change", guards=[public], status_code=200)
async def change() -> str:
    return "đã đổi"


@get("/scanner", guards=[public], opt={"gate": True})
async def scanner() -> str:
    return "máy quét"


@get("/t/{token:str}", guards=[public])
async def ticket() -> str:
    return "vé"


async def test_every_answer_is_closed_to_frames_scripts_and_sniffing(serve):
    client = await serve(hello)
    for path in ("/hello", "/khong-co-trang-nay", "/health/live"):
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert "strict-transport-security" not in answer.headers


async def test_only_the_scanner_may_use_the_camera(serve):
    client = await serve(scanner)
    answer = await client.get("/scanner")
    assert "'wasm-unsafe-eval'" in answer.headers["content-security-policy"]
    assert "camera=(self)" in answer.headers["permissions-policy"]


async def test_a_ticket_s_address_does_not_travel(serve):
    client = await serve(ticket, hello)
    assert (await client.get("/t/abc")).headers["referrer-policy"] == "no-referrer"
    assert (await client.get("/hello")).headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_https_is_kept_once_seen_and_what_a_handler_says_stays():
    names = dict(security_headers("/", None, True, []))
    assert names[b"strict-transport-security"].startswith(b"max-age=31536000")
    own = dict(security_headers("/", None, False, [(b"content-security-policy", b"sandbox")]))
    assert b"content-security-policy" not in own
    assert b"x-content-type-options" in own


HOST = "http://ngayso.test"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin", "origin": HOST}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site", "origin": "http://xau.ngayso.test"}, False),
        ({"sec-fetch-site": "cross-site", "origin": HOST}, False),
        ({"origin": HOST}, True),
        ({"origin": "http://xau.vn"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[::1"}, False),
        ({}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://xau.vn", "authorization": "Bearer x"}, True),
    ],
)
async def test_other_sites_cannot_act_in_the_reader_s_name(serve, headers, allowed):
    client = await serve(change)
    client.headers.pop("origin")
    client.headers.pop("sec-fetch-site")
    answer = await client.post("/change", headers=headers)
    assert answer.status_code == (200 if allowed else 403)
    if not allowed:
        assert "từ một trang web khác" in answer.text


async def test_behind_a_proxy_that_changes_the_host_the_base_address_counts(serve):
    client = await serve(change)
    client.headers.pop("sec-fetch-site")
    assert (await client.post("/change", headers={"origin": HOST, "host": "127.0.0.1:8000"})).status_code == 200


async def test_the_language_is_in_the_address_and_only_the_front_page_looks_at_the_browser(serve):
    client = await serve()
    english = {"accept-language": "en-GB,en;q=0.9,vi;q=0.5"}
    assert "Không tìm thấy" in (await client.get("/x", headers=english)).text
    assert "not found" in (await client.get("/x?lang=en")).text
    assert "not found" in (await client.get("/", headers=english)).text
    assert "Không tìm thấy" in (await client.get("/?lang=vi", headers=english)).text
