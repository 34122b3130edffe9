"""What the registrations' and gates' entries in the audit log are called, and their subjects. Registrants are never named here."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.accounts.log import names_subjects
from app.kernel.database import rows
from app.kernel.text import Text
from app.kernel.web.i18n import N_

ACTIONS = {
    "registration.made": N_("Đăng ký tham dự"),
    "registration.changed": N_("Sửa đăng ký"),
    "registration.cancelled": N_("Hủy đăng ký"),
    "registration.approved": N_("Duyệt đăng ký"),
    "registration.declined": N_("Từ chối đăng ký"),
    "registrations.exported": N_("Xuất danh sách đăng ký"),
    "consent.given": N_("Đồng ý dùng dữ liệu"),
    "consent.withdrawn": N_("Rút lại đồng ý"),
    "ticket.sent_again": N_("Gửi lại vé"),
    "tickets.sent_again": N_("Gửi lại các vé"),
    "holders.told": N_("Báo thay đổi cho người có vé"),
    "checkpoint.opened": N_("Mở điểm kiểm soát"),
    "checkpoint.edited": N_("Sửa điểm kiểm soát"),
    "gate.added": N_("Thêm cửa"),
    "device.added": N_("Thêm thiết bị"),
    "device.enrolled": N_("Kết nối thiết bị"),
    "device.enrolment_renewed": N_("Cấp lại mã kết nối thiết bị"),
    "device.revoked": N_("Thu hồi thiết bị"),
}


def _marks(ids: Sequence[UUID]) -> str:
    return ", ".join(["{}"] * len(ids))


@names_subjects("checkpoint")
async def _checkpoints(ids: Sequence[UUID]) -> dict[UUID, Text]:
    found = await rows(f"SELECT id, name_vi, name_en FROM checkpoint WHERE id IN ({_marks(ids)})", *ids)
    return {one["id"]: Text(one["name_vi"], one["name_en"]) for one in found}


@names_subjects("gate")
async def _gates(ids: Sequence[UUID]) -> dict[UUID, Text]:
    found = await rows(f"SELECT id, name_vi, name_en FROM gate WHERE id IN ({_marks(ids)})", *ids)
    return {one["id"]: Text(one["name_vi"], one["name_en"]) for one in found}


@names_subjects("device")
async def _devices(ids: Sequence[UUID]) -> dict[UUID, Text]:
    return {one["id"]: Text(one["name"]) for one in await rows(f"SELECT id, name FROM device WHERE id IN ({_marks(ids)})", *ids)}
