"""Bringing a programme's file into an edition: all of it or nothing.

Sessions are recognised by our own uid (in exports of ours), then by what their source calls them. What a source named
once and names no more leaves the draft; published again, it is cancelled in calendars, and comes back under its uid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.accounts.queries import units_by_code
from app.accounts.units import UnitSpec, ensure_unit_kinds, ensure_units
from app.events.exchange.frab_writing import scheduled, shown
from app.events.exchange.merging import live, merged, moved
from app.events.exchange.programme_file import Entry, Key, Misread, ProgrammeFile, ZoneNeeded
from app.events.exchange.resolving import Catalogue, meaning_of
from app.events.programme import queries
from app.events.programme.drafts import load_drafts
from app.events.programme.editions import create_edition
from app.events.programme.model import Activity, EditionInfo, Session
from app.events.programme.places import ensure_venues
from app.events.programme.publishing import preview, publish_programme
from app.events.programme.queries import EditionView
from app.events.programme.terms import ensure_terms
from app.events.programme.writing import withdraw_activities, write_activities
from app.kernel.actor import Actor
from app.kernel.database import UnitOfWork, rows, run, run_many, unit_of_work
from app.kernel.ids import uuid7
from app.kernel.text import Text

_CHUNK = 400


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did, or would do. A frab file is counted by its events, our YAML by its activities.

    `new` counts what returned after it was gone, too; `moved` is part of `changed`: another time or another place.
    `outside` counts sessions of the file that start on none of the edition's `days`.
    `version` is the number it was published as, none where nothing was to be published.
    """

    edition: str
    new: int = 0
    changed: int = 0
    moved: int = 0
    gone: int = 0
    unchanged: int = 0
    returned: int = 0
    version: int | None = None
    edition_created: bool = False
    outside: int = 0
    days: tuple[date, date] | None = None

    def line(self) -> str:
        """The counts as the command prints them last."""
        return f"new {self.new}, changed {self.changed} (moved {self.moved}), gone {self.gone}, unchanged {self.unchanged}"


