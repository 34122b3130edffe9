"""Phones at the gates: enrolled by a QR that works once, known by a bearer token, revoked with one tap.

The phone makes its own token and sends it with the enrolment. A lost answer therefore costs nothing: the phone asks
again with the same token and is answered alike, while the QR is spent for everybody else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.database import row, run, unit_of_work
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import digest, token, uuid7
from app.kernel.text import nfc
from app.kernel.web.i18n import N_
from app.registrations.gates import posts
from app.registrations.gates.posts import Post
from app.registrations.gates.tables import Device

ENROLMENT_GOOD_FOR = timedelta(minutes=15)
SHORTEST_TOKEN = 32
LONGEST_TOKEN = 128


class Enrolment(msgspec.Struct, frozen=True):
    """What the QR carries, told once: the table keeps only its digest."""

    device: UUID
    device_name: str
    token: str
    expires_at: datetime

    def link(self, base_url: str) -> str:
        """What the phone's camera opens. The secret stands behind `#`, so it reaches no server log."""
        return f"{base_url}/gate/#enrol={self.token}"


class EnrolmentSpent(Refused):
    """The enrolment was used by another phone, is too old, or was never made."""

    def __init__(self) -> None:
        super().__init__(N_("Mã đăng ký thiết bị này đã dùng, đã hết hạn hoặc không đúng. Xin lấy mã mới ở trang quản lý cửa."))


class WeakToken(DomainError):
    """A bearer token that a phone made too short or of odd characters."""

    status = 400


async def add_device(gate: UUID, *, by: Actor, name: str, good_for: timedelta = ENROLMENT_GOOD_FOR) -> Enrolment:
    """Make a place for a phone at this gate and the enrolment that fills it; `good_for` is how long its QR can be used.

    Raises:
        NotFound: there is no such gate.
    """
    if not await row("SELECT id FROM gate WHERE id = {}", gate):
        raise NotFound(N_("Không tìm thấy cửa này."))
    secret, at = token(), now()
    device = Device(
        id=uuid7(),
        gate=gate,
        name=nfc(name).strip()[:100] or "Máy",
        created_at=at,
        enrolment_digest=digest(secret),
        enrolment_expires_at=at + good_for,
    )
    async with unit_of_work(by) as work:
        await Device.insert(device)
        work.record("device.added", device, after={"gate": gate, "name": device.name})
    return Enrolment(UUID(str(device.id)), device.name, secret, at + good_for)


async def renew_enrolment(device: UUID, *, by: Actor, good_for: timedelta = ENROLMENT_GOOD_FOR) -> Enrolment:
    """A new QR for a device whose first one was lost or whose phone was changed. The present phone works until then.

    Raises:
        NotFound: there is no such device, or it was revoked.
    """
    secret, at = token(), now()
    async with unit_of_work(by) as work:
        renewed = await run(
            "UPDATE device SET enrolment_digest = {}, enrolment_expires_at = {}, enrolment_used_at = NULL "
            "WHERE id = {} AND revoked_at IS NULL RETURNING name",
            digest(secret),
            at + good_for,
            device,
        )
        if not renewed:
            raise NotFound(N_("Không tìm thấy thiết bị này, hoặc nó đã bị thu hồi."))
        work.record("device.enrolment_renewed", f"device:{device}")
    return Enrolment(device, renewed[0]["name"], secret, at + good_for)


async def enrol(enrolment: str, bearer: str) -> Post:
    """Exchange an enrolment for the right to scan with the bearer token that the phone made.

    Raises:
        EnrolmentSpent: used by another token, expired, unknown or revoked.
        WeakToken: the token is too short to be random enough, or not made of letters, digits, `-` and `_`.
    """
    if not SHORTEST_TOKEN <= len(bearer) <= LONGEST_TOKEN or not bearer.isascii() or not bearer.replace("-", "").replace("_", "").isalnum():
        raise WeakToken(N_("Token của thiết bị cần từ 32 đến 128 ký tự chữ, số, - hoặc _."))
    at, held = now(), digest(bearer)
    async with unit_of_work(Actor.anonymous()) as work:
        # One statement decides: of two phones that read the same QR, one finds it unspent.
        enrolled = await run(
            "UPDATE device SET token_digest = {}, enrolled_at = {}, last_seen_at = {}, enrolment_used_at = {} "
            "WHERE enrolment_digest = {} AND enrolment_expires_at > {} AND revoked_at IS NULL "
            "AND (enrolment_used_at IS NULL OR token_digest = {}) RETURNING id",
            held,
            at,
            at,
            at,
            digest(enrolment),
            at,
            held,
        )
        if not enrolled:
            raise EnrolmentSpent
        work.record("device.enrolled", f"device:{enrolled[0]['id']}")
        work.after_commit(posts.forget)
    post = await posts.post_of(bearer)
    assert post is not None
    return post


async def revoke(device: UUID, *, by: Actor) -> None:
    """Take the right to scan away: the token and any open enrolment are worth nothing from now on.

    Raises:
        NotFound: there is no such device, or it was revoked before.
    """
    async with unit_of_work(by) as work:
        revoked = await run(
            "UPDATE device SET revoked_at = {}, enrolment_digest = NULL WHERE id = {} AND revoked_at IS NULL RETURNING name", now(), device
        )
        if not revoked:
            raise NotFound(N_("Không tìm thấy thiết bị này, hoặc nó đã bị thu hồi."))
        work.record("device.revoked", f"device:{device}", before={"name": revoked[0]["name"]})
        work.after_commit(posts.forget)
