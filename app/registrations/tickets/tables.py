"""Registrations, tickets, consents and the count of places taken.

What the database holds by itself (partial unique indexes, checks) stands in `migrations/registrations`.
"""

from __future__ import annotations

from enum import StrEnum

from piccolo.table import Table

from app.events.programme.tables import Activity, Edition
from app.kernel.columns import boolean, fk, instant, integer, key, key_fk, long_text, optional_fk, optional_instant, text


class RegistrationState(StrEnum):
    """Where a registration stands. `pending` and `confirmed` are live: they hold the contact's one registration."""

    pending = "pending"
    confirmed = "confirmed"
    declined = "declined"
    cancelled = "cancelled"


class TicketState(StrEnum):
    """Whether a ticket admits. `cancelled` follows its registration, `revoked` is an organiser's word about this ticket."""

    valid = "valid"
    revoked = "revoked"
    cancelled = "cancelled"


class TicketKind(StrEnum):
    """As whom somebody comes; the gate shows it as a chip."""

    public = "public"
    invited = "invited"
    press = "press"
    staff = "staff"


class PurposeKind(StrEnum):
    """On what ground data are used: needed for the registration itself, by consent, or a notice that asks nothing."""

    necessary = "necessary"
    consent = "consent"
    notice = "notice"


class Purpose(Table, tablename="purpose"):
    """One wording of one purpose for which personal data are used. Never edited: a new wording is a new version.

    `edition` none: every edition's, unless that edition has the purpose in words of its own. A consent names the
    version it was given to.
    """

    id = key()
    edition = optional_fk(Edition)
    code = text(40)
    version = integer()
    kind = text(10, choices=PurposeKind)
    title_vi = text(300)
    title_en = text(300)
    body_vi = long_text()
    body_en = long_text()
    position = integer(default=0)
    retired = boolean(default=False)


class Places(Table, tablename="places"):
    """How many places of one activity are taken. The limit is the activity's own capacity, read live.

    Only `tickets.capacity` writes it, with one conditional statement, so nobody counts rows in a race.
    """

    activity = key_fk(Activity)
    taken = integer(default=0)


class Registration(Table, tablename="registration"):
    """One person's wish to take part in one activity, and what became of it.

    `email` is casefolded, `phone` E.164; either may be empty, not both. While it is live, nobody else with the same
    contact and folded name can register for the activity (partial unique indexes); a family may share a phone.
    `nonce` marks one filled-in form, so that sending it twice makes one registration. Raising `token_version`
    closes every link that was sent out before.
    """

    id = key()
    activity = fk(Activity)
    name = text(120)
    folded_name = text(240)
    organisation = text(200, default="")
    email = text(254, default="")
    phone = text(20, default="")
    language = text(2, default="vi")
    kind = text(10, choices=TicketKind, default="public")
    state = text(10, choices=RegistrationState)
    nonce = text(64, unique=True)
    search_text = text(700)
    sort_text = text(400)
    created_at = instant()
    decided_at = optional_instant()
    cancelled_at = optional_instant()
    revision = integer(default=1)
    token_version = integer(default=1)


class Ticket(Table, tablename="ticket"):
    """One code that admits one person to one activity. `changed_at`: when a gate last had something new to learn about it."""

    id = key()
    registration = fk(Registration)
    activity = fk(Activity)
    holder = text(120)
    kind = text(10, choices=TicketKind, default="public")
    code = text(29, unique=True)
    state = text(10, choices=TicketState, default="valid")
    issued_at = instant()
    changed_at = instant()


class Consent(Table, tablename="consent"):
    """One yes or no to one purpose, as it was given. Append-only: what counts is the latest of each purpose.

    `version` and `language` say which wording the person read; `source` where: the form, their own page, the API, a desk.
    """

    id = key()
    registration = fk(Registration)
    purpose = text(40)
    given = boolean()
    version = integer()
    language = text(2)
    source = text(10)
    at = instant()


class HolderNotice(Table, tablename="holder_notice"):
    """One change of one activity that its holders are told of by mail. Written by the publication, worked off behind it.

    `reached` is the id of the last registration whose mail is in the outbox, empty at first: it moves in the same
    transaction as the mails, so a crash repeats nobody and forgets nobody.
    """

    id = key()
    activity = fk(Activity)
    version = integer()
    reached = text(36, default="")
    created_at = instant()
    done_at = optional_instant()


TABLES: tuple[type[Table], ...] = (Purpose, Places, Registration, Ticket, Consent, HolderNotice)
