"""Reads of the tickets room, one for each screen. Activities are read as published; places and states live."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from app.events.programme.model import Activity, EditionInfo, RegistrationKind
from app.events.programme.published import published
from app.kernel.database import Row, row, rows
from app.kernel.text import Text, fold
from app.registrations.tickets.codes import has_code_shape, normalise
from app.registrations.tickets.contact import shown_phone
from app.registrations.tickets.holding import Holding, TicketView, read_token
from app.registrations.tickets.offer import Offer
from app.registrations.tickets.tables import RegistrationState, TicketKind, TicketState

PAGE = 100
"""Registrations on one page of the organisers' list."""

_LIVE = """
SELECT a.capacity, a.registration, COALESCE(p.taken, 0) AS taken FROM activity a LEFT JOIN places p ON p.activity = a.id WHERE a.id = {}
"""
_HELD = """
SELECT r.id, r.activity, r.name, r.organisation, r.email, r.phone, r.language, r.kind, r.state, r.created_at, r.cancelled_at, r.revision,
       r.token_version, e.slug
FROM registration r JOIN activity a ON a.id = r.activity JOIN edition e ON e.id = a.edition
"""
_REGISTRATION = _HELD + "WHERE r.id = {}"
_HOLDERS = _HELD + "WHERE r.activity = {} AND r.id > {} AND r.state IN ('pending', 'confirmed') AND r.email <> '' ORDER BY r.id LIMIT {}"
_TICKETS = "SELECT id, holder, kind, code, state FROM ticket WHERE registration = {} ORDER BY issued_at, id"
_SEATS = """
SELECT a.id, a.capacity, COALESCE(p.taken, 0) AS taken FROM activity a JOIN edition e ON e.id = a.edition
LEFT JOIN places p ON p.activity = a.id
WHERE e.slug = {} AND a.published_at IS NOT NULL AND a.registration IN ('open', 'approval')
"""
_SUMMARIES = """
SELECT a.id, a.slug, a.title_vi, a.title_en, a.registration, a.capacity, COALESCE(p.taken, 0) AS taken,
       COALESCE(c.pending, 0) AS pending, COALESCE(c.confirmed, 0) AS confirmed, COALESCE(c.cancelled, 0) AS cancelled
FROM activity a
LEFT JOIN places p ON p.activity = a.id
LEFT JOIN (
    SELECT activity, SUM(CASE WHEN state = 'pending' THEN 1 ELSE 0 END) AS pending,
           SUM(CASE WHEN state = 'confirmed' THEN 1 ELSE 0 END) AS confirmed,
           SUM(CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END) AS cancelled
    FROM registration GROUP BY activity
) c ON c.activity = a.id
WHERE a.edition = {} AND a.published_at IS NOT NULL AND (a.registration IN ('open', 'approval') OR c.activity IS NOT NULL)
ORDER BY a.number
"""
_PENDING = """
SELECT a.edition, COUNT(*) AS n FROM registration r JOIN activity a ON a.id = r.activity WHERE r.state = 'pending' GROUP BY a.edition
"""
_LIST_COLUMNS = """
r.id, r.activity, r.name, r.organisation, r.email, r.phone, r.language, r.kind, r.state, r.created_at, r.cancelled_at,
a.slug, a.title_vi, a.title_en, t.code, t.state AS ticket_state
"""
_LIST_FROM = """
FROM registration r
JOIN activity a ON a.id = r.activity
LEFT JOIN ticket t ON t.registration = r.id
"""


class Seats(msgspec.Struct, frozen=True):
    """How full one activity is at this moment."""

    capacity: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """Places left; none where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)


class Summary(msgspec.Struct, frozen=True):
    """One activity in the organisers' overview."""

    id: UUID
    slug: str
    title: Text
    registration: RegistrationKind
    capacity: int | None
    taken: int
    pending: int
    confirmed: int
    cancelled: int


class Listed(msgspec.Struct, frozen=True):
    """One registration in the organisers' list."""

    id: UUID
    activity: UUID
    slug: str
    title: Text
    name: str
    organisation: str
    email: str
    phone: str
    language: str
    kind: TicketKind
    state: RegistrationState
    created_at: datetime
    cancelled_at: datetime | None
    code: str
    ticket_state: str

    @property
    def shown_phone(self) -> str:
        """The number as people write it."""
        return shown_phone(self.phone)


