"""Admission: a scan comes in, and the answer leaves when it is on disk.

    answer = await admit(post, Asked(code=…, nonce=…, scanned_at=…))

Admissions announce nothing: a fault in a higher room must never refuse a person at the gate. Whoever wants arrivals
queries them; screens are told that there is something new, at most once a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.kernel.clock import now
from app.kernel.database import engine
from app.kernel.errors import DomainError, Refused, Unavailable
from app.kernel.ids import uuid7
from app.kernel.sqlite import KeptSQLite
from app.kernel.web.i18n import N_
from app.registrations.gates import pulse
from app.registrations.gates.decision import Result, believed_time, window
from app.registrations.gates.ledger import Entry, NonceTaken, Reading, enter_on_postgresql, enter_on_sqlite
from app.registrations.gates.posts import Post
from app.registrations.gates.writer import GroupWriter, QueueFull
from app.registrations.tickets.codes import is_genuine, normalise

LONGEST_CODE = 2_000  # a QR holds at most 4,296 characters; no ticket of ours has more than 29
LONGEST_NONCE = 36


class Asked(msgspec.Struct, frozen=True):
    """One scan as a device sends it. `gate` may be left out; a device speaks for its own gate only.

    Instead of a code it may name the `ticket` that a search at the gate found.
    """

    nonce: str
    code: str = ""
    scanned_at: datetime | None = None
    gate: str = ""
    ticket: UUID | None = None


class Attendee(msgspec.Struct, frozen=True):
    """Who stands at the gate, as far as the steward needs to know."""

    name: str
    kind: str


class FirstAdmission(msgspec.Struct, frozen=True, omit_defaults=True):
    """When, where and on which device the ticket was admitted before."""

    at: datetime
    gate: str
    device: str
    gate_en: str = ""


class ForActivity(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a ticket at the wrong gate is for."""

    title: str
    title_en: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a scan. `genuine`, for an unknown code only: we signed it, though no ticket has it (see docs)."""

    result: Result
    nonce: str
    scanned_at: datetime
    attendee: Attendee | None = None
    first_admission: FirstAdmission | None = None
    activity: ForActivity | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    genuine: bool | None = None


class BadScan(DomainError):
    """The scan itself is malformed."""

    status = 400


class NotYourGate(DomainError):
    """The device names a gate that is not its own."""

    status = 403


_writers: list[GroupWriter[Reading, Entry]] = []


async def _commit(readings: Sequence[Reading]) -> Sequence[Entry | Exception]:
    current = engine()
    if isinstance(current, KeptSQLite):
        entries = await current.run_on_writer(lambda connection: enter_on_sqlite(connection, readings))
    else:
        async with current.raw_connection() as connection:
            entries = await enter_on_postgresql(connection, readings)
    pulse.felt(readings)
    return entries


def _writer() -> GroupWriter[Reading, Entry]:
    if not _writers:
        _writers.append(GroupWriter(_commit))
    return _writers[0]


async def drain() -> None:
    """Make every accepted scan durable and accept none after it; the server calls it before it closes the database."""
    while _writers:
        await _writers.pop().drain()
    await pulse.last_beat()


def read(post: Post, asked: Asked) -> Reading:
    """Check one scan and make it ready for the log.

    Raises:
        BadScan: no nonce, or one that is too long; a code longer than any QR of ours; an instant without a zone.
        NotYourGate: another gate than the device's.
    """
    if not 8 <= len(asked.nonce) <= LONGEST_NONCE or not asked.nonce.isascii() or not asked.nonce.isprintable():
        raise BadScan(N_("Mỗi lượt quét cần một nonce từ 8 đến 36 ký tự."))
    if not asked.code or len(asked.code) > LONGEST_CODE:
        raise BadScan(N_("Thiếu mã vé, hoặc mã quá dài."))
    if asked.gate and asked.gate not in (post.gate_code, str(post.gate)):
        raise NotYourGate(N_("Thiết bị này không được cấp quyền cho cửa đó."))
    received_at = now()
    at = received_at
    if asked.scanned_at is not None:
        if asked.scanned_at.tzinfo is None:
            raise BadScan(N_("scanned_at cần có múi giờ."))
        at = believed_time(asked.scanned_at, received_at)
    return Reading(uuid7(), asked.nonce, normalise(asked.code), post, window(post.rule, at), at, received_at)


async def admit(post: Post, asked: Asked) -> Answer:
    """Decide one scan at this post and return when it is durable. The same nonce is answered as the first time.

    Raises:
        BadScan, NotYourGate: the scan is malformed, or of another gate.
        Refused: the nonce belongs to another scan.
        Unavailable: too many scans wait; try again in a moment.
    """
    reading = read(post, asked)
    try:
        return answer(reading, await _writer().submit(reading))
    except QueueFull:
        raise Unavailable(N_("Máy chủ đang bận; xin thử lại sau giây lát.")) from None
    except NonceTaken:
        raise Refused(N_("Nonce này đã dùng cho một lượt quét khác.")) from None


def answer(reading: Reading, entry: Entry) -> Answer:
    """What the device is told about an entry of the log."""
    first = entry.first
    rule = reading.post.rule
    return Answer(
        result=entry.result,
        nonce=reading.nonce,
        scanned_at=entry.at,
        attendee=Attendee(entry.holder, entry.kind) if entry.result is not Result.unknown else None,
        first_admission=FirstAdmission(first.at, first.gate.vi, first.device, first.gate.en) if first else None,
        activity=ForActivity(entry.activity.vi, entry.activity.en) if entry.activity else None,
        opens_at=rule.opens_at if entry.result is Result.not_yet else None,
        closes_at=rule.closes_at if entry.result is Result.expired else None,
        genuine=is_genuine(reading.code) if entry.result is Result.unknown else None,
    )
