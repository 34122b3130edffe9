"""Signing in through the browser: cookies, the way back, other sites, guessers."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from app.accounts.paths import local_path
from app.accounts.sign_in import IDLE
from app.kernel.database import rows
from tests.accounts.staff import OFFICE, PASSWORD, hire, sign_in


def cookie(answer, name="ngayso"):
    jar = SimpleCookie(answer.headers.get("set-cookie", ""))
    return jar.get(name)


async def test_nobody_gets_a_cookie_for_looking(house):
    for path in ("/sign-in", "/manage/", "/manage/accounts", "/nowhere"):
        answer = await house.client.get(path)
        assert "set-cookie" not in answer.headers, path


async def test_a_manage_page_leads_to_sign_in_and_back(house):
    await hire("quan", "administrator")
    answer = await house.client.get("/manage/accounts?q=lan")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fmanage%2Faccounts%3Fq%3Dlan"
    form = await house.client.get(answer.headers["location"])
    assert 'value="/manage/accounts?q=lan"' in form.text
    answer = await sign_in(house.client, "quan", next_page="/manage/accounts?q=lan")
    assert (answer.status_code, answer.headers["location"]) == (303, "/manage/accounts?q=lan")
    assert (await house.client.get("/manage/accounts?q=lan")).status_code == 200


async def test_the_cookie_is_for_this_server_and_not_for_scripts(house):
    await hire("quan")
    answer = await sign_in(house.client, "quan")
    given = cookie(answer)
    assert given is not None
    assert len(given.value) >= 40
    assert given["httponly"]
    assert given["samesite"].lower() == "lax"
    assert given["path"] == "/"
    assert not given["domain"]
    assert not given["secure"]  # the tests' server speaks plain HTTP
    assert "no-store" in answer.headers["cache-control"]


async def test_over_https_the_cookie_is_bound_to_the_host(house):
    await hire("quan")
    browser = house.visitor()
    browser.base_url = browser.base_url.copy_with(scheme="https")
    answer = await sign_in(browser, "quan")
    given = cookie(answer, "__Host-ngayso")
    assert given is not None
    assert given["secure"]
    assert given["path"] == "/"
    assert not given["domain"]
    # Under the plain name, which another host of the domain could have set, the same token is nobody's.
    tossed = house.visitor(cookie=f"ngayso={given.value}")
    tossed.base_url = browser.base_url
    assert (await tossed.get("/manage/")).status_code == 303
    assert (await browser.get("/manage/")).status_code == 200


async def test_a_session_that_an_attacker_planted_never_becomes_anybodys(house):
    """Fixation: the victim's browser carries a token that the attacker knows, then signs in."""
    await hire("mal")
    await hire("quan", "administrator")
    await sign_in(house.client, "mal")
    planted = house.client.cookies["ngayso"]
    for known in ("attacker-chosen", planted):
        victim = house.visitor(cookie=f"ngayso={known}")
        answer = await sign_in(victim, "quan")
        given = cookie(answer)
        assert given is not None
        assert given.value != known
        attacker = house.visitor(cookie=f"ngayso={known}")
        assert (await attacker.get("/manage/accounts")).status_code == 303, "the planted token is nobody's now"


async def test_an_unknown_and_an_expired_cookie_are_nobody(house):
    await hire("quan", "administrator")
    stranger = house.visitor(cookie="ngayso=" + "A" * 43)
    assert (await stranger.get("/manage/")).status_code == 303
    await sign_in(house.client, "quan")
    house.clock.advance(seconds=IDLE.total_seconds() + 1)
    assert (await house.client.get("/manage/")).status_code == 303


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(house):
    await hire("quan")
    await sign_in(house.client, "quan")
    token = house.client.cookies["ngayso"]
    answer = await house.client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    gone = cookie(answer)
    assert gone is not None
    assert gone["max-age"] == "0"
    thief = house.visitor(cookie=f"ngayso={token}")
    assert (await thief.get("/manage/")).status_code == 303
    assert await rows("SELECT * FROM sign_in") == []
    # Again, and without ever having been in: harmless.
    answer = await house.visitor().post("/sign-out")
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


