"""The ticket's own pages under `/t/{token}`: the signed token manages, the code in the QR only admits.

A made-up, foreign or withdrawn token is answered alike: there is no such page.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from markupsafe import Markup

from app.kernel.errors import NotFound, Refused, Stale
from app.kernel.web import access
from app.kernel.web.access import public
from app.kernel.web.i18n import N_, _, language
from app.kernel.web.limits import limit
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest
from app.kernel.web.wording import range_vi, zone_of
from app.registrations.tickets import picture, qr
from app.registrations.tickets.calendar_file import calendar_of
from app.registrations.tickets.codes import grouped
from app.registrations.tickets.consents import answers_of, change_consent
from app.registrations.tickets.contact import shown_phone
from app.registrations.tickets.forms import CorrectionForm
from app.registrations.tickets.holding import Holding
from app.registrations.tickets.offer import place_lines, shown_sessions
from app.registrations.tickets.pages import PRIVATE
from app.registrations.tickets.queries import holding_by_token
from app.registrations.tickets.self_service import cancel, change
from app.registrations.tickets.tables import RegistrationState, TicketKind, TicketState

# Nobody guesses 128 bits; this only keeps a machine from drawing pictures for ever.
_DRAWING = limit("ticket pictures by address", 1200, 600)

_KINDS = {
    TicketKind.public: N_("Người tham dự"),
    TicketKind.invited: N_("Khách mời"),
    TicketKind.press: N_("Báo chí"),
    TicketKind.staff: N_("Ban Tổ chức"),
}


async def _held(token: str) -> Holding:
    found = await holding_by_token(token)
    if found is None:
        raise NotFound(N_("Không tìm thấy vé này."))
    return found


def _is_usable(held: Holding) -> bool:
    """Whether there is a QR that a gate would let in, so far as the activity itself takes place."""
    ticket = held.ticket
    return (
        held.state == RegistrationState.confirmed
        and ticket is not None
        and ticket.state == TicketState.valid
        and held.activity.public_status != "cancelled"
    )


async def _code(token: str) -> tuple[Holding, str]:
    held = await _held(token)
    if not _is_usable(held) or held.ticket is None:
        raise NotFound(N_("Vé này không còn mã QR dùng được."))
    return held, held.ticket.code


@get("/t/{token:str}", guards=[public])
async def ticket_page(token: FromPath[str], new: FromQuery[str] = "") -> Response[Any]:
    """The ticket, with what has become of the activity since. `new`: it was made a moment ago."""
    held = await _held(token)
    usable = _is_usable(held)
    code = held.ticket.code if held.ticket else ""
    return page(
        "registrations/tickets/ticket.html",
        headers=PRIVATE,
        held=held,
        usable=usable,
        fresh=bool(new),
        sessions=shown_sessions(held.activity),
        qr=Markup(await asyncio.to_thread(qr.svg, code)) if usable else "",  # noqa: S704  drawn by us from a checked code
        code_groups=grouped(code).split(),
    )


@get("/t/{token:str}/show", guards=[public])
async def show_page(token: FromPath[str]) -> Response[Any]:
    """The QR alone, as large and bright as the screen can."""
    held, code = await _code(token)
    return page(
        "registrations/tickets/show.html",
        headers=PRIVATE,
        held=held,
        qr=Markup(await asyncio.to_thread(qr.svg, code)),  # noqa: S704  drawn by us from a checked code
        code_groups=grouped(code).split(),
    )


@get("/t/{token:str}/qr.svg", guards=[public, _DRAWING])
async def qr_drawing(token: FromPath[str]) -> Response[str]:
    """The QR as a drawing."""
    _ticket, code = await _code(token)
    return Response(await asyncio.to_thread(qr.svg, code), media_type="image/svg+xml", headers=PRIVATE)


@get("/t/{token:str}/qr.png", guards=[public, _DRAWING])
async def qr_picture(token: FromPath[str]) -> Response[bytes]:
    """The ticket as one picture with name, activity, time and code, to keep in a gallery or send in a chat."""
    held, code = await _code(token)
    drawn = await asyncio.to_thread(picture.draw, _face(held, code))
    name = f"ve-{held.activity.slug[:60]}.png"
    return Response(drawn, media_type="image/png", headers={**PRIVATE, "content-disposition": f'inline; filename="{name}"'})


def _face(held: Holding, code: str) -> picture.Face:
    spoken = language()
    sessions = shown_sessions(held.activity)
    with zone_of(held.edition):
        when = tuple(range_vi(s.starts_at, s.ends_at) for s in sessions if s.starts_at is not None)[:7]
    moved = any(s.previous_starts_at or s.previous_place for s in sessions)
    postponed = held.activity.public_status == "postponed"
    return picture.Face(
        edition=held.edition.name.get(spoken),
        title=held.activity.title.get(spoken),
        when=when,
        where=tuple(line.get(spoken) for line in place_lines(sessions[0])) if sessions else (),
        holder=held.ticket.holder if held.ticket else held.name,
        kind=_(_KINDS[held.kind]),
        code=code,
        slug=held.activity.slug,
        warning=_("Hoãn, chưa có ngày mới") if postponed else _("Đã dời lịch: đây là giờ và nơi mới") if moved else "",
        accent=held.edition.accent,
    )


@get("/t/{token:str}/calendar.ics", guards=[public])
async def ticket_calendar(token: FromPath[str]) -> Response[bytes]:
    """The activity for the holder's own calendar."""
    held = await _held(token)
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{held.activity.slug[:60]}.ics"'}
    return Response(await calendar_of(held, language()), media_type="text/calendar; charset=utf-8", headers=headers)


