"""The mails of the tickets room, each in its reader's language, as text and HTML.

They are written before the unit of work opens (drawing a QR takes milliseconds that no other writer should wait for)
and queued inside it: `queue(mail)` for a mail that may be none, because not everybody has an address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from app.kernel.address import absolute
from app.kernel.mail import Mail, Part
from app.kernel.outbox import queue_mail
from app.kernel.web.i18n import N_, _, speaking
from app.kernel.web.limits import named
from app.kernel.web.mail_pages import name_kinds
from app.kernel.web.rendering import render, url
from app.registrations.tickets import qr
from app.registrations.tickets.calendar_file import calendar_of
from app.registrations.tickets.codes import grouped
from app.registrations.tickets.holding import Holding
from app.registrations.tickets.offer import place_lines, shown_sessions
from app.registrations.tickets.tables import RegistrationState, TicketState

# A stranger who types somebody's address again and again must not fill their mailbox.
AGAIN = named("ticket mail again", 2, 600)
_QR = "ve-qr.png"

name_kinds(
    {
        "ticket": N_("Vé"),
        "pending": N_("Đã nhận, chờ duyệt"),
        "declined": N_("Không được duyệt"),
        "cancelled": N_("Hủy đăng ký"),
        "changed": N_("Đổi lịch"),
    }
)


async def answer(held: Holding) -> Mail | None:
    """What a registration is answered with, as it stands: the ticket, or that it waits. None without an address."""
    if not held.email or not held.is_live:
        return None
    ticket = held.ticket
    if held.state == RegistrationState.pending or ticket is None or ticket.state != TicketState.valid:
        return _written("pending", held)
    picture = await asyncio.to_thread(qr.png, ticket.code, least=480)
    parts = [Part(_QR, "image/png", picture, inline=True)]
    if calendar := await calendar_of(held, held.language):
        parts.append(Part("ve.ics", 'text/calendar; method="PUBLISH"', calendar))
    return _written("ticket", held, parts=parts, code_groups=grouped(ticket.code).split(), qr_name=_QR)


def declined(held: Holding) -> Mail | None:
    """The organisers could not make room."""
    return _written("declined", held) if held.email else None


def cancelled(held: Holding) -> Mail | None:
    """The registration is cancelled, by whomever."""
    return _written("cancelled", held) if held.email else None


def programme_changed(held: Holding) -> Mail | None:
    """The activity was moved, postponed or cancelled; `held` has it as it is now."""
    return _written("changed", held) if held.email else None


async def queue(mail: Mail | None) -> None:
    """Put it into the outbox, inside a unit of work."""
    if mail is not None:
        await queue_mail(mail)


def may_send_again(registration: UUID) -> bool:
    """Whether a ticket may be mailed once more now; counts it."""
    if AGAIN.wait(str(registration)) > 0:
        return False
    AGAIN.take(str(registration))
    return True


def ticket_address(held: Holding) -> str:
    """The whole address of the ticket's page, in the language of the reader."""
    return absolute(url(f"/t/{held.token}"))


def _written(kind: str, held: Holding, *, parts: Sequence[Part] = (), **more: object) -> Mail:
    with speaking(held.language):
        context = {
            "held": held,
            "edition": held.edition,
            "activity": held.activity,
            "sessions": shown_sessions(held.activity),
            "place_lines": place_lines,
            "link": ticket_address(held),
            **more,
        }
        title = held.activity.title.get(held.language)
        subjects = {
            "ticket": lambda: _("Vé của bạn: %(title)s", title=title),
            "pending": lambda: _("Đã nhận đăng ký, đang chờ duyệt: %(title)s", title=title),
            "declined": lambda: _("Kết quả đăng ký: %(title)s", title=title),
            "cancelled": lambda: _("Đã hủy đăng ký: %(title)s", title=title),
            "changed": lambda: _("Thay đổi lịch: %(title)s", title=title),
        }
        return Mail(
            kind=kind,
            to=held.email,
            name=held.name,
            language=held.language,
            subject=subjects[kind](),
            text=render(f"registrations/tickets/mail/{kind}.txt", context),
            html=render(f"registrations/tickets/mail/{kind}.html", context),
            parts=parts,
        )
