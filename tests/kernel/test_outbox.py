"""Mail leaves once, after the change it belongs to, through refusals, restarts and several workers."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
import pytest

from app.kernel import outbox
from app.kernel.actor import Actor
from app.kernel.database import engine_name, row, rows, unit_of_work
from app.kernel.mail import Mail, MailServer, Part, compose, transport
from app.kernel.outbox import claim, queue_mail

BY = Actor.system("test")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def ticket(to: str = "lan@congty.vn", **more: object) -> Mail:
    values: dict[str, object] = {
        "kind": "ticket", "to": to, "name": "Trần Thị Lan", "subject": "Vé của bạn: Lễ khai mạc", "text": "Mã vé: ABC\n",
        "html": '<p>Mã vé</p><img src="cid:qr.png">',
        "parts": (Part("qr.png", "image/png", PNG, inline=True), Part("lịch.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n")),
    }  # fmt: skip
    return Mail(**{**values, **more})


async def put(mail: Mail):
    async with unit_of_work(BY) as work:
        identity = await queue_mail(mail)
        work.record("ticket.sent", str(identity))
    return identity


@contextlib.asynccontextmanager
async def worker(settings, smtp):
    await outbox.start(msgspec.structs.replace(settings, smtp_url=smtp.url, mail_from="Ngày Số <ve@ngayso.vn>"))
    try:
        yield outbox._sender
    finally:
        await outbox.stop()


async def until(state: str, count: int = 1) -> list[dict]:
    for _ in range(300):
        found = await rows("SELECT * FROM mail WHERE state = {} ORDER BY id", state)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {count} mails became {state}: {await rows('SELECT state, attempts, last_error FROM mail')}")


async def test_a_mail_leaves_once_with_text_html_picture_and_calendar(database, smtp):
    async with worker(database, smtp):
        await put(ticket())
        [message] = await smtp.arrival()
        [sent] = await until("sent")
    assert message["Subject"] == "Vé của bạn: Lễ khai mạc"
    assert message["From"] == "Ngày Số <ve@ngayso.vn>"
    assert message["To"] == "Trần Thị Lan <lan@congty.vn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == sent["message_id"]
    assert "Mã vé: ABC" in message.get_body(("plain",)).get_content()
    html = message.get_body(("html",))
    assert "cid:qr.png" in html.get_content()
    [picture] = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert (picture["Content-ID"], picture.get_content()) == ("<qr.png>", PNG)
    [calendar] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert calendar.get_filename() == "lịch.ics"
    assert calendar.get_content_disposition() == "attachment"
    assert (sent["text"], sent["html"], sent["parts"], sent["attempts"]) == ("", "", "", 1)
    assert len(smtp.messages) == 1


async def test_what_is_undone_never_was_a_mail(database, smtp):
    async with worker(database, smtp):
        with contextlib.suppress(ZeroDivisionError):
            async with unit_of_work(BY) as work:
                await queue_mail(ticket())
                work.record("ticket.sent", "x")
                raise ZeroDivisionError
        await put(ticket("binh@congty.vn"))
        await smtp.arrival()
        await until("sent")
    assert smtp.recipients == [["binh@congty.vn"]]
    with pytest.raises(RuntimeError, match="inside unit_of_work"):
        await queue_mail(ticket())


async def test_a_server_that_is_busy_gets_it_later(database, smtp, clock):
    smtp.refuse = "451 4.7.1 <lan@congty.vn> come back later"
    async with worker(database, smtp) as sender:
        await put(ticket())
        [waiting] = await until("retrying")
        assert waiting["attempts"] == 1
        assert waiting["last_error"] == "451 SMTPRecipientRefused"
        await sender.send_due()
        assert (await row("SELECT attempts FROM mail"))["attempts"] == 1
        smtp.refuse = ""
        clock.advance(seconds=31)
        sender.woken.set()
        await smtp.arrival()
        [sent] = await until("sent")
    assert sent["attempts"] == 2
    assert sent["last_error"] == ""


async def test_a_recipient_that_does_not_exist_has_failed_and_nobody_reads_who(database, smtp, caplog):
    smtp.refuse = "550 5.1.1 <lan@congty.vn>: user unknown"
    async with worker(database, smtp):
        identity = await put(ticket())
        [failed] = await until("failed")
        assert failed["last_error"] == "550 SMTPRecipientRefused"
        ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # which is the test's mail server
        assert "lan@congty.vn" not in repr(ours)
        state = await outbox.waiting()
        assert state.counts == {"failed": 1}
        assert state.last_error == "550 SMTPRecipientRefused"
        smtp.refuse = ""
        assert await outbox.retry(identity, by=BY)
        await smtp.arrival()
        await until("sent")
        assert not await outbox.retry(identity, by=BY)


async def test_an_address_that_cannot_stand_in_a_header_fails_alone(database, smtp):
    async with worker(database, smtp):
        await put(ticket("không phải địa chỉ"))
        await put(ticket("binh@congty.vn", subject="Dòng một\r\nBcc: x@y.vn"))
        await smtp.arrival()
        await until("failed")
        await until("sent")
    assert smtp.recipients == [["binh@congty.vn"]]
    assert smtp.messages[0]["Subject"] == "Dòng một Bcc: x@y.vn"


async def test_no_mail_server_at_all_is_tried_again(database, smtp, clock):
    port = smtp.port
    smtp.stop()
    async with worker(database, smtp) as sender:
        await put(ticket())
        [waiting] = await until("retrying")
        assert waiting["last_error"] == "SMTPConnectError"
        smtp.start(port)
        clock.advance(seconds=31)
        sender.woken.set()
        await smtp.arrival()
        await until("sent")


async def test_a_mail_survives_a_restart(database, smtp):
    await put(ticket())
    assert (await row("SELECT state FROM mail"))["state"] == "queued"
    async with worker(database, smtp):
        await smtp.arrival()
        await until("sent")


async def test_what_a_killed_server_was_sending_is_sent_again_under_the_same_message_id(database, smtp, clock):
    await put(ticket())
    [held] = await claim()
    async with worker(database, smtp) as sender:
        if engine_name() == "postgresql":  # another process might still be sending it
            await sender.send_due()
            assert smtp.messages == []
            clock.advance(seconds=61)
            sender.woken.set()
        [message] = await smtp.arrival()
        await until("sent")
    assert message["Message-ID"] == held["message_id"]


async def test_a_server_that_hangs_up_after_the_message_may_get_it_twice_but_recognises_it(database, smtp, clock):
    smtp.drop_after_data = True
    async with worker(database, smtp) as sender:
        await put(ticket())
        await until("retrying")
        smtp.drop_after_data = False
        clock.advance(seconds=31)
        sender.woken.set()
        await smtp.arrival(2)
        await until("sent")
    assert len({message["Message-ID"] for message in smtp.messages}) == 1


async def test_two_workers_never_take_the_same_mail(database, smtp):
    for n in range(40):
        await put(ticket(f"khach{n}@congty.vn", parts=()))
    first = await claim(3)
    assert len(first) == 3
    batches = [first, *await asyncio.gather(*(claim(5) for _ in range(8)))]
    taken = [one["id"] for batch in batches for one in batch]
    assert len(taken) == len(set(taken)) == 40
    assert await claim() == []


async def test_two_workers_send_each_mail_once(database, smtp):
    for n in range(30):
        await put(ticket(f"khach{n}@congty.vn", parts=()))
    server = MailServer.parse(smtp.url)
    senders = [outbox.Sender(server, "ve@ngayso.vn") for _ in range(2)]
    await until("sent", 30)
    for sender in senders:
        await sender.stop()
    assert sorted(smtp.recipients) == sorted([f"khach{n}@congty.vn"] for n in range(30))


async def test_stopping_finishes_one_and_leaves_the_others_queued(database, smtp):
    smtp.delay = 0.3
    for n in range(5):
        await put(ticket(f"khach{n}@congty.vn", parts=()))
    async with worker(database, smtp):
        await smtp.arrival()
    counts = (await outbox.waiting()).counts
    assert counts["sent"] == len(smtp.messages)
    assert counts["sent"] + counts["queued"] == 5
    assert {found["attempts"] for found in await rows("SELECT attempts FROM mail WHERE state = 'queued'")} == {0}


async def test_after_two_days_it_is_given_up(database, smtp, clock):
    smtp.refuse = "451 later"
    async with worker(database, smtp) as sender:
        await put(ticket())
        for attempt in range(1, len(outbox.PAUSES) + 2):
            while (await row("SELECT count(*) AS n FROM mail WHERE attempts = {} AND state <> 'sending'", attempt))["n"] == 0:
                sender.woken.set()
                await asyncio.sleep(0.005)
            clock.advance(hours=9)
        [failed] = await until("failed")
    assert failed["attempts"] == len(outbox.PAUSES) + 1


async def test_erasing_a_person_blanks_their_mail(database):
    await put(ticket())
    async with unit_of_work(BY) as work:
        assert await outbox.forget_recipient("lan@congty.vn") == 1
        work.record("person.erased", "x")
    found = await row("SELECT recipient, recipient_name, subject, text, state FROM mail")
    assert found == {"recipient": "", "recipient_name": "", "subject": "", "text": "", "state": "failed"}


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.vn", MailServer("mail.vn", 25)),
        ("smtp://an%40vn:m%2Fk@mail.vn:2525?starttls=1", MailServer("mail.vn", 2525, "an@vn", "m/k", starttls=True)),
        ("smtps://u:p@mail.vn", MailServer("mail.vn", 465, "u", "p", tls=True, starttls=False)),
        ("smtp://u:p@mail.vn?starttls=0", MailServer("mail.vn", 587, "u", "p", starttls=False)),
    ],
)
def test_addresses_of_mail_servers(address, server):
    assert MailServer.parse(address) == server


def test_what_is_no_mail_server():
    with pytest.raises(ValueError, match="NGAYSO_SMTP_URL"):
        MailServer.parse("http://mail.vn")


def test_a_mail_without_html_attaches_its_pictures(clock):
    message = compose(ticket(html=""), sender="a@b.vn", message_id="<1@x>", at=clock.now())
    assert [part.get_filename() for part in message.iter_attachments()] == ["qr.png", "lịch.ics"]


def test_addresses_are_masked():
    assert outbox.mask("lan@congty.vn") == "l…@congty.vn"
    assert outbox.mask("") == "…"


async def test_the_doctor_can_ask_the_mail_server_whether_it_is_there(smtp):
    async with transport(smtp.url) as client:
        assert (await client.noop()).code == 250
