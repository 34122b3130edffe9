"""What organisers see of the draft week: every activity with what stands between it and the public. Read models."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.events.programme import queries
from app.events.programme.compare import Change
from app.events.programme.conflicts import Conflict
from app.events.programme.drafts import load_drafts
from app.events.programme.model import Activity, Session
from app.events.programme.publication import Publication, prepare
from app.events.programme.published import kept_week, load_week
from app.events.programme.queries import EditionView
from app.kernel.clock import now
from app.kernel.text import fold
from app.kernel.web.i18n import N_

STATES: Final[Mapping[str, str]] = {
    "unpublished": N_("Chưa công bố"),
    "draft": N_("Bản nháp"),
    "clash": N_("Trùng phòng"),
    "unplaced": N_("Chưa có giờ hoặc địa điểm"),
    "no_english": N_("Thiếu tên tiếng Anh"),
    "cancelled": N_("Hủy hoặc hoãn"),
    "withdrawn": N_("Đã rút"),
}
"""What a list of activities can be narrowed to, with its name."""


class Line(msgspec.Struct, frozen=True):
    """One activity in the organisers' list. `change`: what publishing it would tell readers."""

    activity: Activity
    revision: int
    change: Change | None
    clashes: tuple[Conflict, ...]
    published: bool

    @property
    def first(self) -> Session | None:
        """Its first session in time, of those that are still there."""
        placed = [(one.starts_at, one.number, one) for one in self.activity.sessions if one.starts_at is not None and not one.gone]
        return min(placed)[2] if placed else None

    @property
    def sessions(self) -> int:
        """How many sessions it has that are still there."""
        return sum(1 for one in self.activity.sessions if not one.gone)

    @property
    def unplaced(self) -> bool:
        """Whether it, or one of its sessions, lacks time or place."""
        here = [one for one in self.activity.sessions if not one.gone]
        if self.activity.gone or self.activity.status in ("cancelled", "postponed"):
            return False
        return not here or any(one.starts_at is None or one.place is None for one in here)

    def is_(self, state: str) -> bool:
        """Whether it belongs to one of `STATES`."""
        match state:
            case "unpublished":
                return self.change is not None
            case "draft":
                return self.activity.status == "draft" and not self.activity.gone
            case "clash":
                return bool(self.clashes)
            case "unplaced":
                return self.unplaced
            case "no_english":
                return not self.activity.title.en and not self.activity.gone
            case "cancelled":
                return self.activity.status in ("cancelled", "postponed") and not self.activity.gone
            case "withdrawn":
                return self.activity.gone
            case _:
                return True


class Overview(msgspec.Struct, frozen=True):
    """The draft week of an edition beside what is published."""

    edition: EditionView
    lines: tuple[Line, ...]
    publication: Publication
    published_at: datetime | None

    def count(self, state: str) -> int:
        """How many activities are in this state."""
        return sum(1 for line in self.lines if line.is_(state))

    @property
    def live(self) -> int:
        """How many activities will take place."""
        return sum(1 for line in self.lines if not line.activity.gone and line.activity.status != "cancelled")

    @property
    def sessions(self) -> int:
        """How many sessions will take place."""
        return sum(1 for line in self.lines for one in line.activity.sessions if line.activity.status_of(one) == "confirmed")

    @property
    def days(self) -> list[tuple[date, int]]:
        """How many sessions each day has, from the first day of the edition to the last; days outside it only when used."""
        zone = ZoneInfo(self.edition.zone)
        found: Counter[date] = Counter(
            one.starts_at.astimezone(zone).date()
            for line in self.lines
            for one in line.activity.sessions
            if one.starts_at is not None and line.activity.status_of(one) == "confirmed"
        )
        info = self.edition.info
        if info.starts_on and info.ends_on and (info.ends_on - info.starts_on).days <= 31:
            for ordinal in range(info.starts_on.toordinal(), info.ends_on.toordinal() + 1):
                found.setdefault(date.fromordinal(ordinal), 0)
        return sorted(found.items())

    def on(self, day: date) -> list[tuple[Activity, Session]]:
        """The sessions of a day in the edition's zone, by the clock; cancelled ones are there, withdrawn ones are not."""
        zone = ZoneInfo(self.edition.zone)
        found = [
            (one.starts_at, line.activity.number, line.activity, one)
            for line in self.lines
            for one in line.activity.sessions
            if one.starts_at is not None and not one.gone and not line.activity.gone and one.starts_at.astimezone(zone).date() == day
        ]
        return [(activity, session) for _, _, activity, session in sorted(found, key=lambda each: each[:2])]

    def hosted_by(self, units: Collection[str]) -> Overview:
        """The same, narrowed to what these units (by code) host."""
        return msgspec.structs.replace(self, lines=tuple(line for line in self.lines if line.activity.host.code in units))


async def overview(edition: EditionView) -> Overview:
    """Everything about the draft week of an edition, in a fixed number of statements."""
    current = await queries.edition_by_id(edition.id) or edition
    version = current.published_version
    before = (kept_week(current.id, version) or await load_week(current.id, version)) if version else None
    drafts = await load_drafts(current.id)
    publication = prepare(before, drafts, current.info, at=now())
    changes = {change.activity: change for change in publication.changes}
    clashes: dict[UUID, list[Conflict]] = defaultdict(list)
    for clash in publication.clashes:
        for side in {clash.first.activity, clash.second.activity}:
            clashes[side].append(clash)
    known = {revision.activity.id for revision in before.revisions} if before else set()
    lines = tuple(
        Line(
            draft.activity,
            draft.number,
            changes.get(draft.activity.id),
            tuple(clashes.get(draft.activity.id, ())),
            draft.activity.id in known,
        )
        for draft in drafts
    )
    return Overview(current, lines, publication, before.published_at if before else None)


class Narrowing(msgspec.Struct, frozen=True):
    """What an organiser looks for in the list. Empty: no matter."""

    q: str = ""
    state: str = ""
    day: str = ""
    host: str = ""
    type: str = ""


def narrowed(lines: Sequence[Line], by: Narrowing, zone: str) -> list[Line]:
    """The lines that fit, in their order; the search looks at titles, host, places and speakers, with or without marks."""
    words = fold(by.q).split()
    place = ZoneInfo(zone)

    def fits(line: Line) -> bool:
        activity = line.activity
        if activity.gone and by.state != "withdrawn" and not words:
            return False
        if by.state and not line.is_(by.state):
            return False
        if by.host and by.host not in (activity.host.code, *(unit.code for unit in activity.co_hosts)):
            return False
        if by.type and by.type != activity.type.code:
            return False
        if by.day and not any(one.starts_at and one.starts_at.astimezone(place).date().isoformat() == by.day for one in activity.sessions):
            return False
        return not words or all(word in _text(activity) for word in words)

    return [line for line in lines if fits(line)]


def _text(activity: Activity) -> str:
    parts = [str(activity.number), activity.slug, activity.title.vi, activity.title.en, activity.host.name.vi, activity.host.name.en]
    for session in activity.sessions:
        if session.place:
            parts += [session.place.venue.vi, session.place.venue.en, session.place.room.vi, session.place.room.en]
    parts += [speaker.name for speaker in activity.speakers]
    return fold(" ".join(parts))
