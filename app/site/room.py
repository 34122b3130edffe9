"""The shop window: pages that show several rooms at once, from their read models."""

from __future__ import annotations

from app.kernel.room import Room
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import offer
from app.site import indexing, pages

offer("press", N_("Chương trình công khai"), "/{edition}/programme", icon="calendar")
offer("press", N_("Lịch để đăng ký theo dõi (.ics)"), "/{edition}/calendar.ics", icon="calendar-add")
offer("press", N_("Các thay đổi đã công bố"), "/{edition}/changes", icon="history")

ROOM = Room("site", route_handlers=[*pages.HANDLERS, *indexing.HANDLERS])
