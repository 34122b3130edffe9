"""The pages as a browser meets them: the form on a phone, the ticket, the desk of the organisers."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from icalendar import Calendar
from lxml import html
from PIL import Image

from app.kernel.database import row
from tests.registrations.tickets.conftest import Week, make_week

FIELDS = {"name": "Nguyễn Thị Ánh", "email": "anh@example.vn", "phone": "0912 345 678", "organisation": "Sở Y tế", "consent_attend": "1"}


@pytest.fixture
async def week(house: Any) -> Week:
    return await make_week()


def url_of(week: Week, activity: Any = None) -> str:
    return f"/2026/activities/{(activity or week.talk).slug}/register"


async def ticket_of(house: Any, week: Week, **fields: str) -> str:
    """Register by the form; the path of the ticket's page."""
    answer = await house.client.post(url_of(week), data={**FIELDS, **fields})
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["location"]).path


async def test_from_the_form_to_the_ticket(house, week):
    """No account, four fields, one box: the answer is the ticket itself."""
    form = await house.client.get(url_of(week))
    assert form.status_code == 200
    tree = html.fromstring(form.text)
    shown = [one.get("name") for one in tree.xpath("//main//form//input[not(@type='hidden') and not(@type='checkbox')]")]
    assert shown == ["name", "email", "phone", "organisation"]
    assert tree.xpath("//input[@type='checkbox'][@checked]") == [], "no consent is given before somebody gives it"
    nonce = tree.xpath("//input[@name='nonce']/@value")[0]

    answer = await house.client.post(url_of(week), data={**FIELDS, "nonce": nonce})
    assert answer.status_code == 303
    ticket = await house.client.get(answer.headers["location"])
    assert "Bạn đã đăng ký xong" in ticket.text
    assert "anh@example.vn" in ticket.text
    assert "Nguyễn Thị Ánh" in ticket.text
    assert "14:00–16:30, Thứ Sáu, 09/10/2026" in ticket.text

    twice = await house.client.post(url_of(week), data={**FIELDS, "nonce": nonce})
    assert urlsplit(twice.headers["location"]).path == urlsplit(answer.headers["location"]).path


async def test_the_square_on_every_page_and_picture_is_the_ticket_s_code(house, week):
    path = await ticket_of(house, week)
    code = (await row("SELECT code FROM ticket"))["code"]
    picture = await house.client.get(f"{path}/qr.png")
    assert picture.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(picture.content)) as image:
        assert [found.text for found in zxingcpp.read_barcodes(image)] == [code]
        assert image.width == 1080
    drawing = (await house.client.get(f"{path}/qr.svg")).text
    for page in (path, f"{path}/show"):
        assert re.search(r'fill="#000" d="[^"]+"', drawing)[0] in (await house.client.get(page)).text


async def test_the_calendar_of_a_ticket_is_the_feed_s_event(house, week):
    path = await ticket_of(house, week)
    answer = await house.client.get(f"{path}/calendar.ics")
    calendar = Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Dữ liệu mở cho mọi người"]
    assert str(events[0]["uid"]).startswith(str(week.talk.sessions[0].uid))
    assert calendar["method"] == "PUBLISH"


PAGES = ("", "/show", "/change", "/cancel", "/data", "/qr.png", "/qr.svg", "/calendar.ics")


async def test_nobody_keeps_a_ticket_s_page_or_hears_of_its_address(house, week):
    path = await ticket_of(house, week)
    for suffix in PAGES:
        answer = await house.client.get(path + suffix)
        assert answer.status_code == 200, suffix
        assert answer.headers["cache-control"] == "no-store", suffix
        assert answer.headers["referrer-policy"] == "no-referrer", suffix
        assert "noindex" in answer.headers["x-robots-tag"], suffix


async def test_a_foreign_token_is_no_page(house, week):
    path = await ticket_of(house, week)
    for token in (path.removeprefix("/t/")[:-2] + "AA", "abc", "%00", "x" * 2000):
        for suffix in PAGES:
            assert (await house.client.get(f"/t/{token}{suffix}")).status_code in (400, 404), (token, suffix)


BAD = {
    "empty": "",
    "over-long": "Nguyễn " * 40,
    "HTML": "<script>alert('ấ')</script>",
    "emoji": "Ánh 🎉🎉",
    "right-to-left override": "Ánh \u202egnp.exe",
    "NUL": "Ánh\x00Bình",
    "lone surrogate": "Ánh \ud83d",
}


