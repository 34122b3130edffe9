"""The form of an activity: texts in both languages, who, what for, and its sessions as rows that work without script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo

import msgspec

from app.accounts.queries import UnitView
from app.events.programme.forms import RowsForm, with_rows
from app.events.programme.model import Activity, Place, Session, Term, UnitRef
from app.events.programme.queries import EditionView, VenueView
from app.kernel.ids import uuid7
from app.kernel.text import Text as BothLanguages
from app.kernel.text import sort_text
from app.kernel.web.fields import BothText, Checkbox, Choice, Choices, Field, Hidden, Integer, MultiChoice, Revision, Text
from app.kernel.web.i18n import N_, language
from app.kernel.web.moments import Date, Time

MODES: Choices = (
    ("onsite", N_("Trực tiếp")),
    ("online", N_("Trực tuyến")),
    ("hybrid", N_("Trực tiếp kết hợp trực tuyến")),
    ("multi_site", N_("Nhiều điểm cầu")),
)
REGISTRATIONS: Choices = (
    ("open", N_("Đăng ký tự do")),
    ("approval", N_("Đăng ký, chờ duyệt")),
    ("invite", N_("Theo giấy mời")),
    ("walk_in", N_("Vào cửa tự do")),
    ("none", N_("Không cần đăng ký")),
)
STATUSES: Choices = (
    ("draft", N_("Bản nháp")),
    ("confirmed", N_("Đã xác nhận")),
    ("postponed", N_("Hoãn, chưa có ngày mới")),
    ("cancelled", N_("Đã hủy")),
)
SESSION_STATUSES: Choices = (("confirmed", N_("Diễn ra")), ("postponed", N_("Hoãn")), ("cancelled", N_("Hủy")))

MOST_SESSIONS = 120


class ActivityFields(msgspec.Struct):
    """What the form holds besides its sessions."""

    title: BothLanguages
    host: str
    type: str
    co_hosts: tuple[str, ...]
    pillars: tuple[str, ...]
    contents: tuple[str, ...]
    audiences: tuple[str, ...]
    accessibility: tuple[str, ...]
    summary: BothLanguages
    description: BothLanguages
    mode: str
    capacity: int | None
    registration: str
    status: str
    change_reason: BothLanguages
    allow_overlap: bool
    unlisted: bool
    slug: str
    returns: tuple[str, ...]
    revision: int


class ActivityForm(RowsForm[ActivityFields]):
    """One activity of the draft week."""

    prefix = "s"

    title = BothText(N_("Tên hoạt động"), longest=300)
    host = Choice(N_("Đơn vị chủ trì"))
    type = Choice(N_("Loại hình"))
    co_hosts = MultiChoice(N_("Đơn vị phối hợp"))
    pillars = MultiChoice(N_("Trụ cột"))
    contents = MultiChoice(N_("Nội dung thi đua"))
    audiences = MultiChoice(N_("Đối tượng tham dự"))
    accessibility = MultiChoice(N_("Hỗ trợ tiếp cận"))
    summary = BothText(
        N_("Tóm tắt"), longest=1000, lines=True, rows=3, required=False, hint=N_("Một, hai câu; hiện trong danh sách và lịch.")
    )
    description = BothText(
        N_("Giới thiệu"), longest=20_000, lines=True, rows=8, required=False, hint=N_("Chữ thường, không định dạng; dòng trống ngăn đoạn.")
    )
    mode = Choice(N_("Hình thức"), choices=MODES)
    capacity = Integer(N_("Sức chứa"), most=1_000_000, required=False, hint=N_("Để trống: không giới hạn."))
    registration = Choice(N_("Cách đăng ký"), choices=REGISTRATIONS)
    status = Choice(N_("Trạng thái"), choices=STATUSES)
    change_reason = BothText(
        N_("Lý do thay đổi"), longest=600, required=False, hint=N_("Công chúng đọc được. Cần có khi hoãn hoặc hủy; nên có khi dời lịch.")
    )
    allow_overlap = Checkbox(N_("Được dùng chung phòng"), hint=N_("Ví dụ triển lãm: không báo trùng phòng với hoạt động khác."))
    unlisted = Checkbox(N_("Ẩn khỏi danh sách"), hint=N_("Chỉ ai có đường dẫn mới xem được; không có trong lịch chung."))
    slug = Text(N_("Địa chỉ trang"), longest=95, required=False, hint=N_("Để trống thì được tạo từ tên. Cố định từ lần công bố đầu tiên."))
    returns = MultiChoice(N_("Đưa trở lại chương trình"))
    revision = Revision()

    @classmethod
    def opened(cls, activity: Activity | None, choices: Mapping[str, Choices], *, edition: EditionView, revision: int = 0) -> Self:
        """The form of an activity, or of a new one with one empty session."""
        sessions = [one for one in activity.sessions if not one.gone] if activity else []
        rows = list(range(len(sessions) or 1))
        zone = ZoneInfo(edition.zone)
        filled: dict[str, Any] = {"revision": revision, "returns": (), **{f"s{row}_status": "confirmed" for row in rows}}
        if activity is None:
            filled |= {"mode": "onsite", "registration": "none", "status": "draft"}
            filled["host"] = choices["host"][0][0] if len(choices["host"]) == 1 else ""
        else:
            filled |= {"host": activity.host.code, "type": activity.type.code, "co_hosts": [unit.code for unit in activity.co_hosts]}
            for name in _TERMS:
                filled[name] = [term.code for term in getattr(activity, name)]
        for row, session in zip(rows, sessions, strict=False):
            filled |= _shown(row, session, zone)
        return cls.of(activity or {}, choices=_with_places(choices, rows), fields=_session_fields(rows), zone=zone, **filled)

    @classmethod
    def sent(cls, data: Any, choices: Mapping[str, Choices], *, edition: EditionView) -> tuple[Self, bool]:
        """The form as sent, and whether a session row was added or removed instead of saving."""
        rows, changed = with_rows(data, "s")
        rows = rows[:MOST_SESSIONS]
        form = cls.read(data, choices=_with_places(choices, rows), fields=_session_fields(rows), zone=ZoneInfo(edition.zone))
        for row in rows if changed else ():
            form.raw[f"s{row}_status"] = form.raw[f"s{row}_status"] or ["confirmed"]  # a row that was just added
        return form, changed

    def check(self) -> None:
        """A session has all of day, start and end, or none; who hoãn or hủy says why."""
        for row in self.rows:
            names = [f"s{row}_{part}" for part in ("day", "start", "end")]
            if not all(name in self.parsed for name in names):
                continue
            given = [name for name in names if self.parsed[name] is not None]
            end_day = self.parsed.get(f"s{row}_end_day")
            if given or end_day:
                for name in names:
                    if name not in given:
                        self.fail(name, N_("Xin điền cả ngày, giờ bắt đầu và giờ kết thúc."))
            if len(given) == 3 and end_day is not None:
                starts, ends = _hours(self.parsed, row, self.zone)
                if ends is not None and starts is not None and ends < starts:
                    self.fail(f"s{row}_end_day", N_("Giờ kết thúc phải sau giờ bắt đầu."))
        if self.parsed.get("status") in ("postponed", "cancelled"):
            reason = self.parsed.get("change_reason")
            if reason is not None and not reason.vi:
                self.fail("change_reason_vi", N_("Xin nêu lý do để công chúng biết."))

    def activity(self, before: Activity | None) -> Activity:
        """The activity as typed, on top of what the form does not show (agenda, speakers, satellite sites)."""
        typed, more = self.value, self.more
        known = {str(one.uid): one for one in before.sessions} if before else {}
        sessions = [self._session(row, more, known) for row in self.rows]
        shown = {one.uid for one in sessions}
        # Withdrawn ones are not rows of the form: they stay withdrawn unless they are asked back.
        sessions += [
            msgspec.structs.replace(session, gone=str(session.uid) not in typed.returns)
            for session in (before.sessions if before else ())
            if session.gone and session.uid not in shown
        ]
        given: dict[str, Any] = {
            "title": typed.title,
            "host": UnitRef(typed.host, BothLanguages("")),
            "type": Term(typed.type, BothLanguages("")),
            "co_hosts": tuple(
                UnitRef(code, BothLanguages("")) for code in _in_old_order(typed.co_hosts, before.co_hosts if before else ())
            ),
            **{
                name: tuple(
                    Term(code, BothLanguages("")) for code in _in_old_order(getattr(typed, name), getattr(before, name) if before else ())
                )
                for name in _TERMS
            },
            "summary": typed.summary,
            "description": typed.description,
            "mode": typed.mode,
            "capacity": typed.capacity,
            "registration": typed.registration,
            "status": typed.status,
            "change_reason": typed.change_reason,
            "allow_overlap": typed.allow_overlap,
            "unlisted": typed.unlisted,
            "slug": typed.slug or (before.slug if before else ""),
            "sessions": tuple(sessions),
        }
        if before is None:
            return Activity(id=uuid7(), number=0, **given)
        return msgspec.structs.replace(before, **given)

    def _session(self, row: int, more: Mapping[str, Any], known: Mapping[str, Session]) -> Session:
        starts, ends = _hours(more, row, self.zone)
        before = known.get(more[f"s{row}_uid"] or "")
        place = _place(more[f"s{row}_place"])
        # What the form cannot show to the second is not touched when nobody touched it.
        if before is not None and (_to_the_minute(before.starts_at), _to_the_minute(before.ends_at)) == (starts, ends):
            starts, ends = before.starts_at, before.ends_at
        if before is None:
            return Session(uid=uuid7(), number=0, starts_at=starts, ends_at=ends, place=place, status=more[f"s{row}_status"])
        return msgspec.structs.replace(before, starts_at=starts, ends_at=ends, place=place, status=more[f"s{row}_status"], gone=False)


_TERMS = ("pillars", "contents", "audiences", "accessibility")
_TAXONOMIES = {"pillars": "pillar", "contents": "content", "audiences": "audience", "accessibility": "accessibility", "type": "type"}
# Pillars and contents have an order of their own; these are looked up by their names, as in the public filter.
_READ_BY_NAME = ("type", "audiences")


def choices_of(
    units: Iterable[UnitView],
    terms: Mapping[str, Sequence[Term]],
    venues: Iterable[VenueView],
    *,
    today: date,
    before: Activity | None = None,
) -> dict[str, Choices]:
    """What can be chosen: units that exist today and those the activity names already, the edition's terms and rooms."""
    used = {before.host.code, *(unit.code for unit in before.co_hosts)} if before else set()
    here = [(unit.code, unit.name) for unit in units if not unit.ended(today) or unit.code in used]
    found: dict[str, Choices] = {"host": here, "co_hosts": here, "place": _places(venues)}
    for name, taxonomy in _TAXONOMIES.items():
        found[name] = [(term.code, term.name) for term in terms.get(taxonomy, ())]
    for name in _READ_BY_NAME:
        found[name] = sorted(found[name], key=lambda choice: sort_text(choice[1].get(language())))
    found["returns"] = [(str(one.uid), str(one.number)) for one in before.sessions if one.gone] if before else []
    return found


