"""Registering by program: `POST /api/v1/registrations`."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Response

from app.kernel.address import absolute
from app.kernel.errors import NotFound
from app.kernel.web import access
from app.kernel.web.access import public
from app.kernel.web.i18n import N_, speaking
from app.kernel.web.limits import limit
from app.registrations.tickets.consents import purposes_of
from app.registrations.tickets.forms import RegistrationBody, RegistrationForm, consent_fields
from app.registrations.tickets.offer import Closed, Full
from app.registrations.tickets.pages import count_contact
from app.registrations.tickets.queries import offer
from app.registrations.tickets.registration import register


class Made(msgspec.Struct, frozen=True):
    """The registration. `state` is `confirmed`, or `pending` where organisers decide; then there is no code yet."""

    registration: UUID
    state: str
    ticket_url: str
    code: str = ""


class Known(msgspec.Struct, frozen=True):
    """There may be a registration with this contact and name; if so, its ticket was sent to where it went before."""

    result: Literal["sent_again_if_known"] = "sent_again_if_known"


class Faults(msgspec.Struct, frozen=True):
    """What is wrong, by field."""

    detail: str
    faults: dict[str, str]
    type: str = "about:blank"
    title: str = "Unprocessable Entity"
    status: int = 422


class Refusal(msgspec.Struct, frozen=True):
    """Why not, for programs (`code`) and people (`detail`)."""

    detail: str
    code: str
    type: str = "about:blank"
    title: str = "Conflict"
    status: int = 409


PROBLEM = "application/problem+json"


@post(
    "/api/v1/registrations",
    guards=[public, limit("registration by address", 3000, 600)],
    status_code=201,
    responses={
        200: ResponseSpec(Known, description="Answered alike whether or not there is such a registration"),
        409: ResponseSpec(Refusal, description="Full, or not open for registration", media_type="application/problem+json"),
        422: ResponseSpec(Faults, description="Something is wrong with a field", media_type="application/problem+json"),
    },
)
async def register_by_program(data: JSONBody[RegistrationBody]) -> Response[Any]:
    """Register one person for one published activity.

    The person must have seen the edition's purposes: `consents` names those they agreed to, `attend` among them.
    """
    with speaking(data.language):
        offered = await offer(data.edition, data.activity)
        if offered is None:
            raise NotFound(N_("Không tìm thấy hoạt động này."))
        form = RegistrationForm.read(data.as_form(), fields=consent_fields(await purposes_of(offered.edition_id)))
        if form.errors:
            faults = {name.removeprefix("consent_"): fault for name, fault in form.errors.items()}
            return Response(Faults(detail=" ".join(faults.values()), faults=faults), status_code=422, media_type=PROBLEM)
        count_contact(form.value)
        try:
            outcome = await register(offered, form.value, form.consents(), by=access.actor(), language=data.language, source="api")
        except (Closed, Full) as refused:
            return Response(Refusal(detail=str(refused), code=refused.code), status_code=409, media_type=PROBLEM)
    headers = {"cache-control": "no-store"}
    held = outcome.holding
    if held is None:
        return Response(Known(), status_code=200, headers=headers)
    ticket = held.ticket
    made = Made(held.id, held.state, absolute(f"/t/{held.token}"), ticket.code if ticket else "")
    return Response(made, status_code=201 if outcome.result == "made" else 200, headers=headers)
