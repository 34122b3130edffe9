"""Setting up the doors: checkpoints, their gates, and what they ask of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import row, rows, run, unit_of_work
from app.kernel.errors import DomainError, NotFound, Stale
from app.kernel.ids import uuid7
from app.kernel.text import Text, nfc, slugify
from app.kernel.web.i18n import N_
from app.registrations.gates import posts
from app.registrations.gates.decision import Per
from app.registrations.gates.tables import Checkpoint, Gate


class BadHours(DomainError):
    """A checkpoint that would close before it opens."""

    status = 422


class NoName(DomainError):
    """A checkpoint or gate without a Vietnamese name."""

    status = 422


def _named(name: Text) -> Text:
    vi = nfc(name.vi).strip()
    if not vi:
        raise NoName(N_("Xin nhập tên tiếng Việt."))
    return Text(vi, nfc(name.en).strip())


def _check_hours(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at and closes_at and closes_at <= opens_at:
        raise BadHours(N_("Giờ đóng cửa phải sau giờ mở cửa."))


async def open_checkpoint(
    edition: UUID,
    *,
    by: Actor,
    name: Text,
    gates: Sequence[Text],
    activity: UUID | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    per: Per = Per.once,
) -> UUID:
    """Make a checkpoint with its gates; without an activity it expects every ticket of the edition.

    Raises:
        NotFound: the activity is not one of this edition.
        BadHours, NoName
    """
    name = _named(name)
    _check_hours(opens_at, closes_at)
    async with unit_of_work(by) as work:
        if activity and not await row("SELECT id FROM activity WHERE id = {} AND edition = {}", activity, edition):
            raise NotFound(N_("Không tìm thấy hoạt động này."))
        last = await row("SELECT max(position) AS n FROM checkpoint WHERE edition = {}", edition)
        checkpoint = Checkpoint(
            id=uuid7(),
            edition=edition,
            activity=activity,
            name_vi=name.vi,
            name_en=name.en,
            opens_at=opens_at,
            closes_at=closes_at,
            per=per,
            position=((last["n"] if last else None) or 0) + 1,
            created_at=now(),
        )
        await Checkpoint.insert(checkpoint)
        for gate in gates:
            await _add_gate(checkpoint.id, gate)
        after = {"name": name.vi, "activity": activity, "opens_at": opens_at, "closes_at": closes_at, "per": per}
        work.record("checkpoint.opened", checkpoint, after=after | {"gates": [gate.vi for gate in gates]})
    return UUID(str(checkpoint.id))


async def edit_checkpoint(
    checkpoint: UUID, *, by: Actor, revision: int, name: Text, opens_at: datetime | None, closes_at: datetime | None, per: Per
) -> None:
    """Change what a checkpoint is called and when it admits.

    Changing `per` opens new windows: whoever is inside stays inside, and may be admitted once more in the new window.

    Raises:
        Stale: somebody else changed it since this form was opened.
        BadHours, NoName
    """
    name = _named(name)
    _check_hours(opens_at, closes_at)
    async with unit_of_work(by) as work:
        before = await row("SELECT name_vi, name_en, opens_at, closes_at, per FROM checkpoint WHERE id = {}", checkpoint)
        changed = await run(
            "UPDATE checkpoint SET name_vi = {}, name_en = {}, opens_at = {}, closes_at = {}, per = {}, revision = revision + 1 "
            "WHERE id = {} AND revision = {} RETURNING id",
            name.vi,
            name.en,
            opens_at,
            closes_at,
            per.value,
            checkpoint,
            revision,
        )
        if not changed:
            raise Stale(N_("Điểm kiểm soát này vừa được người khác sửa; xin tải lại trang."))
        after = {"name_vi": name.vi, "name_en": name.en, "opens_at": opens_at, "closes_at": closes_at, "per": per}
        work.record("checkpoint.edited", f"checkpoint:{checkpoint}", before=before, after=after)
        work.after_commit(posts.forget)


async def add_gate(checkpoint: UUID, *, by: Actor, name: Text) -> UUID:
    """One more door.

    Raises:
        NotFound: there is no such checkpoint.
        NoName
    """
    async with unit_of_work(by) as work:
        if not await row("SELECT id FROM checkpoint WHERE id = {}", checkpoint):
            raise NotFound(N_("Không tìm thấy điểm kiểm soát này."))
        gate = await _add_gate(checkpoint, name)
        work.record("gate.added", f"gate:{gate}", after={"checkpoint": checkpoint, "name": name.vi})
    return gate


async def _add_gate(checkpoint: UUID, name: Text) -> UUID:
    name = _named(name)
    taken = {found["code"] for found in await rows("SELECT code FROM gate WHERE checkpoint = {}", checkpoint)}
    base = slugify(name.vi, longest=50) or "cua"
    code = next(one for one in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if one not in taken)
    gate = Gate(id=uuid7(), checkpoint=checkpoint, code=code, name_vi=name.vi, name_en=name.en, position=len(taken) + 1)
    await Gate.insert(gate)
    return UUID(str(gate.id))