class _DryRun(Exception):
    """Carries the report out of the unit of work that it undoes."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


async def import_programme(
    file: ProgrammeFile,
    *,
    by: Actor,
    edition_slug: str | None = None,
    zone: str | None = None,
    publish: bool = False,
    allow_overlap: bool = False,
    dry_run: bool = False,
    note: str = "",
) -> ImportReport:
    """Make the draft of an edition say what the file says, and publish it if asked.

    An edition that does not exist is made from the file's own data, its slug from the acronym (or the year). `zone` is
    for files that do not state one; an edition that exists keeps its own. `dry_run` does everything and undoes it.

    Raises:
        ZoneNeeded: nobody knows the time zone.
        SlugUnusable: the edition would take an address that the server keeps for itself.
        Clash: publishing would double-book rooms; nothing is imported either.
    """
    try:
        async with unit_of_work(by) as work:
            report = await _import(work, file, by, edition_slug, zone, publish, allow_overlap, note)
            if dry_run:
                raise _DryRun(report)
    except _DryRun as undone:
        return undone.report
    return report


async def _import(
    work: UnitOfWork, file: ProgrammeFile, by: Actor, slug: str | None, zone: str | None, publish: bool, allow_overlap: bool, note: str
) -> ImportReport:
    edition, created = await _edition(file, slug, zone, by)
    # Whoever else edits or imports waits for this row, so that numbers and foreign ids are given once.
    await run("UPDATE edition SET revision = revision WHERE id = {}", edition.id)
    catalogue = await _catalogue(edition, file, by)
    drafts = [draft.activity for draft in await load_drafts(edition.id)]
    foreign = await _foreign_ids(edition.id, file.source)
    plan = _plan(file, catalogue, drafts, foreign, await _taken(file.uids))
    if any(activity.id not in plan.known for activity in plan.write):
        await _ensure_hosts(file, by)
    await write_activities(edition.id, plan.write, by=by, at=work.at)
    deleted = await withdraw_activities(plan.withdraw, at=work.at)
    await _name(edition.id, file.source, plan.named)
    report = msgspec.structs.replace(plan.report, edition=edition.slug, edition_created=created, **_outside(file, edition))
    if publish:
        report = msgspec.structs.replace(report, version=await _publish(edition, by, allow_overlap, note))
    counts = {"new": report.new, "changed": report.changed, "moved": report.moved, "gone": report.gone, "unchanged": report.unchanged}
    after = {"source": file.source, "deleted": len(deleted), **counts}
    work.record("programme.imported", f"edition:{edition.id}", after=after, note=note[:500])
    work.touch(f"drafts:{edition.slug}")
    return report


def _outside(file: ProgrammeFile, edition: EditionView) -> dict[str, Any]:
    first, last = edition.info.starts_on, edition.info.ends_on
    if first is None or last is None:
        return {}
    zone = ZoneInfo(edition.zone)
    starts = [one.starts_at for entry in file.entries for one in entry.activity.sessions if one.starts_at is not None]
    return {"outside": sum(not first <= at.astimezone(zone).date() <= last for at in starts), "days": (first, last)}


# --- the edition and what it offers ----------------------------------------------------------------------------------


async def _edition(file: ProgrammeFile, slug: str | None, zone: str | None, by: Actor) -> tuple[EditionView, bool]:
    info = file.edition
    wanted = slug or info.slug or (str(info.starts_on.year) if info.starts_on else "")
    if not wanted:
        raise Misread(1, "conference, acronym")
    if (found := await queries.edition(wanted)) is not None:
        return found, False
    if not (zone or info.zone):
        raise ZoneNeeded(file.offsets, edition=slug or "")
    made = EditionInfo(
        slug=wanted,
        name=info.name if info.name.vi else Text(wanted),
        theme=info.theme,
        locality=info.locality,
        zone=zone or info.zone,
        starts_on=info.starts_on,
        ends_on=info.ends_on or info.starts_on,
        main_day=info.main_day,
        accent=info.accent,
    )
    return await create_edition(made, by=by, bare=True), True


async def _catalogue(edition: EditionView, file: ProgrammeFile, by: Actor) -> Catalogue:
    meaning = meaning_of(file, edition.slug, await queries.terms(edition.id), await queries.venues(edition.id))
    await ensure_terms(edition.id, meaning.new_terms, by=by)
    await ensure_venues(edition.id, meaning.new_venues, by=by)
    if file.kind == "week":
        await ensure_unit_kinds([(kind.code, kind.name) for kind in file.unit_kinds], by=by)
        await ensure_units([UnitSpec(unit.code, unit.kind, unit.name, unit.parent or None) for unit in file.units], by=by)
    return Catalogue(meaning, await queries.terms(edition.id), await queries.venues(edition.id))


async def _ensure_hosts(file: ProgrammeFile, by: Actor) -> None:
    """The host that stands for a conference; a unit that has its code already keeps its own name."""
    if file.kind == "frab":
        known = await units_by_code([unit.code for unit in file.units])
        missing = [unit for unit in file.units if unit.code not in known]
        if missing:
            await ensure_unit_kinds([(kind.code, kind.name) for kind in file.unit_kinds], by=by)
            await ensure_units([UnitSpec(unit.code, unit.kind, unit.name) for unit in missing], by=by)


# --- foreign ids -----------------------------------------------------------------------------------------------------


async def _foreign_ids(edition: UUID, source: str) -> dict[Key, UUID]:
    found = await rows("SELECT guid, n, session FROM foreign_id WHERE edition = {} AND source = {}", edition, source)
    return {Key(one["guid"], one["n"]): one["session"] for one in found}


async def _taken(uids: Iterable[UUID]) -> set[UUID]:
    """Which of these uids some session of this installation has."""
    listed = list(uids)
    taken: set[UUID] = set()
    for start in range(0, len(listed), _CHUNK):
        taken |= (await queries.session_ids(listed[start : start + _CHUNK])).keys()
    return taken


async def _name(edition: UUID, source: str, named: Sequence[tuple[Key, UUID]]) -> None:
    await run_many(
        "INSERT INTO foreign_id (id, edition, source, guid, n, session) VALUES ({}, {}, {}, {}, {}, {}) "
        "ON CONFLICT (edition, source, guid, n) DO UPDATE SET session = excluded.session",
        [(uuid7(), edition, source, key.guid, key.n, uid) for key, uid in named],
    )


# --- the plan --------------------------------------------------------------------------------------------------------


class _Plan(NamedTuple):
    """What to write. `known` are the ids of activities that exist already."""

    write: list[Activity]
    withdraw: list[UUID]
    named: list[tuple[Key, UUID]]
    known: set[UUID]
    report: ImportReport


def _plan(file: ProgrammeFile, catalogue: Catalogue, drafts: Sequence[Activity], foreign: dict[Key, UUID], taken: set[UUID]) -> _Plan:
    """Compare the file with the draft. Pure but for the uids it gives to what is new."""
    planning = _Planning(file, catalogue, drafts, foreign, taken)
    for entry in file.entries:
        planning.entry(entry)
    planning.what_is_gone()
    return _Plan(planning.write, planning.withdraw, planning.named, set(planning.drafts), planning.report())


class _Planning:
    def __init__(
        self, file: ProgrammeFile, catalogue: Catalogue, drafts: Sequence[Activity], foreign: dict[Key, UUID], taken: set[UUID]
    ) -> None:
        self.file, self.catalogue, self.foreign = file, catalogue, foreign
        self.drafts = {activity.id: activity for activity in drafts}
        self.sessions = {session.uid: (activity, session) for activity in drafts for session in activity.sessions}
        self.used = set(taken)
        self.claimed: set[UUID] = set()
        listed = {key for entry in file.entries for key in entry.keys}
        self.unnamed = {uid for key, uid in foreign.items() if key not in listed}
        self.write: list[Activity] = []
        self.withdraw: list[UUID] = []
        self.named: list[tuple[Key, UUID]] = []
        self.counts = dict.fromkeys(("new", "changed", "moved", "gone", "unchanged", "returned"), 0)

    def report(self) -> ImportReport:
        return msgspec.structs.replace(ImportReport(""), **self.counts)

    def entry(self, entry: Entry) -> None:
        told = self.catalogue.resolved(entry.activity)
        known = self._known(entry)
        existing = next((self.sessions[session.uid][0] for session in known.values()), None)
        # Sessions of one activity here may belong to several there: the first decides, the others are new.
        if existing is not None:
            known = {nth: session for nth, session in known.items() if self.sessions[session.uid][0].id == existing.id}
        self.claimed |= {session.uid for session in known.values()}
        fresh = {nth: self._uid(told.sessions[nth], key) for nth, key in enumerate(entry.keys) if nth not in known}
        self.named += [(entry.keys[nth], uid) for nth, uid in fresh.items()]
        if existing is None:
            sessions = tuple(msgspec.structs.replace(session, uid=fresh[nth]) for nth, session in enumerate(told.sessions))
            self.write.append(msgspec.structs.replace(told, id=uuid7(), sessions=sessions))
            self._count("new", 1 if self.file.kind == "week" else len(entry.keys))
            return
        dropped = [session.uid for session in existing.sessions if session.uid in self.unnamed]
        after = merged(self.file.kind, existing, told, known, fresh, dropped)
        before = live(existing)
        if after != before or existing.gone:
            self.write.append(after)
        self._compare(existing, before, after, known, fresh)
        if self.file.kind == "week":
            # The entry is the whole activity: what it lacks is part of its change, not counted for itself.
            self.claimed |= {session.uid for session in existing.sessions}

    def _known(self, entry: Entry) -> dict[int, Session]:
        """Which sessions of the draft the entry's sessions are."""
        known: dict[int, Session] = {}
        for nth, (key, session) in enumerate(zip(entry.keys, entry.activity.sessions, strict=True)):
            candidates = [session.uid] if session.uid in self.file.uids else []
            candidates += [self.foreign[key]] if key in self.foreign else []
            for uid in candidates:
                if uid in self.sessions and uid not in self.claimed and all(uid != one.uid for one in known.values()):
                    known[nth] = self.sessions[uid][1]
                    break
        return known

    def _uid(self, session: Session, key: Key) -> UUID:
        """The uid of a session that is new here: the file's own if it is one of ours, the one it had, or a fresh one."""
        for uid in (session.uid if session.uid in self.file.uids else None, self.foreign.get(key)):
            if uid is not None and uid not in self.used and uid not in self.sessions:
                self.used.add(uid)
                return uid
        return uuid7()

    def _compare(self, existing: Activity, before: Activity, after: Activity, known: dict[int, Session], fresh: dict[int, UUID]) -> None:
        now = {session.uid: session for session in after.sessions}
        pairs = [(session, now[session.uid]) for session in known.values()]
        about = _without_sessions(before) != _without_sessions(after)
        if self.file.kind == "week":
            if existing.gone:
                self._count("new")
                self._count("returned")
            elif after == before:
                self._count("unchanged")
            else:
                self._count("changed")
                self._count("moved", any(moved(was, session) for was, session in pairs))
            return
        self._count("new", len(fresh))
        for was, session in pairs:
            if was.gone or existing.gone:
                self._count("new")
                self._count("returned")
            elif about or was != session:
                self._count("changed")
                self._count("moved", moved(was, session))
            else:
                self._count("unchanged")

    def what_is_gone(self) -> None:
        """Take out what the source named once and names no more."""
        written = {activity.id: activity for activity in self.write}
        for activity in self.drafts.values():
            gone = [session for session in activity.sessions if self._is_gone(activity, session)]
            if not gone:
                continue
            lost = {session.uid for session in gone}
            rest = [session for session in activity.sessions if not session.gone and session.uid not in lost]
            if activity.id not in written:
                if rest:
                    self.write.append(msgspec.structs.replace(activity, sessions=tuple(rest)))
                else:
                    self.withdraw.append(activity.id)
            self._count("gone", 1 if self.file.kind == "week" else len(gone))

    def _is_gone(self, activity: Activity, session: Session) -> bool:
        if session.uid not in self.unnamed or session.uid in self.claimed or session.gone or activity.gone:
            return False
        # An export of ours in this format never listed what is cancelled, undated or unlisted.
        return not (self.file.kind == "frab" and self.file.ours) or (shown(activity) and scheduled(activity, session))

    def _count(self, what: str, how_many: int = 1) -> None:
        self.counts[what] += how_many


def _without_sessions(activity: Activity) -> Activity:
    return msgspec.structs.replace(activity, sessions=(), gone=False)


# --- publishing ------------------------------------------------------------------------------------------------------


async def _publish(edition: EditionView, by: Actor, allow_overlap: bool, note: str) -> int | None:
    """Publish within this very import, so that a clash undoes it; importing what is published already is no error."""
    if (await preview(edition)).empty:
        return None
    version = await publish_programme(edition, by=by, allow_overlap=allow_overlap, note=note, joins=True)
    return version.number
