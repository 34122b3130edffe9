"""The demo's people: some forty who registered for the sample week, all invented, at addresses that reach nobody."""

from __future__ import annotations

import hashlib

import msgspec

from app.events.programme.model import Activity
from app.events.programme.published import published
from app.kernel.actor import Actor
from app.kernel.address import absolute
from app.kernel.database import row
from app.kernel.text import slugify
from app.registrations.tickets.approval import approve
from app.registrations.tickets.holding import Holding
from app.registrations.tickets.offer import Closed, Full
from app.registrations.tickets.queries import holding, offer
from app.registrations.tickets.registration import Wish, register
from app.registrations.tickets.self_service import cancel
from app.registrations.tickets.tables import RegistrationState

_BY = Actor.system("demo")
_DOMAIN = "demo.example.vn"
_KNOWN = "Đặng Ngọc Mai"
_ONE_CANCELS = 5  # of the activity with five people one changes their mind

# How the Vietnamese title of an activity begins, who registers for it, and how many of the last ones go on waiting.
_CAST: tuple[tuple[str, tuple[str, ...], int], ...] = (
    (
        "Phiên toàn thể",
        (
            _KNOWN, "Nguyễn Hữu Phước", "Trần Thị Kim Chi", "Lê Quốc Đạt", "Phạm Thùy Linh", "Hoàng Văn Sáng", "Võ Thị Ngọc Ánh",
            "Bùi Đình Khoa", "Đỗ Thị Hải Yến", "Huỳnh Tấn Lộc", "Ngô Thị Bích Thủy", "Lý Thành Nhân",
        ),
        3,
    ),
    (
        "Hội thảo: Giáo dục số",
        ("Đinh Thị Thanh Tâm", "Phan Văn Trị", "Mai Thị Phượng", "Trịnh Công Hậu", "Cao Thị Diễm", "Tô Ngọc Vân Khanh", "Hồ Sĩ Quý"),
        0,
    ),
    (
        "Tọa đàm: Chuyển đổi số hộ kinh doanh",
        ("Lâm Thị Út", "Nguyễn Văn Bảy", "Trần Thị Sáu", "Châu Ngọc Hân", "Đoàn Văn Tươi"),
        0,
    ),
    (
        "Diễn đàn Chuyển đổi số thành phố",
        ("Vũ Minh Triết", "Nguyễn Thị Thu Hiền", "Kiều Anh Tuấn", "Tạ Bích Loan", "Dương Đức Mạnh", "Lưu Thị Hoa", "Quách Gia Bảo"),
        4,
    ),
    (
        "Ngày hội lập trình thiếu nhi",
        ("Nguyễn Bảo Ngọc", "Nguyễn Minh Khôi", "Trần Gia Hân", "Lê Nhật Minh", "Phạm Tuệ Lâm", "Đặng Hải Đăng", "Vương Thảo Nguyên"),
        0,
    ),
    ("Đi bộ đồng hành", ("Hà Thị Tuyết", "Phùng Văn Hải", "Ông Thị Mỹ Lệ"), 0),
)  # fmt: skip


class DemoTicket(msgspec.Struct, frozen=True):
    """A ticket to try the demo's gate with: whose it is, its page and its code."""

    holder: str
    address: str
    code: str


async def ensure_demo_registrations(edition: str) -> DemoTicket | None:
    """Make sure that the demo's people have registered in this edition (its slug); returns one ticket of the plenary.

    Activities of the cast that the programme lacks are passed over.
    """
    week = await published(edition)
    if week is None:
        return None
    if await _known(edition) is None:
        for begins, names, waiting in _CAST:
            found = next((r.activity for r in week.revisions if r.activity.title.vi.startswith(begins)), None)
            if found is not None:
                await _register_all(edition, found, names, waiting)
    return await _known(edition)


async def _register_all(edition: str, activity: Activity, names: tuple[str, ...], waiting: int) -> None:
    made: list[Holding] = []
    for n, name in enumerate(names):
        offered = await offer(edition, activity.slug)
        if offered is None:
            return
        # Every third has only a phone; one reads English.
        wish = Wish(name, email="" if n % 3 == 2 else _address(name), phone=_phone(name))
        try:
            outcome = await register(offered, wish, {"attend": True, "newsletter": n % 4 == 0}, by=_BY, language="en" if n == 6 else "vi")
        except (Closed, Full):
            return
        if outcome.holding is not None:
            made.append(outcome.holding)
    for held in made[: len(made) - waiting]:
        if held.state == RegistrationState.pending:
            await approve(held, by=_BY)
    if len(made) == _ONE_CANCELS:
        await cancel(made[1], by=_BY)


async def _known(edition: str) -> DemoTicket | None:
    found = await row(
        "SELECT r.id FROM registration r JOIN activity a ON a.id = r.activity JOIN edition e ON e.id = a.edition "
        "WHERE r.email = {} AND e.slug = {} ORDER BY r.created_at LIMIT 1",
        _address(_KNOWN),
        edition,
    )
    held = await holding(found["id"]) if found else None
    if held is None or held.ticket is None:
        return None
    return DemoTicket(held.name, absolute(f"/t/{held.token}"), held.ticket.code)


def _address(name: str) -> str:
    return f"{slugify(name).replace('-', '.')}@{_DOMAIN}"


def _phone(name: str) -> str:
    """A number that looks right and is the same each time."""
    return "+84900" + str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % 1_000_000).zfill(6)
