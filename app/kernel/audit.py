"""The audit: who did what to what, when, written in the change's own transaction and sealed afterwards.

Personal values stand apart (`audit_personal`) behind salted hashes: the entry keeps only the hash, so erasing a
person blanks value and salt and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from app.kernel.columns import Table, document, fk, instant, key, optional_integer, optional_text, text
from app.kernel.database import run, run_many
from app.kernel.ids import uuid7
from app.kernel.seal import SealedLog, register_log

if TYPE_CHECKING:
    from app.kernel.database import UnitOfWork


class AuditEntry(Table, tablename="audit_entry"):
    """One thing that somebody did. Append-only; `seal_*` are filled by the sealer."""

    id = key()
    at = instant()
    actor_kind = text(10)
    actor_id = text(40)
    actor_label = text(200)
    action = text(80)
    subject = text(200)
    changes = document()
    personal = document()
    note = text(500)
    seal_seq = optional_integer()
    seal_hash = optional_text(64)


class AuditPersonal(Table, tablename="audit_personal"):
    """One personal value of an audit entry; blank after the person was erased."""

    id = key()
    entry = fk(AuditEntry)
    field = text(60)
    salt = text(32)
    value = text(500)


LOG = register_log(
    SealedLog("audit_entry", ("id", "at", "actor_kind", "actor_id", "actor_label", "action", "subject", "changes", "personal", "note"))
)


def _hashed(salt: str, value: str) -> str:
    return hashlib.sha256(f"{salt}\x1f{value}".encode()).hexdigest()


async def write(work: UnitOfWork) -> None:
    """Store the records of a unit of work; called by it just before the commit."""
    personal: list[tuple[UUID, UUID, str, str, str]] = []
    entries = []
    for record in work.records:
        entry = uuid7()
        hashes = {}
        for field, value in record.personal.items():
            salt = secrets.token_hex(16)
            kept = value[:500]
            hashes[field] = _hashed(salt, kept)
            personal.append((uuid7(), entry, field, salt, kept))
        changes = msgspec.json.encode({"before": record.before, "after": record.after}, enc_hook=str).decode()
        entries.append(
            (
                entry,
                record.at,
                work.by.kind,
                work.by.id,
                work.by.label[:200],
                record.action,
                record.subject[:200],
                changes,
                msgspec.json.encode(hashes).decode(),
                record.note[:500],
            )
        )
    if len(entries) == 1:
        await run(_INSERT, *entries[0])
    else:
        await run_many(_INSERT, entries)
    await run_many("INSERT INTO audit_personal (id, entry, field, salt, value) VALUES ({}, {}, {}, {}, {})", personal)


_INSERT = (
    "INSERT INTO audit_entry (id, at, actor_kind, actor_id, actor_label, action, subject, changes, personal, note) "
    "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})"
)


async def erase_personal(subject: str) -> int:
    """Blank the personal values of every entry about `subject` ("registration:<id>"), inside a unit of work."""
    blanked = await run(
        "UPDATE audit_personal SET value = '', salt = '' WHERE value <> '' AND entry IN (SELECT id FROM audit_entry WHERE subject = {}) "
        "RETURNING id",
        subject,
    )
    return len(blanked)
