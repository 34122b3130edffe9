"""A small week as plain values, for tests of pure modules. Hours are of Vietnam."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from app.events.programme.model import Activity, EditionInfo, Place, Revision, Session, Term, UnitRef, Week
from app.kernel.clock import VIETNAM
from app.kernel.text import Text, slugify

_SPACE = UUID("5d4a9b1e-0000-4000-8000-000000000000")

HALL = Place(
    "V01",
    Text("Trung tâm Hội nghị thành phố", "City Convention Centre"),
    Text("Số 1 đường Hải Đăng"),
    "H-A",
    Text("Hội trường lớn", "Grand Hall"),
)
STUDIO = Place("V03", Text("Trung tâm Khởi nghiệp"), Text("Số 25 đường Sáng Tạo"), "SI-L", Text("Phòng thí nghiệm AI", "AI Lab"))
SQUARE = Place("V06", Text("Quảng trường trung tâm"))
DEPARTMENT = UnitRef("SKHCN", Text("Sở Khoa học và Công nghệ", "Department of Science and Technology"))
SEMINAR = Term("seminar", Text("Hội thảo", "Seminar"))
EDITION = EditionInfo(
    "2026", Text("Tuần lễ Chuyển đổi số 2026"), starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 11), main_day=date(2026, 10, 10)
)


def at(day: int, clock: str) -> datetime:
    """`at(1, "08:00")` is Monday of the Week, eight in the morning in Vietnam."""
    hour, minute = clock.split(":")
    return datetime(2026, 10, 5, int(hour), int(minute), tzinfo=VIETNAM) + timedelta(days=day - 1)


def identity(*parts: object) -> UUID:
    """The same UUID for the same words, so that a test can name a session twice."""
    return uuid5(_SPACE, "/".join(map(str, parts)))


def session(name: str, day: int = 1, start: str = "08:00", end: str = "09:30", place: Place | None = HALL, **more: Any) -> Session:
    """One session; `name` makes its uid."""
    return Session(uid=identity("session", name), starts_at=at(day, start), ends_at=at(day, end), place=place, **more)


def activity(number: int, title: str, *sessions: Session, **more: Any) -> Activity:
    """One confirmed activity with these sessions, or with one on Monday morning in the Grand Hall."""
    given: dict[str, Any] = {
        "id": identity("activity", number),
        "number": number,
        "slug": slugify(title),
        "title": Text(title),
        "host": DEPARTMENT,
        "type": SEMINAR,
        "sessions": sessions or (session(f"{number}.1"),),
    }
    return Activity(**(given | more))


def week(*activities: Activity, version: int = 0, modified_at: datetime | None = None) -> Week:
    """A week of these activities."""
    moment = modified_at or at(-6, "09:00")
    return Week(EDITION, version, moment if version else None, tuple(Revision(each, 1, moment) for each in activities))
