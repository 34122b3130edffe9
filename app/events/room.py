"""What the events bring to the house."""

from __future__ import annotations

from app.accounts.log import name_actions
from app.events.exchange.tables import TABLES as EXCHANGE_TABLES
from app.events.feeds.pages import HANDLERS as FEEDS
from app.events.log_words import ACTIONS
from app.events.programme import activity_pages, edition_pages, pages, publish_pages
from app.events.programme.access import ORGANISERS, PLANNERS
from app.events.programme.tables import TABLES
from app.kernel.room import Room
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import enter

enter(N_("Tổng quan"), "/manage/{edition}/", PLANNERS, icon="home", position=10)
enter(N_("Hoạt động"), "/manage/{edition}/activities", PLANNERS, icon="calendar", position=12)
enter(N_("Công bố"), "/manage/{edition}/publish", ORGANISERS, icon="upload", position=14)
enter(N_("Các phiên bản"), "/manage/{edition}/versions", ORGANISERS, icon="history", position=16)
enter(N_("Địa điểm và phòng"), "/manage/{edition}/venues", ORGANISERS, icon="pin", position=40)
enter(N_("Danh mục"), "/manage/{edition}/terms", ORGANISERS, icon="tag", position=42)
enter(N_("Thông tin kỳ tổ chức"), "/manage/{edition}/settings", ORGANISERS, icon="settings", position=44)
enter(N_("Thêm kỳ tổ chức"), "/manage/editions/new", edition_pages.NEW_EDITION, icon="plus", position=50)
name_actions(ACTIONS)

ROOM = Room(
    "events",
    route_handlers=[*pages.ROUTES, *activity_pages.ROUTES, *publish_pages.ROUTES, *edition_pages.ROUTES, *FEEDS],
    tables=(*TABLES, *EXCHANGE_TABLES),
)