class Page(msgspec.Struct, frozen=True):
    """One page of a list and how many there are in all."""

    items: list[Listed]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(-(-self.total // PAGE), 1)


async def offer(edition_slug: str, slug: str) -> Offer | None:
    """What a published activity offers; none when it is not published under this address."""
    week = await published(edition_slug)
    revision = week.by_slug.get(slug) if week else None
    if week is None or revision is None:
        return None
    live = await row(_LIVE, revision.activity.id)
    if live is None:
        return None
    return Offer(week.edition_id, week.edition, revision.activity, live["registration"], live["capacity"], live["taken"])


async def holding(registration: UUID) -> Holding | None:
    """One registration with its tickets and its activity as published now. Never inside a unit of work: it waits for others."""
    found = await row(_REGISTRATION, registration)
    week = await published(found["slug"]) if found else None
    revision = week.by_id.get(found["activity"]) if found and week else None
    if found is None or week is None or revision is None:
        return None
    tickets = await rows(_TICKETS, registration)
    return _held(found, week.edition_id, week.edition, revision.activity, tickets)


async def holders(activity: UUID, *, after: UUID, most: int) -> list[Holding]:
    """The next of those with a live registration and an e-mail address, by id; without their tickets."""
    found = await rows(_HOLDERS, activity, after, most)
    week = await published(found[0]["slug"]) if found else None
    revision = week.by_id.get(activity) if week else None
    if week is None or revision is None:
        return []
    return [_held(one, week.edition_id, week.edition, revision.activity, []) for one in found]


def _held(found: Row, edition_id: UUID, edition: EditionInfo, activity: Activity, tickets: list[Row]) -> Holding:
    return Holding(
        id=found["id"],
        edition_id=edition_id,
        edition=edition,
        activity=activity,
        name=found["name"],
        organisation=found["organisation"],
        email=found["email"],
        phone=found["phone"],
        language=found["language"],
        kind=TicketKind(found["kind"]),
        state=RegistrationState(found["state"]),
        created_at=found["created_at"],
        cancelled_at=found["cancelled_at"],
        revision=found["revision"],
        token_version=found["token_version"],
        tickets=tuple(TicketView(t["id"], t["holder"], TicketKind(t["kind"]), t["code"], TicketState(t["state"])) for t in tickets),
    )


async def holding_by_token(token: str) -> Holding | None:
    """What a link leads to; none for a made-up, foreign or withdrawn token, which all look alike."""
    named = read_token(token)
    if named is None:
        return None
    held = await holding(named[0])
    return held if held is not None and held.token_version == named[1] else None


async def seats(edition_slug: str) -> dict[UUID, Seats]:
    """How full every activity of an edition is that takes registrations, by the activity's id. One statement."""
    return {found["id"]: Seats(found["capacity"], found["taken"]) for found in await rows(_SEATS, edition_slug)}


async def summaries(edition: UUID) -> list[Summary]:
    """The activities of an edition that take or have registrations, with their counts."""
    return [
        Summary(
            found["id"],
            found["slug"],
            Text(found["title_vi"], found["title_en"]),
            found["registration"],
            found["capacity"],
            found["taken"],
            int(found["pending"]),
            int(found["confirmed"]),
            int(found["cancelled"]),
        )
        for found in await rows(_SUMMARIES, edition)
    ]


async def pending() -> list[tuple[UUID, int]]:
    """Editions in which registrations wait for a decision, and how many."""
    return [(found["edition"], int(found["n"])) for found in await rows(_PENDING)]


async def listing(edition: UUID, *, activity: UUID | None = None, state: str = "", q: str = "", page: int = 1) -> Page:
    """Registrations in the order of given names. `q` is looked for in names, contacts and organisations; a ticket code finds its own."""
    where, args = _conditions(edition, activity, state, q)
    counted = f"SELECT COUNT(*) AS n FROM registration r JOIN activity a ON a.id = r.activity WHERE {where}"
    total = await row(counted, *args)
    items = await rows(
        f"SELECT {_LIST_COLUMNS} {_LIST_FROM} WHERE {where} ORDER BY r.sort_text, r.id LIMIT {PAGE} OFFSET {(page - 1) * PAGE}", *args
    )
    return Page([_listed(item) for item in items], int(total["n"]) if total else 0, page)


async def everybody(activity: UUID) -> list[Listed]:
    """All registrations of one activity, for an export."""
    return [
        _listed(item)
        for item in await rows(f"SELECT {_LIST_COLUMNS} {_LIST_FROM} WHERE r.activity = {{}} ORDER BY r.sort_text, r.id", activity)
    ]


def _conditions(edition: UUID, activity: UUID | None, state: str, q: str) -> tuple[str, list[object]]:
    parts: list[str] = ["a.edition = {}"]
    args: list[object] = [edition]
    if activity is not None:
        parts.append("r.activity = {}")
        args.append(activity)
    if state:
        parts.append("r.state = {}")
        args.append(state)
    code = normalise(q)
    if has_code_shape(code):
        parts.append("r.id IN (SELECT registration FROM ticket WHERE code = {})")
        args.append(code)
    else:
        for word in fold(q).split()[:6]:
            parts.append("r.search_text LIKE {} ESCAPE '!'")
            args.append("%" + word.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%")
    return " AND ".join(parts), args


def _listed(found: Row) -> Listed:
    return msgspec.convert(
        {
            **{
                name: found[name]
                for name in ("id", "activity", "slug", "name", "organisation", "email", "phone", "language", "kind", "state")
            },
            "title": {"vi": found["title_vi"], "en": found["title_en"]},
            "created_at": found["created_at"],
            "cancelled_at": found["cancelled_at"],
            "code": found["code"] or "",
            "ticket_state": found["ticket_state"] or "",
        },
        Listed,
    )
