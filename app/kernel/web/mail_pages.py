"""The mail page: how the outbox stands, what failed and why, "try again", "send me a test". For administrators."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from markupsafe import escape

from app.kernel import outbox
from app.kernel.database import unit_of_work
from app.kernel.errors import NotFound, Refused
from app.kernel.mail import Mail
from app.kernel.web import access
from app.kernel.web.access import allow
from app.kernel.web.i18n import N_, _, ngettext
from app.kernel.web.limits import named
from app.kernel.web.navigation import Need, enter, waiting
from app.kernel.web.rendering import HTML, page, redirect

STATES = {
    "queued": N_("Đang chờ"),
    "sending": N_("Đang gửi"),
    "sent": N_("Đã gửi"),
    "retrying": N_("Chờ gửi lại"),
    "failed": N_("Không gửi được"),
    "bounced": N_("Bị trả lại"),
}

_kinds: dict[str, str] = {"test": N_("Thư thử")}


def name_kinds(words: Mapping[str, str]) -> None:
    """Say what this room's kinds of mail are called (msgids); a kind without a name is shown as it is stored."""
    _kinds.update(words)


@get("/manage/mail", guards=[allow(resource=None)])
async def mail_page(only: FromQuery[str] = "") -> Response[bytes]:
    """How the outbox stands, and the newest mails."""
    chosen = only if only in STATES else ""
    return page(
        "kernel/mail.html",
        waiting=await outbox.waiting(),
        lines=await outbox.newest(chosen),
        states=STATES,
        kinds=_kinds,
        chosen=chosen,
        sends=outbox.sends(),
    )


@post("/manage/mail/test", guards=[allow(resource=None)])
async def send_test() -> Response[bytes]:
    """Queue a mail to oneself."""
    account = access.account()
    named("mail-test", 5, 300).take(account.id)
    if not account.email:
        raise Refused(N_("Tài khoản của bạn chưa có địa chỉ thư điện tử."))
    async with unit_of_work(account.actor) as work:
        identity = await outbox.queue_mail(
            Mail(
                kind="test",
                to=account.email,
                name=account.name,
                language=account.language,
                subject=_("Thư thử từ Ngày Số"),
                text=_("Nếu bạn đọc được thư này thì máy chủ gửi thư được."),
            )
        )
        work.record("mail.test", f"mail:{identity}")
    return redirect("/manage/mail")


@post("/manage/mail/{mail:uuid}/retry", guards=[allow(resource=None)])
async def retry(mail: FromPath[UUID]) -> Response[bytes]:
    """Try one mail again now."""
    if not await outbox.retry(mail, by=access.actor()):
        raise Refused(N_("Thư này không gửi lại được: đã gửi rồi, hoặc không còn nội dung."))
    return redirect("/manage/mail")


async def _readable(identity: UUID) -> Mail:
    """A mail's text may be read only where no mail leaves: elsewhere it belongs to its recipient alone."""
    found = None if outbox.sends() else await outbox.read(identity)
    if found is None:
        raise NotFound(N_("Không tìm thấy thư này."))
    return found


@get("/manage/mail/{mail:uuid}", guards=[allow(resource=None, read_only_for_auditor=False)])
async def mail_text(mail: FromPath[UUID]) -> Response[bytes]:
    """One mail as its recipient would see it (only while no mail server is set)."""
    found = await _readable(mail)
    files = [part for part in found.parts if not part.inline]
    listed = [(n, part.name, len(part.content)) for n, part in enumerate(files)]
    return page("kernel/mail_text.html", mail=found, identity=mail, files=listed, kinds=_kinds)


@get("/manage/mail/{mail:uuid}/html", guards=[allow(resource=None, read_only_for_auditor=False)])
async def mail_html(mail: FromPath[UUID]) -> Response[bytes]:
    """The HTML of one mail, for the frame of its page: no script, pictures of its own only, links open above the frame."""
    found = await _readable(mail)
    html = found.html or f'<pre style="font: 16px/1.6 system-ui, sans-serif; white-space: pre-wrap">{escape(found.text)}</pre>'
    for part in found.parts:
        if part.inline:
            html = html.replace(f"cid:{part.name}", f"data:{part.media_type};base64,{base64.b64encode(part.content).decode()}")
    sandbox = "sandbox allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"
    headers = {
        "content-security-policy": f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; {sandbox}",
        "x-frame-options": "SAMEORIGIN",
        "cache-control": "no-store",
    }
    return Response(f'<base target="_top">{html}'.encode(), media_type=HTML, headers=headers)


@get("/manage/mail/{mail:uuid}/files/{number:int}", guards=[allow(resource=None, read_only_for_auditor=False)])
async def mail_file(mail: FromPath[UUID], number: FromPath[int]) -> Response[Any]:
    """One attached file."""
    found = await _readable(mail)
    files = [part for part in found.parts if not part.inline]
    if not 0 <= number < len(files):
        raise NotFound(N_("Không tìm thấy tệp này."))
    name = files[number].name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    return Response(
        files[number].content,
        media_type=files[number].media_type,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


enter(N_("Thư đi"), "/manage/mail", allow(resource=None), icon="mail", position=90)


@waiting
async def unsent_mail(account: access.Account) -> list[Need]:
    """Administrators hear of mail that failed."""
    failed = (await outbox.waiting()).counts.get("failed", 0) if account.is_administrator else 0
    if not failed:
        return []
    return [Need(ngettext("%(n)s thư không gửi được", "%(n)s thư không gửi được", failed), "/manage/mail?only=failed", "stop")]


HANDLERS = [mail_page, send_test, retry, mail_text, mail_html, mail_file]
