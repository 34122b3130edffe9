"""What one person holds: a registration with its tickets and the activity as published. Pure; the link to it is signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from app.events.programme.model import Activity, EditionInfo
from app.kernel.signing import sign, unsign
from app.registrations.tickets.tables import RegistrationState, TicketKind, TicketState

_PURPOSE = "ticket"


class TicketView(msgspec.Struct, frozen=True):
    """One ticket as its holder sees it."""

    id: UUID
    holder: str
    kind: TicketKind
    code: str
    state: TicketState


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One registration for its holder. Tickets appear once it is confirmed and stay visible after a cancellation."""

    id: UUID
    edition_id: UUID
    edition: EditionInfo
    activity: Activity
    name: str
    organisation: str
    email: str
    phone: str
    language: str
    kind: TicketKind
    state: RegistrationState
    created_at: datetime
    cancelled_at: datetime | None = None
    revision: int = 1
    token_version: int = 1
    tickets: tuple[TicketView, ...] = ()

    @property
    def activity_id(self) -> UUID:
        """The activity's id."""
        return self.activity.id

    @property
    def token(self) -> str:
        """What the link to it carries: it manages, where the code in the QR only admits."""
        return token_of(self.id, self.token_version)

    @property
    def is_live(self) -> bool:
        """Whether it is still wanted: waiting or confirmed."""
        return self.state in (RegistrationState.pending, RegistrationState.confirmed)

    @property
    def ticket(self) -> TicketView | None:
        """The ticket to show: a valid one before others."""
        return next((t for t in self.tickets if t.state == TicketState.valid), self.tickets[-1] if self.tickets else None)


def token_of(registration: UUID, version: int) -> str:
    """The signed token of a registration; it can be made again at any time, so a link can be sent again."""
    return sign(_PURPOSE, registration.bytes + version.to_bytes(2, "big"))


def read_token(token: str) -> tuple[UUID, int] | None:
    """The registration and link version of a token that we signed, else none."""
    payload = unsign(_PURPOSE, token)
    if payload is None or len(payload) != 18:
        return None
    return UUID(bytes=payload[:16]), int.from_bytes(payload[16:], "big")
