"""Whether a ticket is admitted: one pure function, so that a test can corner it and a phone without network can have it too.

Nothing here reads a clock or a database. Instants are aware; a day is a day in the edition's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

LATEST_UPLOAD = timedelta(hours=48)


class Result(StrEnum):
    """The answer to a scan, as the interface spells it."""

    admitted = "admitted"
    already_admitted = "already_admitted"
    wrong_gate = "wrong_gate"
    not_yet = "not_yet"
    expired = "expired"
    revoked = "revoked"
    cancelled = "cancelled"
    unknown = "unknown"


class Per(StrEnum):
    """How often one ticket is admitted at a checkpoint."""

    once = "once"
    day = "day"
    session = "session"


class Hours(msgspec.Struct, frozen=True):
    """One session of the checkpoint's activity: its lasting name and its time."""

    key: str
    starts_at: datetime
    ends_at: datetime


class Rule(msgspec.Struct, frozen=True):
    """What a checkpoint asks of a ticket. `sessions` in the order of time, only used where `per` is session."""

    edition: UUID
    activity: UUID | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    per: Per = Per.once
    zone: str = "Asia/Ho_Chi_Minh"
    sessions: tuple[Hours, ...] = ()


class Presented(msgspec.Struct, frozen=True):
    """A ticket as far as the decision needs it. `state` as the tickets' table spells it: valid, revoked, cancelled."""

    edition: UUID
    activity: UUID
    state: str


def believed_time(scanned_at: datetime, received_at: datetime) -> datetime:
    """When a scan happened: the device's word, unless it lies in the future or further back than a queue is kept."""
    return scanned_at if timedelta(0) <= received_at - scanned_at <= LATEST_UPLOAD else received_at


def window(rule: Rule, at: datetime) -> str:
    """The name of the span in which one ticket is admitted once: everything, one day, or one session.

    Between two sessions people come early for the next; after the last they come late for the last.
    """
    if rule.per is Per.day:
        return at.astimezone(ZoneInfo(rule.zone)).date().isoformat()
    if rule.per is Per.session:
        return _session_at(rule.sessions, at)
    return "once"


def _session_at(sessions: Sequence[Hours], at: datetime) -> str:
    current = next((session for session in sessions if at < session.ends_at), None)
    if current is None and sessions:
        current = sessions[-1]
    return current.key if current else "once"


def decide(rule: Rule, ticket: Presented | None, *, at: datetime, admitted_before: bool) -> Result:
    """The answer to one ticket at one checkpoint.

    The order is what a steward can act upon: a ticket that is void is void at every door, so that comes first; a wrong
    door before a wrong hour; "already in" last, because it only matters where the ticket would be good.
    """
    if ticket is None:
        return Result.unknown
    if ticket.state == "cancelled":
        return Result.cancelled
    if ticket.state != "valid":
        return Result.revoked
    if ticket.edition != rule.edition or (rule.activity is not None and ticket.activity != rule.activity):
        return Result.wrong_gate
    if rule.opens_at is not None and at < rule.opens_at:
        return Result.not_yet
    if rule.closes_at is not None and at >= rule.closes_at:
        return Result.expired
    return Result.already_admitted if admitted_before else Result.admitted
