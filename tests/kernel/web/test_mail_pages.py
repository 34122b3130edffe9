"""The mail page: administrators see how the outbox stands, mend what failed, and read nobody's mail."""

from __future__ import annotations

import re

import msgspec
import pytest

from app.kernel import outbox
from app.kernel.actor import Actor
from app.kernel.database import row, unit_of_work
from app.kernel.mail import Mail, Part
from app.kernel.web import mail_pages

ADMIN = {"x-who": "admin"}


async def put(**more: object):
    async with unit_of_work(Actor.system("test")) as work:
        values = {"kind": "ticket", "to": "lan@congty.vn", "name": "Lan", "subject": "Vé <b>", "text": "Mã: ABC", **more}
        identity = await outbox.queue_mail(Mail(**values))
        work.record("ticket.sent", str(identity))
    return identity


@pytest.fixture
async def client(serve):
    return await serve()


async def test_without_mail_it_says_what_will_be_here(client):
    answer = await client.get("/manage/mail", headers=ADMIN)
    assert answer.status_code == 200
    assert "Chưa có thư nào" in answer.text
    assert "NGAYSO_SMTP_URL" in answer.text


async def test_the_list_masks_addresses(client):
    await put()
    answer = await client.get("/manage/mail?lang=en", headers=ADMIN)
    assert "l…@congty.vn" in answer.text
    assert "lan@congty.vn" not in answer.text
    assert "Queued" in answer.text
    assert "ticket" not in (await client.get("/manage/mail?only=failed", headers=ADMIN)).text.split("<tbody>")[-1]


async def test_send_me_a_test(client):
    answer = await client.post("/manage/mail/test", headers=ADMIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/manage/mail")
    found = await row("SELECT recipient, kind FROM mail")
    assert found == {"recipient": "admin@so.vn", "kind": "test"}
    codes = [(await client.post("/manage/mail/test", headers=ADMIN)).status_code for _ in range(5)]
    assert codes[-1] == 429


async def test_without_a_mail_server_a_mail_is_read_here_as_its_recipient_would(client):
    identity = await put(
        html='<p>Mã <img src="cid:qr.png"></p><script>alert(1)</script>',
        parts=(Part("qr.png", "image/png", b"\x89PNG", inline=True), Part("lịch \"a\".ics", "text/calendar", b"BEGIN")),
    )  # fmt: skip
    page = await client.get(f"/manage/mail/{identity}", headers=ADMIN)
    assert "Vé &lt;b&gt;" in page.text
    frame = await client.get(f"/manage/mail/{identity}/html", headers=ADMIN)
    assert 'src="data:image/png;base64,iVBORw=="' in frame.text
    policy = frame.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    file = await client.get(re.search(r"/manage/mail/[^\"]+/files/0", page.text)[0], headers=ADMIN)
    assert file.content == b"BEGIN"
    assert file.headers["content-disposition"] == 'attachment; filename="l?ch _a_.ics"'
    assert (await client.get(f"/manage/mail/{identity}/files/1", headers=ADMIN)).status_code == 404


async def test_nobody_else_reads_it_and_nobody_at_all_once_mail_leaves(client, monkeypatch):
    identity = await put()
    for who, code in (("auditor", 403), ("organiser", 403), ("", 303)):
        assert (await client.get(f"/manage/mail/{identity}", headers={"x-who": who})).status_code == code
    assert (await client.get("/manage/mail", headers={"x-who": "auditor"})).status_code == 200
    monkeypatch.setattr(outbox, "_sender", object())
    assert (await client.get(f"/manage/mail/{identity}", headers=ADMIN)).status_code == 404
    monkeypatch.setattr(outbox, "_sender", None)


async def test_what_failed_is_tried_again_and_waits_for_the_administrator_until_then(client, people):
    identity = await put()
    async with unit_of_work(Actor.system("test"), unaudited="a test"):
        from app.kernel.database import run

        await run("UPDATE mail SET state = 'failed', attempts = 3, last_error = '550 SMTPRecipientRefused'")
    [need] = await mail_pages.unsent_mail(people["admin"])
    assert need.text == "1 thư không gửi được"
    assert await mail_pages.unsent_mail(people["organiser"]) == []
    assert "550 SMTPRecipientRefused" in (await client.get("/manage/mail", headers=ADMIN)).text
    assert (await client.post(f"/manage/mail/{identity}/retry", headers=ADMIN)).status_code == 303
    assert (await row("SELECT state, attempts FROM mail")) == {"state": "queued", "attempts": 0}
    again = await client.post(f"/manage/mail/{identity}/retry", headers=ADMIN)
    assert again.status_code == 409
    assert "không gửi lại được" in again.text


async def test_an_account_without_an_address_is_told(client, people, monkeypatch):
    monkeypatch.setitem(people, "admin", msgspec.structs.replace(people["admin"], id="99", email=""))
    assert (await client.post("/manage/mail/test", headers=ADMIN)).status_code == 409
