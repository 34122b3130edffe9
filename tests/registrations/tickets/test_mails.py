"""Mails that leave through a real server, and what people read in them."""

from __future__ import annotations

import io

import msgspec
import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image

from app.events.programme.drafting import set_status
from app.kernel import outbox
from app.kernel.database import row
from app.kernel.text import Text
from app.registrations.tickets.notices import tell_holders
from app.registrations.tickets.registration import Wish, register
from tests.events.factories import ORGANISER, draft, edit_session, publish
from tests.events.weeks import at
from tests.registrations.tickets.conftest import AGREED, VISITOR, audit, mails


@pytest.fixture
async def post(database, smtp):
    """The mail worker, sending to the real server."""
    await outbox.start(msgspec.structs.replace(database, smtp_url=smtp.url))
    yield smtp
    await outbox.stop()


async def test_the_ticket_arrives_with_its_square_and_its_calendar(week, post):
    held = await week.held(email="anh@example.vn")
    message = (await post.arrival())[0]
    assert post.recipients == [["anh@example.vn"]]
    assert message["subject"] == "Vé của bạn: Dữ liệu mở cho mọi người"
    assert message["content-language"] == "vi"
    text = message.get_body(("plain",)).get_content()
    for said in ("Nguyễn Thị Ánh", "14:00–16:30, Thứ Sáu, 09/10/2026", "Hội trường lớn · Trung tâm Hội nghị thành phố", f"/t/{held.token}"):
        assert said in text
    page = message.get_body(("html",)).get_content()
    assert "<script" not in page
    assert f"/t/{held.token}" in page
    inline = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{inline[0]['content-id'].strip('<>')}" in page
    with Image.open(io.BytesIO(inline[0].get_content())) as square:
        assert [found.text for found in zxingcpp.read_barcodes(square)] == [held.ticket.code]
    attached = [part for part in message.iter_attachments() if part.get_content_type() == "text/calendar"]
    assert attached[0].get_filename() == "ve.ics"
    assert attached[0].get_param("method") == "PUBLISH"
    event = Calendar.from_ical(attached[0].get_content()).walk("VEVENT")[0]
    assert str(event["uid"]).startswith(str(week.talk.sessions[0].uid))


async def test_who_reads_english_gets_english(week, post):
    await register(await week.offer(), Wish("John Smith", email="john@example.com"), AGREED, by=VISITOR, language="en")
    message = (await post.arrival())[0]
    assert message["subject"] == "Your ticket: Open data for everybody"
    text = message.get_body(("plain",)).get_content()
    assert "Hello John Smith" in text
    assert "Friday, 9 October 2026" in text
    assert "?lang=en" in text


async def test_a_phone_alone_gets_no_mail(week):
    held = await week.held(phone="+84912345678")
    assert held.ticket is not None
    assert await mails() == []


async def test_markup_in_a_name_stays_text(week):
    """Names have no angle brackets, organisations and titles of others might: everything is escaped."""
    await register(await week.offer(), Wish("Lê & Con", email="le@example.vn"), AGREED, by=VISITOR)
    html = (await mails())[0]["html"]
    assert "Lê &amp; Con" in html
    assert "Lê & Con" not in html


async def test_a_moved_activity_tells_everybody_once(week):
    people = [await week.held(f"Người thứ {n}", email=f"n{n}@example.vn") for n in range(8)]
    await week.held("Người chỉ có điện thoại", phone="+84912345678")
    await edit_session(week.edition, week.talk.id, starts_at=at(6, "08:30"), ends_at=at(6, "10:00"))
    await publish(week.edition)
    before = len(people)
    assert await tell_holders() == 8
    assert await tell_holders() == 0
    told = (await mails())[before:]
    assert [mail["recipient"] for mail in told] == [f"n{n}@example.vn" for n in range(8)]
    assert {mail["subject"] for mail in told} == {"Thay đổi lịch: Dữ liệu mở cho mọi người"}
    assert "08:30–10:00, Thứ Bảy, 10/10/2026" in told[0]["text"]
    assert "trước đây: 14:00–16:30, Thứ Sáu, 09/10/2026" in told[0]["text"]
    assert people[0].token in told[0]["text"]
    assert len(await audit("holders.told")) == 1


async def test_more_people_than_one_batch_and_a_crash_in_between(week, monkeypatch):
    from app.registrations.tickets import notices

    people = [await week.held(f"Người thứ {n}", email=f"n{n}@example.vn") for n in range(7)]
    await edit_session(week.edition, week.talk.id, starts_at=at(6, "08:30"), ends_at=at(6, "10:00"))
    await publish(week.edition)
    monkeypatch.setattr(notices, "BATCH", 3)
    note = await row("SELECT id, activity, version, reached FROM holder_notice")
    assert await notices._tell_some(note, "") == (str(sorted(str(one.id) for one in people)[2]), 3)
    # The server dies here; the next start goes on from where the mails are.
    assert await tell_holders() == 4
    told = (await mails())[len(people) :]
    assert sorted(mail["recipient"] for mail in told) == [f"n{n}@example.vn" for n in range(7)]


async def test_a_cancelled_activity_says_why(week):
    await week.held()
    now = await draft(week.talk.id)
    await set_status(week.edition, week.talk.id, "cancelled", reason=Text("Bão số 9", "Storm No. 9"), revision=now.number, by=ORGANISER)
    await publish(week.edition)
    assert await tell_holders() == 1
    told = (await mails())[-1]
    assert "bị hủy" in told["text"]
    assert "Bão số 9" in told["text"]
    assert "Đã hủy: 14:00" in told["text"]


async def test_what_nobody_registered_for_leaves_no_note(week):
    await edit_session(week.edition, week.talk.id, starts_at=at(6, "08:30"), ends_at=at(6, "10:00"))
    await publish(week.edition)
    assert await row("SELECT id FROM holder_notice") is None