def _places(venues: Iterable[VenueView]) -> Choices:
    """Rooms first named by themselves, then their venue; a venue alone is a choice too."""
    found: list[tuple[str, BothLanguages]] = []
    for venue in venues:
        found.append((f"{venue.code}/", venue.name))
        for room in venue.rooms:
            seats = f" ({room.capacity})" if room.capacity else ""
            vi = f"{venue.name.vi} · {room.name.vi}{seats}"
            found.append((f"{venue.code}/{room.code}", BothLanguages(vi, f"{venue.name.get('en')} · {room.name.get('en')}{seats}")))
    return found


def _with_places(choices: Mapping[str, Choices], rows: Sequence[int]) -> dict[str, Choices]:
    return {**choices, **{f"s{row}_place": choices["place"] for row in rows}}


def _session_fields(rows: Sequence[int]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for row in rows:
        found[f"s{row}_uid"] = Hidden(longest=36)
        found[f"s{row}_day"] = Date(N_("Ngày"), required=False)
        found[f"s{row}_start"] = Time(N_("Bắt đầu"), required=False)
        found[f"s{row}_end"] = Time(N_("Kết thúc"), required=False)
        found[f"s{row}_end_day"] = Date(N_("Sang ngày"), required=False)
        found[f"s{row}_place"] = Choice(N_("Địa điểm và phòng"), required=False, longest=130)
        found[f"s{row}_status"] = Choice(N_("Buổi này"), choices=SESSION_STATUSES)
    return found


def _hours(values: Mapping[str, Any], row: int, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Start and end in UTC. Without a day of its own the end is the next time that clock shows it."""
    day: date | None = values[f"s{row}_day"]
    start: time | None = values[f"s{row}_start"]
    end: time | None = values[f"s{row}_end"]
    if day is None or start is None or end is None:
        return None, None
    last = values.get(f"s{row}_end_day") or (day if end > start else day + timedelta(days=1))
    return datetime.combine(day, start, zone).astimezone(UTC), datetime.combine(last, end, zone).astimezone(UTC)


def _to_the_minute(value: datetime | None) -> datetime | None:
    return value.replace(second=0, microsecond=0) if value else None


def _shown(row: int, session: Session, zone: tzinfo) -> dict[str, Any]:
    shown: dict[str, Any] = {f"s{row}_uid": session.uid, f"s{row}_status": session.status}
    shown[f"s{row}_place"] = "/".join(session.place.key) if session.place else ""
    if session.starts_at is not None and session.ends_at is not None:
        starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
        shown |= {f"s{row}_day": starts.date(), f"s{row}_start": starts.time(), f"s{row}_end": ends.time()}
        understood = starts.date() if ends.time() > starts.time() else starts.date() + timedelta(days=1)
        if ends.date() != understood:
            shown[f"s{row}_end_day"] = ends.date()
    return shown


def _place(code: str) -> Place | None:
    venue, _, room = (code or "").partition("/")
    return Place(venue, BothLanguages(""), room_code=room) if venue else None


def _in_old_order(codes: Sequence[str], before: Sequence[UnitRef] | Sequence[Term]) -> list[str]:
    """What was there stays in its order; what is new follows."""
    old = [one.code for one in before if one.code in codes]
    return [*old, *(code for code in codes if code not in old)]