@get("/t/{token:str}/change", guards=[public])
async def change_page(token: FromPath[str]) -> Response[Any]:
    """The form with what we have."""
    held = await _live(token)
    return _change_form(held, CorrectionForm.of(held, phone=shown_phone(held.phone)))


@post("/t/{token:str}/change", guards=[public, limit("ticket changes by address", 600, 600)], status_code=303)
async def change_now(request: HouseRequest, token: FromPath[str]) -> Response[Any]:
    """Save what was corrected."""
    held = await _live(token)
    form = CorrectionForm.read(await request.form())
    if form.errors:
        return _change_form(held, form, status=422)
    try:
        await change(held, form.value, by=access.actor())
    except Stale:
        raise
    except Refused as refused:
        return _change_form(held, form, refused=_(refused.message, **refused.params), status=refused.status)
    return redirect(f"/t/{token}")


def _change_form(held: Holding, form: CorrectionForm, *, refused: str = "", status: int = 200) -> Response[Any]:
    return page("registrations/tickets/change.html", status=status, headers=PRIVATE, held=held, form=form, refused=refused)


async def _live(token: str) -> Holding:
    held = await _held(token)
    if not held.is_live:
        raise Refused(N_("Đăng ký này đã hủy hoặc không được duyệt nên không sửa được nữa."))
    return held


@get("/t/{token:str}/cancel", guards=[public])
async def cancel_page(token: FromPath[str]) -> Response[Any]:
    """Asks once more."""
    return page("registrations/tickets/cancel.html", headers=PRIVATE, held=await _live(token))


@post("/t/{token:str}/cancel", guards=[public], status_code=303)
async def cancel_now(token: FromPath[str]) -> Response[Any]:
    """Cancel; asking twice changes nothing the second time."""
    await cancel(await _held(token), by=access.actor())
    return redirect(f"/t/{token}")


@get("/t/{token:str}/data", guards=[public])
async def data_page(token: FromPath[str]) -> Response[Any]:
    """What we hold, and what was agreed to."""
    held = await _held(token)
    answers = await answers_of(held.id, held.edition_id)
    return page("registrations/tickets/data.html", headers=PRIVATE, held=held, answers=answers, phone=shown_phone(held.phone))


@post("/t/{token:str}/data", guards=[public, limit("ticket changes by address", 600, 600)], status_code=303)
async def change_consent_now(request: HouseRequest, token: FromPath[str]) -> Response[Any]:
    """Give or withdraw one consent."""
    held = await _held(token)
    sent = await request.form()
    code, given = str(sent.get("purpose", "")), str(sent.get("given", "")) == "1"
    await change_consent(held.id, held.edition_id, code, given=given, language=language(), by=access.actor())
    return redirect(f"/t/{token}/data")


HANDLERS = [
    ticket_page,
    show_page,
    qr_drawing,
    qr_picture,
    ticket_calendar,
    change_page,
    change_now,
    cancel_page,
    cancel_now,
    data_page,
    change_consent_now,
]
