"""What an activity offers to whoever wants to register, and why it may not be possible. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from app.events.programme.model import Activity, EditionInfo, RegistrationKind, Session
from app.kernel.errors import Refused
from app.kernel.text import Text
from app.kernel.web.i18n import N_


class Closed(Refused):
    """One cannot register for this activity; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(message, **params)
        self.code = code


class Full(Refused):
    """All places are taken."""

    code = "full"

    def __init__(self) -> None:
        super().__init__(N_("Hoạt động này đã hết chỗ."))


class Offer(msgspec.Struct, frozen=True):
    """An activity as published, with what is live about it: how one registers, how many places there are and are taken."""

    edition_id: UUID
    edition: EditionInfo
    activity: Activity
    registration: RegistrationKind
    capacity: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """Places left, never below 0; none where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        """Whether a registration would be refused for want of places. Approval may wait for one to come free."""
        return self.left == 0 and self.registration == "open"

    def closed(self, at: datetime) -> Closed | None:
        """Why nobody can register at this moment; none when they can (if there are places)."""
        activity = self.activity
        if activity.public_status == "cancelled":
            return Closed("cancelled", N_("Hoạt động này đã bị hủy nên không nhận đăng ký."))
        if self.registration == "walk_in":
            return Closed("walk_in", N_("Hoạt động này vào cửa tự do: bạn cứ đến, không cần đăng ký."))
        if self.registration == "none":
            return Closed("not_needed", N_("Hoạt động này không cần đăng ký."))
        if self.registration == "invite":
            return Closed("by_invitation", N_("Hoạt động này dành cho khách có giấy mời; Ban Tổ chức gửi vé kèm giấy mời."))
        if is_over(activity, at):
            return Closed("over", N_("Hoạt động này đã kết thúc nên không nhận đăng ký nữa."))
        return None


def is_over(activity: Activity, at: datetime) -> bool:
    """Whether every session that has a time is past; one without an end is past once it began."""
    ends = [end for session in activity.sessions if (end := session.ends_at or session.starts_at) is not None]
    return bool(ends) and max(ends) <= at


def shown_sessions(activity: Activity) -> list[Session]:
    """The sessions a ticket speaks of, in the order of time; those without a time last."""
    timed = sorted((s for s in activity.sessions if s.starts_at is not None), key=lambda s: (s.starts_at, s.number))
    return [*timed, *(s for s in activity.sessions if s.starts_at is None)]


def place_lines(session: Session) -> list[Text]:
    """Where: the room and venue in one line, the address in the next."""
    place = session.place
    if place is None:
        return []
    first = Text(*(" · ".join(part for part in (place.room.get(lang), place.venue.get(lang)) if part) for lang in ("vi", "en")))
    return [first, *([place.address] if place.address.vi else [])]
