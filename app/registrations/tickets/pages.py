"""Registering, and finding a ticket again: what visitors without an account meet."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app.events.programme.published import PublishedWeek, published
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.ids import token
from app.kernel.web import access
from app.kernel.web.access import public
from app.kernel.web.i18n import N_, _, language
from app.kernel.web.limits import limit, named
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest
from app.registrations.tickets.consents import purposes_of
from app.registrations.tickets.forms import FindByCode, FindByEmail, RegistrationForm, consent_fields
from app.registrations.tickets.offer import Closed, Full, Offer, shown_sessions
from app.registrations.tickets.queries import offer
from app.registrations.tickets.registration import Wish, register
from app.registrations.tickets.self_service import find_by_code, mail_my_tickets

PRIVATE = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""Pages that show or ask for personal data are kept by nobody and named to nobody."""

# A family or a school class may share a contact; a robot has one too. What a hall sends behind one address is no measure.
BY_CONTACT = named("registration by contact", 20, 3600)
FIND_BY_PHONE = named("ticket search by phone", 10, 900)
FIND_BY_EMAIL = named("ticket search by e-mail", 5, 900)

_NO_ACTIVITY = N_("Không tìm thấy hoạt động này.")


async def _offer(edition: str, slug: str) -> Offer:
    found = await offer(edition, slug)
    if found is None:
        raise NotFound(_NO_ACTIVITY)
    return found


@get("/{edition:str}/activities/{slug:str}/register", guards=[public])
async def registration_page(edition: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """The form, or why there is none."""
    offered = await _offer(edition, slug)
    if closed := offered.closed(now()):
        return _closed(offered, closed)
    if offered.is_full:
        return _closed(offered, Full())
    purposes = await purposes_of(offered.edition_id)
    form = RegistrationForm.blank(fields=consent_fields(purposes), nonce=token(16))
    return page(
        "registrations/tickets/register.html",
        headers=PRIVATE,
        offer=offered,
        sessions=shown_sessions(offered.activity),
        purposes=purposes,
        form=form,
    )


@post(
    "/{edition:str}/activities/{slug:str}/register",
    guards=[public, limit("registration by address", 3000, 600)],
    status_code=303,
)
async def register_now(request: HouseRequest, edition: FromPath[str], slug: FromPath[str]) -> Response[Any]:
    """Register; the answer is the ticket itself."""
    offered = await _offer(edition, slug)
    purposes = await purposes_of(offered.edition_id)
    form = RegistrationForm.read(await request.form(), fields=consent_fields(purposes))
    if form.errors:
        return page(
            "registrations/tickets/register.html",
            status=422,
            headers=PRIVATE,
            offer=offered,
            sessions=shown_sessions(offered.activity),
            purposes=purposes,
            form=form,
        )
    count_contact(form.value)
    try:
        outcome = await register(offered, form.value, form.consents(), by=access.actor(), language=language())
    except (Closed, Full) as refused:
        return _closed(offered, refused)
    if outcome.holding is None:
        return page("registrations/tickets/again.html", headers=PRIVATE, offer=offered)
    return redirect(f"/t/{outcome.holding.token}", new=1)


def count_contact(wish: Wish) -> None:
    """Count an attempt for each way to reach the person.

    Raises:
        TooMany: this address or number was used too often within the hour.
    """
    for contact in (wish.email, wish.phone):
        if contact:
            BY_CONTACT.take(contact)


def _closed(offered: Offer, refused: Closed | Full) -> Response[Any]:
    return page(
        "registrations/tickets/closed.html",
        status=refused.status,
        headers=PRIVATE,
        offer=offered,
        sessions=shown_sessions(offered.activity),
        sentence=_(refused.message, **refused.params),
        full=isinstance(refused, Full),
    )


# --- finding a ticket again ------------------------------------------------------------------------------------------


async def _week(edition: str) -> PublishedWeek:
    week = await published(edition)
    if week is None:
        raise NotFound(N_("Không tìm thấy trang này."))
    return week


@get("/{edition:str}/find-ticket", guards=[public])
async def find_page(edition: FromPath[str], sent: FromQuery[str] = "") -> Response[Any]:
    """Two ways to a lost ticket. `sent` says that the second one was tried, whatever came of it."""
    return _find(await _week(edition), sent=bool(sent))


@post("/{edition:str}/find-ticket/by-code", guards=[public, limit("ticket search by address", 600, 600)], status_code=303)
async def find_with_code(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Open the ticket of a code and phone number. A wrong pair gets one answer, whichever of the two is wrong."""
    week = await _week(edition)
    form = FindByCode.read(await request.form())
    if form.errors:
        return _find(week, by_code=form, status=422)
    FIND_BY_PHONE.take(form.value.phone)
    held = await find_by_code(form.value.code, form.value.phone)
    if held is None:
        return _find(week, by_code=form, unknown=True, status=404)
    return redirect(f"/t/{held.token}")


@post("/{edition:str}/find-ticket/by-email", guards=[public, limit("ticket search by address", 600, 600)], status_code=303)
async def find_with_email(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Mail somebody all their tickets; the answer is the same whether there are any."""
    week = await _week(edition)
    form = FindByEmail.read(await request.form())
    if form.errors:
        return _find(week, by_email=form, status=422)
    FIND_BY_EMAIL.take(form.value.email)
    await mail_my_tickets(form.value.email, week.slug, by=access.actor())
    return redirect(f"/{week.slug}/find-ticket", sent=1)


def _find(
    week: PublishedWeek,
    *,
    by_code: FindByCode | None = None,
    by_email: FindByEmail | None = None,
    sent: bool = False,
    unknown: bool = False,
    status: int = 200,
) -> Response[Any]:
    return page(
        "registrations/tickets/find.html",
        status=status,
        headers=PRIVATE,
        edition=week.edition,
        by_code=by_code or FindByCode.blank(),
        by_email=by_email or FindByEmail.blank(),
        sent=sent,
        unknown=unknown,
    )


HANDLERS = [registration_page, register_now, find_page, find_with_code, find_with_email]
