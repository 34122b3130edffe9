"""Purposes for which personal data are used, and what each person said to them. Consents are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import rows, run_many, unit_of_work
from app.kernel.errors import NotFound
from app.kernel.ids import uuid7
from app.kernel.text import Text
from app.kernel.web.i18n import N_
from app.registrations.tickets.tables import PurposeKind


class Purpose(msgspec.Struct, frozen=True):
    """One purpose in its present wording."""

    code: str
    version: int
    kind: PurposeKind
    title: Text
    body: Text

    @property
    def asks(self) -> bool:
        """Whether there is a box to tick; a notice only tells."""
        return self.kind != PurposeKind.notice

    @property
    def field(self) -> str:
        """The name of its box in a form."""
        return f"consent_{self.code}"


class Answer(msgspec.Struct, frozen=True):
    """What somebody last said to a purpose, none when never asked."""

    purpose: Purpose
    given: bool
    at: datetime | None


_PURPOSES = """
SELECT code, version, kind, title_vi, title_en, body_vi, body_en, retired, edition IS NOT NULL AS own FROM purpose
WHERE edition IS NULL OR edition = {} ORDER BY position, code, own, version
"""
_ANSWERS = "SELECT purpose, given, at FROM consent WHERE registration = {} ORDER BY at, id"
_INSERT = "INSERT INTO consent (id, registration, purpose, given, version, language, source, at) VALUES ({}, {}, {}, {}, {}, {}, {}, {})"


async def purposes_of(edition: UUID) -> tuple[Purpose, ...]:
    """The purposes of an edition, each in its newest wording; the edition's own words outrank everybody's."""
    newest = {found["code"]: found for found in await rows(_PURPOSES, edition)}  # the last of each code wins
    return tuple(
        Purpose(
            found["code"],
            found["version"],
            PurposeKind(found["kind"]),
            Text(found["title_vi"], found["title_en"]),
            Text(found["body_vi"], found["body_en"]),
        )
        for found in newest.values()
        if not found["retired"]
    )


async def store_answers(
    registration: UUID, purposes: Sequence[Purpose], given: Mapping[str, bool], *, language: str, source: str, at: datetime
) -> None:
    """Keep the yes and the no to every purpose that asked, with the wording that was read. Inside a unit of work."""
    asked = [purpose for purpose in purposes if purpose.asks]
    await run_many(
        _INSERT,
        [(uuid7(), registration, p.code, given.get(p.code, False), p.version, language, source, at) for p in asked],
    )


async def answers_of(registration: UUID, edition: UUID) -> list[Answer]:
    """What somebody said last to each purpose that asks."""
    last = {found["purpose"]: found for found in await rows(_ANSWERS, registration)}
    answers = []
    for purpose in await purposes_of(edition):
        if purpose.asks:
            found = last.get(purpose.code)
            answers.append(Answer(purpose, bool(found and found["given"]), found["at"] if found else None))
    return answers


async def change_consent(registration: UUID, edition: UUID, code: str, *, given: bool, language: str, by: Actor) -> None:
    """Give or withdraw one optional consent. What is necessary for the registration ends with the registration itself.

    Raises:
        NotFound: there is no such purpose to say yes or no to.
    """
    purpose = next((p for p in await purposes_of(edition) if p.code == code and p.kind == PurposeKind.consent), None)
    if purpose is None:
        raise NotFound(N_("Không có mục đích sử dụng dữ liệu này."))
    async with unit_of_work(by) as work:
        await store_answers(registration, [purpose], {code: given}, language=language, source="self", at=now())
        work.record("consent.given" if given else "consent.withdrawn", f"registration:{registration}", after={"purpose": code})
