"""What the registrations bring to the house: tickets and gates."""

from __future__ import annotations

from app.accounts.log import name_actions
from app.events.programme.access import ORGANISERS
from app.kernel.room import Room
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import enter
from app.registrations.gates import admission, arrivals_pages, gate_page
from app.registrations.gates import api as gates_api
from app.registrations.gates import manage_pages as gates_manage
from app.registrations.gates.access import WATCHERS
from app.registrations.gates.tables import TABLES as GATES
from app.registrations.log_words import ACTIONS
from app.registrations.tickets import api, manage_pages, notices, pages, ticket_pages
from app.registrations.tickets.tables import TABLES as TICKETS

enter(N_("Lượt đăng ký"), "/manage/{edition}/registrations", ORGANISERS, icon="ticket", position=40)
enter(N_("Cửa vào"), "/manage/{edition}/gates", WATCHERS, icon="gate", position=43)
enter(N_("Lượt vào"), "/manage/{edition}/arrivals", WATCHERS, icon="chart", position=44)
name_actions(ACTIONS)

ROOM = Room(
    "registrations",
    route_handlers=[
        *pages.HANDLERS,
        *ticket_pages.HANDLERS,
        *manage_pages.HANDLERS,
        api.register_by_program,
        *gates_api.HANDLERS,
        *gate_page.HANDLERS,
        *gates_manage.HANDLERS,
        *arrivals_pages.HANDLERS,
    ],
    tables=(*TICKETS, *GATES),
    on_start=[notices.start],
    on_stop=[notices.stop, admission.drain],
)