@pytest.mark.parametrize("kind", BAD)
async def test_bad_input_gets_a_sentence_beside_the_field_and_is_kept(house, week, kind):
    typed = BAD[kind]
    for field in ("name",) if kind == "empty" else ("name", "email", "phone", "organisation"):
        body = {**FIELDS, field: typed}
        if field in ("email", "phone"):  # the other one alone is enough
            body["phone" if field == "email" else "email"] = ""
        answer = await house.client.post(
            url_of(week), content=_encoded(body), headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 422, field
        assert "<script>alert" not in answer.text
        tree = html.fromstring(answer.text)
        box = tree.xpath(f"//input[@name='{field}']")[0]
        assert box.get("aria-invalid") == "true", field
        assert tree.xpath(f"//*[@id='{box.get('aria-describedby').split()[-1]}']")[0].text_content().strip()
        assert tree.xpath("//*[@id='errors']//h2")[0].text_content().strip() == "Có 1 mục cần xem lại", field
        if kind not in ("NUL", "lone surrogate"):
            assert box.get("value") == typed
        for name, value in body.items():
            if name not in (field, "consent_attend"):
                assert tree.xpath(f"//input[@name='{name}']/@value")[0] == value
        assert tree.xpath("//input[@name='consent_attend']/@checked"), "what was ticked stays ticked"
    assert (await row("SELECT count(*) AS n FROM registration"))["n"] == 0


def _encoded(body: dict[str, str]) -> bytes:
    from urllib.parse import quote_plus

    return "&".join(f"{name}={quote_plus(value.encode('utf-8', 'surrogatepass'))}" for name, value in body.items()).encode()


async def test_without_agreeing_or_any_contact_there_is_no_ticket(house, week):
    answer = await house.client.post(url_of(week), data={"name": "Nguyễn Thị Ánh"})
    assert answer.status_code == 422
    assert "Có 2 mục cần xem lại" in answer.text
    assert "Cần ít nhất một cách liên hệ" in answer.text
    assert "Cần đồng ý mục này" in answer.text


async def test_files_and_broken_bodies_are_no_fault_of_ours(house, week):
    answer = await house.client.post(url_of(week), data={"phone": "0912345678"}, files={"name": ("a.txt", b"x")})
    assert answer.status_code == 422
    url_encoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    for body, kind in ((b"\xff\xfe=1", url_encoded), (b"{", "application/json"), (b"--", multipart)):
        answer = await house.client.post(url_of(week), content=body, headers={"content-type": kind})
        assert answer.status_code in (400, 415, 422)


async def test_a_full_house_has_a_page_of_its_own(house, week):
    for n in range(10):
        await week.register(f"Người thứ {n}", email=f"n{n}@example.vn")
    for answer in (await house.client.get(url_of(week)), await house.client.post(url_of(week), data=FIELDS)):
        assert answer.status_code == 409
        assert "đã hết chỗ" in answer.text


async def test_walk_in_says_just_come(house, week):
    answer = await house.client.get(url_of(week, week.fair))
    assert answer.status_code == 409
    assert "bạn cứ đến" in answer.text
    assert (await house.client.get("/2026/activities/khong-co/register")).status_code == 404
    assert (await house.client.get("/1999/activities/khong-co/register")).status_code == 404


async def test_a_repeat_is_told_nothing_about_the_first(house, week):
    path = await ticket_of(house, week)
    answer = await house.client.post(url_of(week), data={**FIELDS, "email": "", "organisation": "khác"})
    assert answer.status_code == 200
    for secret in (path.removeprefix("/t/"), "anh@example.vn", "Sở Y tế", (await row("SELECT code FROM ticket"))["code"][:9]):
        assert secret not in answer.text


async def test_change_then_cancel_on_the_ticket_s_own_page(house, week):
    path = await ticket_of(house, week)
    form = html.fromstring((await house.client.get(f"{path}/change")).text)
    revision = form.xpath("//input[@name='revision']/@value")[0]
    assert form.xpath("//input[@name='phone']/@value") == ["0912 345 678"]
    body = {"name": "Nguyễn Ngọc Ánh", "email": "anh@example.vn", "phone": "0912345678", "organisation": "", "revision": revision}
    bad = await house.client.post(f"{path}/change", data={**body, "name": "<b>"})
    assert (bad.status_code, "&lt;b&gt;" in bad.text) == (422, True)
    assert (await house.client.post(f"{path}/change", data=body)).status_code == 303
    assert "Nguyễn Ngọc Ánh" in (await house.client.get(path)).text
    assert (await house.client.post(f"{path}/change", data={**body, "name": "Người Khác"})).status_code == 409

    assert "Hủy đăng ký của Nguyễn Ngọc Ánh?" in (await house.client.get(f"{path}/cancel")).text
    for _ in range(2):
        assert (await house.client.post(f"{path}/cancel")).status_code == 303
    after = await house.client.get(path)
    assert "Đăng ký này đã hủy" in after.text
    assert 'fill="#000"' not in after.text
    assert (await house.client.get(f"{path}/show")).status_code == 404
    assert (await house.client.get(f"{path}/change")).status_code == 409
    assert await week.taken() == 0


async def test_my_data_shows_what_is_held_and_takes_a_consent_back(house, week):
    path = await ticket_of(house, week, consent_newsletter="1")
    page = await house.client.get(f"{path}/data")
    for held in ("Nguyễn Thị Ánh", "anh@example.vn", "0912 345 678", "Sở Y tế", "Tiếng Việt"):
        assert held in page.text
    assert page.text.count("Rút lại đồng ý") == 1
    assert (await house.client.post(f"{path}/data", data={"purpose": "newsletter", "given": "0"})).status_code == 303
    assert "Rút lại đồng ý" not in (await house.client.get(f"{path}/data")).text
    assert (await house.client.post(f"{path}/data", data={"purpose": "nonsense"})).status_code == 404


async def test_a_lost_ticket_by_code_and_phone(house, week):
    path = await ticket_of(house, week)
    code = (await row("SELECT code FROM ticket"))["code"]
    found = await house.client.post("/2026/find-ticket/by-code", data={"code": code, "phone": "0912345678"})
    assert (found.status_code, urlsplit(found.headers["location"]).path) == (303, path)
    wrong_phone = await house.client.post("/2026/find-ticket/by-code", data={"code": code, "phone": "0912345679"})
    wrong_code = await house.client.post("/2026/find-ticket/by-code", data={"code": "Z" * 29, "phone": "0912345678"})
    assert wrong_phone.status_code == wrong_code.status_code == 404
    assert _words(wrong_phone.text) == _words(wrong_code.text)


async def test_lost_tickets_by_mail_are_answered_alike(house, week):
    await ticket_of(house, week)
    addresses = ("anh@example.vn", "la@example.vn")
    answers = [await house.client.post("/2026/find-ticket/by-email", data={"email": email}) for email in addresses]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/2026/find-ticket?sent=1")}
    assert (await row("SELECT count(*) AS n FROM mail"))["n"] == 2
    for _ in range(4):
        await house.client.post("/2026/find-ticket/by-email", data={"email": "anh@example.vn"})
    tired = await house.client.post("/2026/find-ticket/by-email", data={"email": "anh@example.vn"})
    assert tired.status_code == 429
    assert (await row("SELECT count(*) AS n FROM mail"))["n"] == 3


async def test_one_contact_cannot_register_without_end(house, week):
    answers = [await house.client.post(url_of(week), data={**FIELDS, "name": f"Người {chr(65 + n)}{chr(65 + n)}"}) for n in range(22)]
    assert [answer.status_code for answer in answers[:10]] == [303] * 10
    assert answers[-1].status_code == 429


async def test_english_throughout(house, week):
    form = await house.client.get(url_of(week) + "?lang=en")
    assert "Open data for everybody" in form.text
    assert "Register and get the ticket" in form.text
    answer = await house.client.post(url_of(week) + "?lang=en", data=FIELDS)
    assert "lang=en" in answer.headers["location"]
    ticket = await house.client.get(answer.headers["location"])
    assert "You are registered." in ticket.text
    found = await row("SELECT language, subject, text FROM mail")
    assert found["language"] == "en"
    assert found["subject"] == "Your ticket: Open data for everybody"
    assert "?lang=en" in found["text"]


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", html.fromstring(re.sub(r'value="[^"]*"', "", page)).text_content())
