"""Our own YAML: a whole week that people can write and review. Pure. `sample/README.md` describes the format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.events.exchange import yaml_values as take
from app.events.exchange.frab_reading import known_zone
from app.events.exchange.programme_file import (
    SHORT,
    Entry,
    FileRoom,
    FileUnit,
    FileVenue,
    Key,
    Misread,
    Note,
    ProgrammeFile,
    clean_line,
    clean_url,
    printable,
    stand_in,
)
from app.events.exchange.yaml_lines import Item, read_yaml
from app.events.programme.model import (
    Activity,
    ActivityStatus,
    AgendaItem,
    EditionInfo,
    Mode,
    Place,
    RegistrationKind,
    Session,
    SessionStatus,
    Site,
    Speaker,
    Term,
    UnitRef,
)
from app.kernel.clock import VIETNAM
from app.kernel.text import Text, slugify

SOURCE: Final = "week"
"""Where foreign ids of this format come from: the ids of its activities."""

TAXONOMIES: Final = {
    "pillars": "pillar",
    "emulation_content": "content",
    "audience": "audience",
    "type": "type",
    "accessibility": "accessibility",
}
"""What the file calls each taxonomy, and what we call it."""

_KNOWN = frozenset(
    (
        "id",
        "number",
        "slug",
        "uid",
        "type",
        "title",
        "summary",
        "description",
        "host_unit",
        "co_hosts",
        "venue",
        "room",
        "day",
        "start",
        "end",
        "mode",
        "capacity",
        "registration",
        "audience",
        "pillars",
        "emulation_content",
        "accessibility",
        "status",
        "change_reason",
        "changed_at",
        "allow_overlap",
        "unlisted",
        "sessions",
        "agenda",
        "speakers",
        "satellite_sites",
        "links",
        "language",
        "prev_start",
        "prev_end",
        "prev_venue",
        "prev_room",
    )
)


def read_week_yaml(data: bytes, *, zone: str = "") -> ProgrammeFile:
    """What the file says. Without a zone of its own, or one that is asked for, it speaks of Vietnam's hours.

    Raises:
        Broken, Misread: with the line.
        TooLarge
    """
    return _Reading(read_yaml(data), zone or VIETNAM.key).file()


class _Reading:
    """One document being read: the codes that its activities refer to."""

    def __init__(self, root: Item, zone: str) -> None:
        self.root = root
        self.notes: list[Note] = []
        self.uids: set[UUID] = set()
        self.edition = self._edition(root.get("meta"), zone)
        self.zone = ZoneInfo(self.edition.zone)
        enums = root.get("enums")
        self.terms = {ours: self._terms(enums, name) for name, ours in TAXONOMIES.items()}
        self.unit_kinds = tuple(self._terms(enums, "unit_kind").values())
        self.units = {unit.code: unit for unit in map(self._unit, root.each("units"))}
        self.venues = {venue.place.venue_code: venue for venue in map(self._venue, root.each("venues"))}

    def file(self) -> ProgrammeFile:
        entries: list[Entry] = []
        ids: set[str] = set()
        numbers: set[int] = set()
        self.root.need("activities")
        for item in self.root.each("activities"):
            entry = self._entry(item)
            identity = item.need("id").string()
            if identity in ids:
                raise Misread(item.line, f"id {identity} × 2")
            if entry.activity.number and entry.activity.number in numbers:
                raise Misread(item.line, f"number {entry.activity.number} × 2")
            ids.add(identity)
            numbers.add(entry.activity.number)
            entries.append(entry)
        return ProgrammeFile(
            kind="week",
            source=SOURCE,
            edition=self._with_days(entries),
            entries=tuple(entries),
            terms={taxonomy: tuple(terms.values()) for taxonomy, terms in self.terms.items()},
            unit_kinds=self.unit_kinds,
            units=tuple(self.units.values()),
            venues=tuple(self.venues.values()),
            ours=True,
            uids=frozenset(self.uids),
            notes=tuple(self.notes),
        )

    # --- what everything refers to -----------------------------------------------------------------------------------

    def _edition(self, meta: Item | None, otherwise: str) -> EditionInfo:
        if meta is None:
            return EditionInfo("", Text(""), zone=otherwise)
        zone = meta.get("timezone")
        if zone is not None and not known_zone(zone.string()):
            raise zone.wrong()
        starts_on, main_day = take.day(meta.get("week_start")), take.day(meta.get("main_day"))
        ends_on = take.day(meta.get("week_end")) or (starts_on + timedelta(days=6) if starts_on else None)
        name = take.both(meta.get("name"), 200) or Text(clean_line(meta.read("dataset"), 200))
        year = main_day or starts_on
        accent = meta.get("accent")
        if accent is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", accent.string()):
            raise accent.wrong()
        return EditionInfo(
            slug=slugify(meta.read("edition"), longest=40) or (str(year.year) if year else ""),
            name=name,
            theme=take.both(meta.get("theme"), 300) or Text(""),
            locality=take.both(meta.get("locality") or meta.get("city"), 200) or Text(""),
            zone=zone.string() if zone is not None else otherwise,
            starts_on=starts_on,
            ends_on=ends_on,
            main_day=main_day,
            accent=accent.string() if accent is not None else "",
        )

    def _with_days(self, entries: Sequence[Entry]) -> EditionInfo:
        """The edition; without days of its own it has those of its activities."""
        if self.edition.starts_on is not None:
            return self.edition
        days = [s.starts_at.astimezone(self.zone).date() for entry in entries for s in entry.activity.sessions if s.starts_at]
        return msgspec.structs.replace(self.edition, starts_on=min(days, default=None), ends_on=max(days, default=None))

    def _terms(self, enums: Item | None, name: str) -> dict[str, Term]:
        terms = {}
        for item in enums.each(name) if enums is not None else ():
            code = take.code(item.need("code"))
            terms[code] = Term(code, take.required(item))
        return terms

    def _unit(self, item: Item) -> FileUnit:
        code = clean_line(item.need("code").string(), 40)
        return FileUnit(code, take.required(item), clean_line(item.read("kind"), 40) or "khac", clean_line(item.read("parent"), 40))

    def _venue(self, item: Item) -> FileVenue:
        location = item.get("location")
        place = Place(
            take.code(item.need("id")),
            take.both(item.need("name"), 300) or take.refuse(item.need("name")),
            take.both(item.get("address"), 400) or Text(""),
            latitude=take.degrees(location, "lat", 90),
            longitude=take.degrees(location, "lon", 180),
            url=clean_url(item.read("url"))[:500],
        )
        rooms = tuple(
            FileRoom(take.code(room.need("id")), take.required(room), take.whole(room.get("capacity"))) for room in item.each("rooms")
        )
        return FileVenue(place, rooms)

    # --- activities --------------------------------------------------------------------------------------------------

    def _entry(self, item: Item) -> Entry:
        identity = clean_line(item.need("id").string(), SHORT)
        for name, field in item.mapping().items():
            if name not in _KNOWN:
                self.notes.append(Note(field.line, name))
        title = take.both(item.need("title"), 300) or take.refuse(item.need("title"))
        if not printable(title.vi):
            raise item.need("title").wrong()
        sessions = self._sessions(item, identity)
        number = item.get("number")
        activity = Activity(
            id=stand_in("activity", SOURCE, identity),
            number=(take.whole(number, least=1) or 0) if number is not None else take.digits(identity),
            slug=slugify(item.read("slug"), longest=100) or slugify(title.vi) or "hoat-dong",
            title=title,
            host=self._unit_ref(item.need("host_unit")),
            type=self._term("type", item.need("type")),
            summary=take.both(item.get("summary"), lines=True) or Text(""),
            description=take.both(item.get("description"), lines=True) or Text(""),
            co_hosts=tuple(dict.fromkeys(self._unit_ref(unit) for unit in item.each("co_hosts"))),
            pillars=self._listed(item, "pillars"),
            contents=self._listed(item, "emulation_content"),
            audiences=self._listed(item, "audience"),
            accessibility=self._listed(item, "accessibility"),
            mode=take.one_of(item.get("mode"), Mode, "onsite"),
            capacity=take.whole(item.get("capacity")),
            registration=take.one_of(item.get("registration"), RegistrationKind, "none"),
            status=take.one_of(item.get("status"), ActivityStatus, "confirmed"),
            change_reason=take.both(item.get("change_reason"), 600) or Text(""),
            changed_at=self._instant(item.get("changed_at")),
            allow_overlap=take.flag(item.get("allow_overlap")),
            unlisted=take.flag(item.get("unlisted")),
            sessions=sessions,
            agenda=self._agenda(item, sessions),
            speakers=tuple(self._speaker(speaker) for speaker in item.each("speakers")),
            links=tuple(dict.fromkeys(clean_url(link.string()) or take.refuse(link) for link in item.each("links"))),
            language=clean_line(item.read("language"), 35),
        )
        return Entry(activity, tuple(Key(identity, n) for n in range(1, len(sessions) + 1)), item.line)

    def _sessions(self, item: Item, identity: str) -> tuple[Session, ...]:
        """Each of `sessions`, which inherits place and sites; without them the activity itself says when and where."""
        listed = list(item.each("sessions"))
        sessions = [self._session(part, item, identity, n) for n, part in enumerate(listed or [item], start=1)]
        numbers = [session.number for session in sessions]
        if len(set(numbers)) < len(numbers):
            raise Misread(item.line, f"sessions: number {numbers}")
        return tuple(sessions)

    def _session(self, part: Item, item: Item, identity: str, n: int) -> Session:
        starts_at, ends_at = self._instant(part.get("start")), self._instant(part.get("end"))
        if starts_at is None:
            ends_at = None
        elif ends_at is None or ends_at < starts_at:
            raise (part.get("end") or part.need("start")).wrong()
        uid = take.uuid(part.get("uid"))
        if uid is not None:
            if uid in self.uids:
                raise part.need("uid").wrong()
            self.uids.add(uid)
        own_place = part is item or part.get("venue") is not None
        sites = part if part.get("satellite_sites") is not None else item
        before, until = self._instant(part.get("prev_start")), self._instant(part.get("prev_end"))
        return Session(
            uid=uid or stand_in(SOURCE, identity, n),
            number=n if part is item else (take.whole(part.get("number"), least=1) or n),
            starts_at=starts_at,
            ends_at=ends_at,
            place=self._place(part if own_place else item, "venue", "room"),
            status="confirmed" if part is item else take.one_of(part.get("status"), SessionStatus, "confirmed"),
            previous_starts_at=before,
            previous_ends_at=until if before is not None else None,
            previous_place=self._place(part, "prev_venue", "prev_room"),
            sites=tuple(self._site(site) for site in sites.each("satellite_sites")),
        )

    def _place(self, item: Item, venue_field: str, room_field: str) -> Place | None:
        named, room_named = item.get(venue_field), item.get(room_field)
        if named is None:
            if room_named is not None:
                raise room_named.wrong()
            return None
        venue = self.venues.get(named.string())
        if venue is None:
            raise named.wrong()
        if room_named is None:
            return venue.place
        room = next((room for room in venue.rooms if room.code == room_named.string()), None)
        if room is None:
            raise room_named.wrong()
        return msgspec.structs.replace(venue.place, room_code=room.code, room=room.name)

    def _site(self, item: Item) -> Site:
        if item.text is not None:
            return Site(self._unit_ref(item))
        return Site(self._unit_ref(item.need("unit")), self._place(item, "venue", "room"), take.whole(item.get("capacity")))

    def _agenda(self, item: Item, sessions: tuple[Session, ...]) -> tuple[AgendaItem, ...]:
        """Clock times belong to the day of the first session; a full instant may stand in their place."""
        start = min((session.starts_at for session in sessions if session.starts_at), default=None)
        lines = []
        for line in item.each("agenda"):
            at = line.need("at")
            clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at.string())
            if clock is not None:
                if start is None:
                    raise at.wrong()
                day = start.astimezone(self.zone).date()
                starts_at = datetime.combine(day, time(int(clock[1]), int(clock[2])), self.zone).astimezone(UTC)
            else:
                starts_at = self._instant(at) or take.refuse(at)
            lines.append(AgendaItem(starts_at, take.whole(line.get("min")) or 0, take.required(line, 500)))
        return tuple(lines)

    def _speaker(self, item: Item) -> Speaker:
        unit = item.get("unit")
        name = clean_line(item.need("name").string())
        if not printable(name):
            raise item.need("name").wrong()
        if unit is not None and unit.text is not None and unit.text in self.units:
            unit_name = self.units[unit.text].name
        else:
            unit_name = take.both(unit, 300) or Text("")
        return Speaker(
            name=name,
            title=clean_line(item.read("title"), 100),
            post=take.both(item.get("post"), 300) or Text(""),
            unit=unit_name,
            foreign_id=clean_line(item.read("id"), 120),
        )

    def _unit_ref(self, item: Item) -> UnitRef:
        unit = self.units.get(item.string())
        if unit is None:
            raise item.wrong()
        return UnitRef(unit.code, unit.name)

    def _term(self, taxonomy: str, item: Item) -> Term:
        term = self.terms[taxonomy].get(item.string())
        if term is None:
            raise item.wrong()
        return term

    def _listed(self, item: Item, name: str) -> tuple[Term, ...]:
        return tuple(dict.fromkeys(self._term(TAXONOMIES[name], one) for one in item.each(name)))

    def _instant(self, item: Item | None) -> datetime | None:
        if item is None:
            return None
        try:
            instant = datetime.fromisoformat(item.string())
            if len(item.string()) <= 10:
                raise item.wrong()
            return (instant if instant.tzinfo else instant.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise item.wrong() from None
