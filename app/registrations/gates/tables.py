"""Checkpoints, their gates, the devices that stand there, and every reading of a ticket.

What the database holds by itself (checks, partial unique indexes) stands in `migrations/registrations`.
"""

from __future__ import annotations

from piccolo.table import Table

from app.events.programme.tables import Activity, Edition
from app.kernel.columns import fk, instant, integer, key, optional_fk, optional_instant, optional_integer, optional_text, text
from app.kernel.seal import SealedLog, register_log
from app.registrations.gates.decision import Per, Result
from app.registrations.tickets.tables import Ticket


class Checkpoint(Table, tablename="checkpoint"):
    """What is being entered or handed out: the plenary, lunch, the exhibition. Its doors are gates.

    Without an activity it expects every ticket of the edition. `opens_at`, `closes_at`: outside them nobody is admitted;
    none means no limit on that side. `per` says how often one ticket is admitted.
    """

    id = key()
    edition = fk(Edition)
    activity = optional_fk(Activity)
    name_vi = text(200)
    name_en = text(200, default="")
    opens_at = optional_instant()
    closes_at = optional_instant()
    per = text(10, choices=Per, default="once")
    position = integer(default=0)
    created_at = instant()
    revision = integer(default=1)


class Gate(Table, tablename="gate"):
    """One door or desk of a checkpoint. `code` is how the interface calls it, unique in its checkpoint, made from the name."""

    id = key()
    checkpoint = fk(Checkpoint)
    code = text(60)
    name_vi = text(100)
    name_en = text(100, default="")
    position = integer(default=0)


class Device(Table, tablename="device"):
    """One phone, laptop or turnstile that may scan at one gate. Only digests of its secrets are kept.

    The enrolment is a link shown as a QR, good once and for a quarter of an hour; `enrolment_used_at` marks it spent.
    A device that is moved or lost is revoked; the row stays, because its scans name it.
    """

    id = key()
    gate = fk(Gate)
    name = text(100)
    created_at = instant()
    enrolment_digest = optional_text(64, unique=True)
    enrolment_expires_at = optional_instant()
    enrolment_used_at = optional_instant()
    token_digest = optional_text(64, unique=True)
    enrolled_at = optional_instant()
    last_seen_at = optional_instant()
    revoked_at = optional_instant()


class Scan(Table, tablename="scan"):
    """One reading of a ticket at a gate, admitted or refused. Append-only; sealed like the audit.

    `nonce` is chosen by the device, so a resend after a lost answer finds its first row. `admission_window` is set on a
    live admission only: at most one for each checkpoint, ticket and window (partial unique index); annulling empties it.
    `first_admission` is the admission that stood in a refused scan's way. `scanned_at` is the device's word, as far as
    it can be believed; `received_at` is ours.
    `code` is kept only when no ticket was found, and only if it has a ticket's shape: other QRs (an identity card!) may
    say who somebody is, so they leave no more than a fingerprint.
    """

    id = key()
    checkpoint = fk(Checkpoint)
    gate = fk(Gate)
    device = fk(Device)
    ticket = optional_fk(Ticket)
    nonce = text(36, unique=True)
    code = text(200, default="")
    result = text(20, choices=Result)
    first_admission = optional_fk("self")
    admission_window = optional_text(40)
    scanned_at = instant()
    received_at = instant()
    seal_seq = optional_integer()
    seal_hash = optional_text(64)


SCANS = register_log(
    SealedLog(
        "scan", ("id", "checkpoint", "gate", "device", "ticket", "nonce", "code", "result", "first_admission", "scanned_at", "received_at")
    )
)

TABLES: tuple[type[Table], ...] = (Checkpoint, Gate, Device, Scan)