async def test_signing_out_by_a_link_or_a_picture_does_not_work(house):
    await hire("quan")
    await sign_in(house.client, "quan")
    assert (await house.client.get("/sign-out")).status_code == 405
    assert (await house.client.get("/manage/")).status_code == 200


FROM_ELSEWHERE = (
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example", "sec-fetch-site": ""},
    {"origin": "null", "sec-fetch-site": ""},
    {"origin": "http://ngayso.test", "sec-fetch-site": "same-site"},
)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/manage/account/sign-out-everywhere", "/manage/account/password"])
async def test_another_site_signs_nobody_in_or_out(house, path):
    await hire("quan")
    await sign_in(house.client, "quan")
    for said in FROM_ELSEWHERE:
        answer = await house.client.post(path, data={"email": "quan@haidang.vn", "password": PASSWORD}, headers=said)
        assert answer.status_code == 403, said
        assert "set-cookie" not in answer.headers
    assert (await house.client.get("/manage/")).status_code == 200


ELSEWHERE = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "///evil.example", "/\t/evil.example",
    "javascript:alert(1)", "data:text/html,x", "evil.example", "", "/ /evil.example", "/sign-in?next=/", "/sign-out", "/" + "a" * 2000,
    "/\r\nset-cookie: a=b", "/x\x00y", "https:/\\evil.example", "/.\\evil.example", "@evil.example",
)  # fmt: skip


async def test_sign_in_never_leads_to_another_site(house):
    await hire("quan")
    for wanted in ELSEWHERE:
        assert local_path(wanted) == "/manage/", wanted
        answer = await sign_in(house.visitor(), "quan", next_page=wanted)
        if answer.status_code == 422:  # too long or with control characters: asked again, nothing opened
            assert "set-cookie" not in answer.headers
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/manage/"), wanted
    await sign_in(house.client, "quan")
    for wanted in (one for one in ELSEWHERE if "\x00" not in one):  # those are refused at the door
        answer = await house.client.get("/sign-in", params={"next": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, "/manage/"), wanted


def test_sign_in_leads_back_to_pages_of_ours():
    for wanted in ("/manage/2026/activities?day=2026-10-08", "/2026/", "/manage/units/new?parent=x&lang=en"):
        assert local_path(wanted) == wanted


async def test_a_wrong_password_keeps_the_address_and_forgets_the_password(house):
    await hire("quan")
    answer = await house.client.post("/sign-in", data={"email": "quan@haidang.vn", "password": "sai-mat-khau-nay", "next": "/manage/units"})
    assert answer.status_code == 422
    assert "Thư điện tử hoặc mật khẩu chưa đúng." in answer.text
    assert 'value="quan@haidang.vn"' in answer.text
    assert 'value="/manage/units"' in answer.text
    assert "sai-mat-khau-nay" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("data", [{}, {"email": "quan@haidang.vn"}, {"password": PASSWORD}, {"email": "a" * 300, "password": "b"}])
async def test_an_unfinished_form_is_asked_again(house, data):
    answer = await house.client.post("/sign-in", data=data)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


async def test_an_english_reader_stays_in_english(house):
    await hire("quan")
    answer = await house.client.post("/sign-in?lang=en", data={"email": "quan@haidang.vn", "password": "wrong one"})
    assert "The e-mail address or the password is not right." in answer.text
    answer = await house.client.post("/sign-in?lang=en", data={"email": "quan@haidang.vn", "password": PASSWORD, "next": "/manage/units"})
    assert answer.headers["location"] == "/manage/units?lang=en"


async def test_an_account_in_english_is_led_to_english_pages(house):
    from app.accounts import keeping

    account = await hire("quan")
    await keeping.rename_account(account, name="Quan", language="en", by=OFFICE)
    answer = await sign_in(house.client, "quan", next_page="/manage/units")
    assert answer.headers["location"] == "/manage/units?lang=en"


async def test_a_guesser_is_told_to_wait_and_the_owner_elsewhere_is_not(house):
    await hire("quan")
    for _ in range(10):
        assert (await sign_in(house.client, "quan", password="đoán mò thôi")).status_code == 422
    refused = await sign_in(house.client, "quan", password="đoán mò thôi")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    # Not even the right password helps the guesser now, and nothing is hashed or logged for them.
    logged = len(await rows("SELECT id FROM audit_entry"))
    assert (await sign_in(house.client, "quan")).status_code == 429
    assert len(await rows("SELECT id FROM audit_entry")) == logged
    # Another account from the same hall, and the owner from another place, come in.
    await hire("lan")
    assert (await sign_in(house.client, "lan")).status_code == 303
    import httpx

    elsewhere = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app, client=("198.51.100.9", 4711)),
        base_url=house.client.base_url,
        headers=house.client.headers,
    )
    assert (await sign_in(elsewhere, "quan")).status_code == 303


