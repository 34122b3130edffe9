"""A small edition in the database: four units, three venues, the starter taxonomies; activities as a test needs them.

edition = await small_edition()
opening = await an_activity(edition, "Lễ khai mạc", session("khai-mac", 1, "08:00", "09:30"))
await publish(edition)
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from app.accounts.units import UnitSpec, ensure_units
from app.events.programme.drafting import create_activity, update_activity
from app.events.programme.drafts import load_draft
from app.events.programme.editions import create_edition
from app.events.programme.model import Activity, EditionInfo, Place, Revision, Session
from app.events.programme.places import RoomSpec, VenueSpec, ensure_venues
from app.events.programme.publishing import publish_programme
from app.events.programme.queries import EditionView, VersionView, edition
from app.kernel.actor import Actor
from app.kernel.database import unit_of_work
from app.kernel.ids import uuid7
from app.kernel.text import Text
from tests.events.weeks import DEPARTMENT, SEMINAR, at

ORGANISER = Actor("account", "00000000-0000-7000-8000-000000000001", "Bùi Thị Tổ Chức")

UNITS = (
    UnitSpec("UBND", "people_committee", Text("Ủy ban nhân dân thành phố", "City People's Committee")),
    UnitSpec("SKHCN", "department", Text("Sở Khoa học và Công nghệ", "Department of Science and Technology"), "UBND"),
    UnitSpec("HTH", "association", Text("Hội Tin học thành phố", "City Computer Association")),
    UnitSpec("PBC", "ward", Text("Phường Bến Cảng", "Bến Cảng Ward"), "UBND"),
)
VENUES = (
    VenueSpec(
        "V01",
        Text("Trung tâm Hội nghị thành phố", "City Convention Centre"),
        Text("Số 1 đường Hải Đăng", "1 Hải Đăng Street"),
        20.8612,
        106.6835,
        rooms=(
            RoomSpec("H-A", Text("Hội trường lớn", "Grand Hall"), 1200),
            RoomSpec("H-B", Text("Phòng Hoa Phượng", "Hoa Phượng Room"), 300),
        ),
    ),
    VenueSpec(
        "V03",
        Text("Trung tâm Khởi nghiệp"),
        Text("Số 25 đường Sáng Tạo"),
        rooms=(RoomSpec("SI-L", Text("Phòng thí nghiệm AI", "AI Lab"), 60),),
    ),
    VenueSpec("V06", Text("Quảng trường trung tâm")),
)

GRAND_HALL = Place("V01", Text(""), room_code="H-A")
"""Only the codes of a place count when it is written."""
SECOND_HALL = Place("V01", Text(""), room_code="H-B")
AI_LAB = Place("V03", Text(""), room_code="SI-L")
SQUARE = Place("V06", Text(""))


async def small_edition(slug: str = "2026", **more: Any) -> EditionView:
    """An edition of the week 5 to 11 October 2026 with units, venues and terms, without activities."""
    info = EditionInfo(
        slug,
        Text("Tuần lễ Chuyển đổi số 2026", "Digital Transformation Week 2026"),
        Text("Nhanh hơn - hiệu quả hơn - gần dân hơn", "Faster - more effective - closer to the people"),
        Text("Thành phố Hải Đăng", "Hải Đăng City"),
        starts_on=date(2026, 10, 5),
        ends_on=date(2026, 10, 11),
        main_day=date(2026, 10, 10),
    )
    made = await create_edition(msgspec.structs.replace(info, **more), by=ORGANISER)
    async with unit_of_work(ORGANISER, unaudited="a test's ground") as _:
        await ensure_units(UNITS, by=ORGANISER)
        await ensure_venues(made.id, VENUES, by=ORGANISER)
    return made


def a_session(day: int = 1, start: str = "08:00", end: str = "09:30", place: Place | None = GRAND_HALL, **more: Any) -> Session:
    """One session with a uid of its own; hours of Vietnam, day 1 is Monday."""
    return Session(uid=uuid7(), starts_at=at(day, start), ends_at=at(day, end), place=place, **more)


async def an_activity(on: EditionView, title: str, *sessions: Session, **more: Any) -> Activity:
    """A confirmed draft activity with these sessions, or with one on Monday morning in the Grand Hall."""
    given: dict[str, Any] = {
        "id": uuid7(),
        "number": 0,
        "slug": "",
        "title": Text(title),
        "host": DEPARTMENT,
        "type": SEMINAR,
        "sessions": sessions or (a_session(),),
    }
    stored = await create_activity(on, Activity(**(given | more)), by=ORGANISER)
    return stored.activity


async def draft(activity: UUID) -> Revision:
    """The draft as it stands."""
    found = await load_draft(activity)
    assert found is not None
    return found


async def edit(on: EditionView, activity: UUID, **changes: Any) -> Revision:
    """Change fields of a draft activity."""
    now = await draft(activity)
    return await update_activity(on, msgspec.structs.replace(now.activity, **changes), revision=now.number, by=ORGANISER)


async def edit_session(on: EditionView, activity: UUID, nth: int = 0, **changes: Any) -> Revision:
    """Change fields of one session of a draft activity."""
    now = await draft(activity)
    sessions = list(now.activity.sessions)
    sessions[nth] = msgspec.structs.replace(sessions[nth], **changes)
    return await edit(on, activity, sessions=tuple(sessions))


async def publish(on: EditionView, *only: UUID, **more: Any) -> VersionView:
    """Publish everything, or only these."""
    return await publish_programme(on, by=ORGANISER, only=only, **more)


async def reread(on: EditionView) -> EditionView:
    """The edition as it stands now."""
    found = await edition(on.slug)
    assert found is not None
    return found
