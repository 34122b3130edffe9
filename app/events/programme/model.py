"""The programme as plain values: one structure for the draft week, a published revision, imports and exports.

Nothing here knows the database or the web. A published revision is an `Activity` frozen as JSON, so its strings
(venue, address, names of units) stay what the public read that day. Instants are aware UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from app.kernel.text import Text

Mode = Literal["onsite", "online", "hybrid", "multi_site"]
RegistrationKind = Literal["open", "approval", "invite", "walk_in", "none"]
SessionStatus = Literal["confirmed", "postponed", "cancelled"]
ActivityStatus = Literal["draft", "confirmed", "postponed", "cancelled"]


class Term(msgspec.Struct, frozen=True):
    """One entry of a taxonomy (a pillar, an audience, a type) as it read when it was used."""

    code: str
    name: Text


class UnitRef(msgspec.Struct, frozen=True):
    """An organisation as it was named when it was used."""

    code: str
    name: Text


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A room in a venue, or a venue alone (`room_code` empty). Latitude and longitude in degrees (WGS 84)."""

    venue_code: str
    venue: Text
    address: Text = Text("")
    room_code: str = ""
    room: Text = Text("")
    latitude: float | None = None
    longitude: float | None = None
    url: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What can be double-booked."""
        return (self.venue_code, self.room_code)


class AgendaItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the agenda. May lie outside the session's hours (reception before the start). Minutes may be 0 (unknown)."""

    starts_at: datetime
    minutes: int
    title: Text


class Speaker(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person who speaks: the bare name, the honorific and the function apart."""

    name: str
    title: str = ""
    post: Text = Text("")
    unit: Text = Text("")
    foreign_id: str = ""


class Site(msgspec.Struct, frozen=True, omit_defaults=True):
    """A satellite site (điểm cầu) of a session."""

    unit: UnitRef
    place: Place | None = None
    capacity: int | None = None


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """When and where. `uid` is the iCalendar UID's random part and never changes; `sequence` only rises.

    `starts_at` is none while the session is not placed in time, `place` none while it has no venue.
    `previous_starts_at`/`previous_ends_at`/`previous_place` keep what was moved from, for readers ("dời lịch").
    `gone`: it was published once and has left the programme since; to readers that is a cancelled session.
    """

    uid: UUID
    number: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: Place | None = None
    status: SessionStatus = "confirmed"
    sequence: int = 0
    previous_starts_at: datetime | None = None
    previous_ends_at: datetime | None = None
    previous_place: Place | None = None
    sites: tuple[Site, ...] = ()
    gone: bool = False


class Activity(msgspec.Struct, frozen=True, omit_defaults=True):
    """One activity of the Week with all that a reader may know of it. `number` is unique in its edition and in exports.

    `gone`: it was published once and has left the programme since; readers see it cancelled.
    """

    id: UUID
    number: int
    slug: str
    title: Text
    host: UnitRef
    type: Term
    summary: Text = Text("")
    description: Text = Text("")
    co_hosts: tuple[UnitRef, ...] = ()
    pillars: tuple[Term, ...] = ()
    contents: tuple[Term, ...] = ()
    audiences: tuple[Term, ...] = ()
    accessibility: tuple[Term, ...] = ()
    mode: Mode = "onsite"
    capacity: int | None = None
    registration: RegistrationKind = "none"
    status: ActivityStatus = "confirmed"
    change_reason: Text = Text("")
    changed_at: datetime | None = None
    allow_overlap: bool = False
    unlisted: bool = False
    sessions: tuple[Session, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    links: tuple[str, ...] = ()
    language: str = ""
    gone: bool = False

    def status_of(self, session: Session) -> SessionStatus:
        """What a reader must know of this session: the activity's cancellation outranks the session's own status."""
        if self.gone or session.gone or self.status == "cancelled" or session.status == "cancelled":
            return "cancelled"
        if self.status == "postponed" or session.status == "postponed":
            return "postponed"
        return "confirmed"

    @property
    def public_status(self) -> SessionStatus:
        """The status of the whole: cancelled or postponed when it, or every one of its sessions, is."""
        if self.gone or self.status == "cancelled":
            return "cancelled"
        if self.status == "postponed":
            return "postponed"
        each = {self.status_of(session) for session in self.sessions}
        if not each or "confirmed" in each:
            return "confirmed"
        return "postponed" if "postponed" in each else "cancelled"


class EditionInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the public pages and feeds need of an edition. `zone` is an IANA name, `accent` a #rrggbb colour."""

    slug: str
    name: Text
    theme: Text = Text("")
    locality: Text = Text("")
    zone: str = "Asia/Ho_Chi_Minh"
    starts_on: date | None = None
    ends_on: date | None = None
    main_day: date | None = None
    accent: str = ""


class Revision(msgspec.Struct, frozen=True):
    """An activity as published: `number` counts its revisions, `modified_at` is when this one was published."""

    activity: Activity
    number: int
    modified_at: datetime


class Week(msgspec.Struct, frozen=True):
    """A whole programme: the draft (version 0) or a published version. Cancelled activities stay in it."""

    edition: EditionInfo
    version: int
    published_at: datetime | None
    revisions: tuple[Revision, ...]