async def test_spelling_the_address_differently_is_no_new_allowance(house):
    await hire("quan")
    for n in range(10):
        email = "quan@haidang.vn" if n % 2 else "  QUAN@haidang.VN"
        await house.client.post("/sign-in", data={"email": email, "password": "đoán mò thôi"})
    answer = await house.client.post("/sign-in", data={"email": "Quan@Haidang.vn", "password": "đoán mò thôi"})
    assert answer.status_code == 429


async def test_whoever_signs_in_at_last_starts_afresh(house):
    await hire("quan")
    for _ in range(4):
        for _ in range(8):
            await sign_in(house.client, "quan", password="quên mất rồi")
        assert (await sign_in(house.client, "quan")).status_code == 303


async def test_my_account_name_password_and_sessions(house):
    await hire("quan")
    elsewhere = house.visitor(**{"user-agent": "Mozilla/5.0 (iPhone) Safari/605"})
    await sign_in(elsewhere, "quan")
    await sign_in(house.client, "quan")
    page = await house.client.get("/manage/account")
    assert "Safari · iPhone" in page.text
    assert "thiết bị này" in page.text

    answer = await house.client.post("/manage/account", data={"name": "Nguyễn Minh Quân", "language": "vi"})
    assert answer.headers["location"] == "/manage/account?done=profile"
    assert "Nguyễn Minh Quân" in (await house.client.get("/manage/account")).text

    change = {"present": PASSWORD, "new": "mật khẩu khác hẳn", "again": "mật khẩu khác hẳn"}
    answer = await house.client.post("/manage/account/password", data={**change, "again": "không giống"})
    assert (answer.status_code, "Hai lần nhập chưa giống nhau." in answer.text) == (422, True)
    answer = await house.client.post("/manage/account/password", data={**change, "present": "không phải"})
    assert (answer.status_code, "Mật khẩu hiện tại chưa đúng." in answer.text) == (422, True)
    answer = await house.client.post("/manage/account/password", data=change)
    assert answer.headers["location"] == "/manage/account?done=password"
    assert (await elsewhere.get("/manage/account")).status_code == 303
    assert (await house.client.get("/manage/account")).status_code == 200

    await sign_in(elsewhere, "quan", password="mật khẩu khác hẳn")
    answer = await elsewhere.post("/manage/account/sign-out-everywhere")
    assert answer.headers["location"] == "/sign-in"
    assert (await house.client.get("/manage/account")).status_code == 303


async def test_home_shows_what_one_may_and_nothing_more(house):
    await hire("quan", "administrator")
    await hire("lan")
    await sign_in(house.client, "quan")
    page = (await house.client.get("/manage/")).text
    assert "/manage/accounts" in page
    assert "Quản trị hệ thống" in page
    plain = house.visitor()
    await sign_in(plain, "lan")
    page = (await plain.get("/manage/")).text
    assert "/manage/accounts" not in page
    assert "/manage/audit" not in page
    assert "Bạn chưa được giao vai trò nào" in page
