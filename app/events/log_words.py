"""What the events' entries in the audit log are called, and their subjects."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.accounts.log import names_subjects
from app.kernel.database import rows
from app.kernel.text import Text
from app.kernel.web.i18n import N_

ACTIONS = {
    "activity.created": N_("Thêm hoạt động"),
    "activity.edited": N_("Sửa hoạt động"),
    "activity.withdrawn": N_("Rút hoạt động"),
    "activity.deleted": N_("Xóa bản nháp hoạt động"),
    "activity.restored": N_("Đưa hoạt động trở lại"),
    "edition.created": N_("Thêm kỳ tổ chức"),
    "edition.updated": N_("Sửa kỳ tổ chức"),
    "programme.imported": N_("Nhập chương trình"),
    "programme.published": N_("Công bố chương trình"),
    "programme.restored": N_("Trở lại phiên bản trước"),
    "terms.ensured": N_("Nhập danh mục"),
    "terms.saved": N_("Sửa danh mục"),
    "venue.created": N_("Thêm địa điểm"),
    "venue.removed": N_("Bỏ địa điểm"),
    "venue.updated": N_("Sửa địa điểm"),
    "venues.ensured": N_("Nhập địa điểm"),
}


def _marks(ids: Sequence[UUID]) -> str:
    return ", ".join(["{}"] * len(ids))


@names_subjects("edition")
async def _editions(ids: Sequence[UUID]) -> dict[UUID, Text]:
    found = await rows(f"SELECT id, name_vi, name_en FROM edition WHERE id IN ({_marks(ids)})", *ids)
    return {one["id"]: Text(one["name_vi"], one["name_en"]) for one in found}


@names_subjects("activity")
async def _activities(ids: Sequence[UUID]) -> dict[UUID, Text]:
    found = await rows(f"SELECT id, title_vi, title_en FROM activity WHERE id IN ({_marks(ids)})", *ids)
    return {one["id"]: Text(one["title_vi"], one["title_en"]) for one in found}


@names_subjects("venue")
async def _venues(ids: Sequence[UUID]) -> dict[UUID, Text]:
    found = await rows(f"SELECT id, vi, en FROM venue WHERE id IN ({_marks(ids)})", *ids)
    return {one["id"]: Text(one["vi"], one["en"]) for one in found}
