"""What the registrations bring to the house: tickets and gates."""

from __future__ import annotations

from app.events.programme.access import ORGANISERS
from app.kernel.room import Room
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import enter
from app.registrations.gates import admission, gate_page
from app.registrations.gates import api as gates_api
from app.registrations.gates.tables import TABLES as GATES
from app.registrations.tickets import api, manage_pages, notices, pages, ticket_pages
from app.registrations.tickets.tables import TABLES as TICKETS

enter(N_("Đăng ký"), "/manage/{edition}/registrations", ORGANISERS, icon="ticket", position=40)

ROOM = Room(
    "registrations",
    route_handlers=[
        *pages.HANDLERS,
        *ticket_pages.HANDLERS,
        *manage_pages.HANDLERS,
        api.register_by_program,
        *gates_api.HANDLERS,
        *gate_page.HANDLERS,
    ],
    tables=(*TICKETS, *GATES),
    on_start=[notices.start],
    on_stop=[notices.stop, admission.drain],
)
