"""A small published week behind the whole application, Thursday 8 October 2026, 09:40."""

from __future__ import annotations

import pytest

from app.events.programme.model import Term
from app.kernel.text import Text
from app.kernel.web import limits
from app.site.shelf import PAGES
from tests.events.factories import AI_LAB, GRAND_HALL, SECOND_HALL, SQUARE, a_session, an_activity, publish, small_edition

FAIR = Term("fair", Text("Hội chợ", "Fair"))
ECONOMY = Term("kinh_te_so", Text("Kinh tế số", "Digital economy"))
CITIZENS = Term("citizens", Text("Người dân", "Citizens"))


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test renders its own pages, and none eats another's allowance."""
    PAGES.clear()
    limits.forget_all()
    yield
    PAGES.clear()


@pytest.fixture
async def edition(house):
    """The small edition, without activities."""
    return await small_edition()


@pytest.fixture
async def week(edition):
    """Opening on Monday, two things on Thursday morning, a walk on Sunday; one activity that is not listed. Published."""
    await an_activity(edition, "Lễ khai mạc Tuần lễ Chuyển đổi số", a_session(1, "08:00", "09:30", GRAND_HALL), registration="invite")
    await an_activity(
        edition,
        "Hội thảo: Cảng biển và logistics thông minh",
        a_session(4, "08:30", "11:30", SECOND_HALL),
        registration="open",
        capacity=30,
        pillars=(ECONOMY,),
        summary=Text("Cảng số, dữ liệu dùng chung.", "Digital ports, shared data."),
    )
    await an_activity(edition, "Thực hành trí tuệ nhân tạo", a_session(4, "14:00", "16:00", AI_LAB), registration="approval", capacity=20)
    await an_activity(edition, "Đi bộ đồng hành “Bước chân số”", a_session(7, "06:00", "07:30", SQUARE), type=FAIR, audiences=(CITIZENS,))
    await an_activity(edition, "Họp kín của Ban Tổ chức", a_session(4, "09:00", "10:00", AI_LAB), unlisted=True)
    await publish(edition)
    return edition
