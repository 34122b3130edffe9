"""What the accounts bring to the house."""

from __future__ import annotations

from app.accounts import administration, log_pages, pages, unit_pages
from app.accounts.commands import user
from app.accounts.tables import TABLES
from app.kernel.room import Room
from app.kernel.web.access import signed_in
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import enter

enter(N_("Việc của tôi"), "/manage/", signed_in, icon="home", position=10)
enter(N_("Đơn vị"), "/manage/units", unit_pages.READERS, icon="building", position=60)
enter(N_("Tài khoản và vai trò"), "/manage/accounts", administration.ADMINISTRATORS, icon="users", position=70)
enter(N_("Nhật ký"), "/manage/audit", administration.ADMINISTRATORS, icon="history", position=90)

ROOM = Room(
    "accounts",
    route_handlers=[
        pages.sign_in_page,
        pages.sign_in_now,
        pages.sign_out,
        pages.home,
        pages.own_account,
        pages.change_profile,
        pages.change_password,
        pages.sign_out_everywhere,
        administration.account_list,
        administration.new_account_page,
        administration.new_account,
        administration.account_page,
        administration.grant,
        administration.revoke,
        administration.disable,
        administration.enable,
        administration.reset_password,
        unit_pages.unit_list,
        unit_pages.new_unit_page,
        unit_pages.new_unit,
        unit_pages.unit_page,
        unit_pages.save_unit,
        unit_pages.merge,
        log_pages.audit_log,
    ],
    tables=TABLES,
    commands=[user],
)
