"""From a frab schedule to our programme. Pure.

Real files break their own schema: guids repeat or are no UUIDs, rooms change their names between two lines, events
after midnight stand under the evening before, texts are HTML. What can be understood is taken; what cannot names its line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.events.exchange.frab import GENERATOR, FrabEvent, FrabSchedule
from app.events.exchange.plain_text import plain, summary_and_description
from app.events.exchange.programme_file import (
    OTHER_TYPE,
    Codes,
    Entry,
    FileRoom,
    FileUnit,
    FileVenue,
    Key,
    Misread,
    Note,
    ProgrammeFile,
    ZoneNeeded,
    as_uuid_or_none,
    clean,
    clean_line,
    clean_url,
    printable,
    stand_in,
)
from app.events.programme.model import Activity, EditionInfo, Place, Session, Speaker, Term, UnitRef
from app.kernel.text import Text, slugify

_LARGEST_NUMBER = 2**31 - 1
_OTHER_UNIT_KIND = Term("khac", Text("Khác", "Other"))


def programme_of(schedule: FrabSchedule, *, zone: str = "") -> ProgrammeFile:
    """What this schedule says, as our programme. `zone` helps where the file gives times without an offset.

    Raises:
        Misread: an event's time or title cannot be understood; carries the line.
        ZoneNeeded: times without offset, and nobody says the zone.
    """
    return _Reading(schedule, zone).file()


class _Reading:
    """One schedule being read: what is shared between its events."""

    def __init__(self, schedule: FrabSchedule, zone: str) -> None:
        self.schedule = schedule
        self.ours = schedule.generator == GENERATOR
        self.acronym = slugify(schedule.acronym, longest=40) or slugify(schedule.title, longest=40)
        self.title = clean_line(schedule.title, 200) or self.acronym or "?"
        self.zone_name = schedule.zone if known_zone(schedule.zone) else ""
        self.zone = ZoneInfo(self.zone_name or zone) if self.zone_name or zone else None
        self.offsets: set[str] = set()
        self.notes: list[Note] = []
        self.host = UnitRef((self.acronym or "khac").upper(), Text(self.title))
        self.room_codes, self.type_codes, self.track_codes = Codes(), Codes(), Codes()
        self.slugs: set[str] = set()
        self.seen: defaultdict[str, int] = defaultdict(int)
        self.rooms: dict[str, FileRoom] = {}
        self.types: dict[str, Term] = {}
        self.tracks: dict[str, Term] = {}
        self.place = Place(self.acronym or "dia-diem", Text(clean_line(schedule.venue) or self.title), Text(clean_line(schedule.city)))

    def file(self) -> ProgrammeFile:
        if self.schedule.zone and not self.zone_name:
            self.notes.append(Note(self.schedule.line, f"time_zone_name {self.schedule.zone!r}"))
        for room in self.schedule.rooms:
            self._room(clean_line(room.name), guid=room.guid, capacity=room.capacity)
        entries = tuple(self._entry(events) for events in self._grouped())
        if not self.acronym and not entries:
            raise Misread(self.schedule.line or 1, "conference")
        return ProgrammeFile(
            kind="frab",
            # An export of ours is not the source it was once imported from, even under the same acronym.
            source=("ngayso:" if self.ours else "") + (clean_line(self.schedule.acronym, 100) or self.acronym or "frab"),
            edition=self._edition(entries),
            entries=entries,
            terms={"type": tuple(self.types.values()), "pillar": tuple(self.tracks.values())},
            unit_kinds=(_OTHER_UNIT_KIND,),
            units=(FileUnit(self.host.code, self.host.name, _OTHER_UNIT_KIND.code),),
            venues=(FileVenue(self.place, tuple(self.rooms.values())),) if self.rooms else (),
            ours=self.ours,
            uids=frozenset(s.uid for e in entries for s, key in zip(e.activity.sessions, e.keys, strict=True) if str(s.uid) == key.guid)
            if self.ours
            else frozenset(),
            offsets=frozenset(self.offsets),
            notes=tuple(self.notes),
        )

    def _grouped(self) -> list[list[FrabEvent]]:
        """The events of each activity. Elsewhere one event is one activity; our own exports say by `url` what belongs together."""
        if not self.ours:
            return [[event] for event in self.schedule.events]
        groups: dict[str, list[FrabEvent]] = {}
        for event in self.schedule.events:
            groups.setdefault(event.url.split("#", 1)[0] or f"guid:{event.guid}", []).append(event)
        return [sorted(events, key=_part) for events in groups.values()]

    def _entry(self, events: list[FrabEvent]) -> Entry:
        first = events[0]
        title = clean_line(first.title)
        if not printable(title):
            raise Misread(first.line, f"title {first.title!r}")
        sessions, keys = [], []
        for number, event in enumerate(events, start=1):
            key = self._key(event)
            starts_at, ends_at = self._times(event)
            uid = as_uuid_or_none(key.guid) if key.n == 1 else None
            part = _part(event) if self.ours else number
            place = self._place(event)
            sessions.append(Session(uid or stand_in(self.acronym, key.guid, key.n), part, starts_at, ends_at, place))
            keys.append(key)
        abstract, description = self._text(first.abstract), self._text(first.description)
        summary, description = (
            (abstract, description) if self.ours else summary_and_description(clean_line(first.subtitle), abstract, description)
        )
        track = clean_line(first.track)
        activity = Activity(
            id=stand_in("activity", self.acronym, keys[0].guid, keys[0].n),
            number=_number(first.id),
            slug=self._slug(first, title),
            title=Text(title),
            host=self.host,
            type=self._type(clean_line(first.type)),
            summary=Text(summary),
            description=Text(description),
            pillars=(self._track(track),) if track else (),
            sessions=tuple(sessions),
            speakers=self._speakers(first),
            links=tuple(dict.fromkeys(url for url in map(clean_url, first.links) if url)),
            language=clean_line(first.language, 35),
        )
        return Entry(activity, tuple(keys), first.line)

    def _key(self, event: FrabEvent) -> Key:
        guid = clean_line(event.guid, 200) or (f"id:{clean_line(event.id, 100)}" if event.id.strip() else "")
        if not guid:
            guid = f"title:{slugify(event.title, longest=180)}"
            self.notes.append(Note(event.line, "guid"))
        elif not event.guid.strip():
            self.notes.append(Note(event.line, "guid"))
        self.seen[guid] += 1
        if self.seen[guid] > 1:
            self.notes.append(Note(event.line, f"guid {guid} × {self.seen[guid]}"))
        return Key(guid, self.seen[guid])

    def _times(self, event: FrabEvent) -> tuple[datetime, datetime]:
        starts_at = self._start(event)
        minutes = _minutes(event.duration)
        if minutes >= 0:
            return starts_at, starts_at + timedelta(minutes=minutes)
        if event.end.strip() and (ends_at := self._instant(event.end, event.line)) >= starts_at:
            return starts_at, ends_at
        raise Misread(event.line, f"duration {event.duration!r}")

    def _start(self, event: FrabEvent) -> datetime:
        if event.date.strip() and len(event.date.strip()) > 10:
            return self._instant(event.date, event.line)
        # Only a clock time under a day: before the day's own start it belongs to the night after.
        try:
            on = date.fromisoformat((event.date or event.day).strip()[:10])
            at = time.fromisoformat(event.start.strip().zfill(5))
        except ValueError:
            raise Misread(event.line, f"date {event.date!r}, start {event.start!r}") from None
        opens = event.day_start.strip()
        if not event.date.strip() and len(opens) > 10 and at.isoformat() < opens[11:16]:
            on += timedelta(days=1)
        return self._instant(f"{on.isoformat()}T{at.isoformat()}", event.line)

    def _instant(self, value: str, line: int) -> datetime:
        try:
            instant = datetime.fromisoformat(value.strip())
        except ValueError:
            raise Misread(line, f"date {value!r}") from None
        if instant.tzinfo is None:
            if self.zone is None:
                raise ZoneNeeded(())
            instant = instant.replace(tzinfo=self.zone)
        else:
            self.offsets.add(instant.strftime("%z")[:3] + ":" + instant.strftime("%z")[3:5])
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            raise Misread(line, f"date {value!r}") from None

    def _place(self, event: FrabEvent) -> Place | None:
        name = clean_line(event.room)
        if not name:
            return None
        room = self._room(name)
        place = self.place
        return Place(place.venue_code, place.venue, place.address, room.code, room.name)

    def _room(self, name: str, *, guid: str = "", capacity: int | None = None) -> FileRoom:
        if name not in self.rooms:
            self.rooms[name] = FileRoom(self.room_codes.of(name, otherwise="phong"), Text(name), capacity, guid)
        return self.rooms[name]

    def _type(self, name: str) -> Term:
        if name.casefold() in ("", "khác", "other"):
            return self.types.setdefault("", OTHER_TYPE)
        if name not in self.types:
            self.types[name] = Term(self.type_codes.of(name, otherwise="loai"), Text(name))
        return self.types[name]

    def _track(self, name: str) -> Term:
        if name not in self.tracks:
            self.tracks[name] = Term(self.track_codes.of(name, otherwise="tru-cot"), Text(name))
        return self.tracks[name]

    def _text(self, value: str) -> str:
        return clean(value) if self.ours else plain(value)

    def _speakers(self, event: FrabEvent) -> tuple[Speaker, ...]:
        named = (Speaker(clean_line(person.name), foreign_id=clean_line(person.id, 100)) for person in event.persons)
        return tuple(dict.fromkeys(speaker for speaker in named if printable(speaker.name)))

    def _slug(self, event: FrabEvent, title: str) -> str:
        base = slugify(title) or "hoat-dong"
        if self.ours and (own := slugify(event.url.split("#", 1)[0].rstrip("/").rsplit("/", 1)[-1], longest=100)):
            base = own
        slug, n = base, 1
        while slug in self.slugs:
            n += 1
            slug = f"{base}-{n}"
        self.slugs.add(slug)
        return slug

    def _edition(self, entries: tuple[Entry, ...]) -> EditionInfo:
        days = [day for day in (_day(day.date) for day in self.schedule.days) if day]
        instants = [session.starts_at for entry in entries for session in entry.activity.sessions if session.starts_at]
        zone = self.zone or UTC
        days += [] if days else [instant.astimezone(zone).date() for instant in instants]
        starts_on = _day(self.schedule.start) or min(days, default=None)
        ends_on = _day(self.schedule.end) or max(days, default=None)
        if starts_on and ends_on and ends_on < starts_on:
            starts_on, ends_on = ends_on, starts_on
        return EditionInfo(
            slug=self.acronym,
            name=Text(self.title),
            locality=Text(clean_line(self.schedule.city, 200)),
            zone=self.zone_name,
            starts_on=starts_on,
            ends_on=ends_on,
            accent=self.schedule.color if re.fullmatch(r"#[0-9a-fA-F]{6}", self.schedule.color) else "",
        )


def known_zone(name: str) -> bool:
    """Whether this is the IANA name of a zone."""
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _part(event: FrabEvent) -> int:
    """Which session of its activity an event of ours is: `…/activities/x#2` is the second."""
    part = event.url.partition("#")[2]
    return int(part) if part.isascii() and part.isdigit() and 0 < len(part) < 5 else 1


def _minutes(duration: str) -> int:
    """Whole minutes of `1:30`, `01:30` or `01:30:00`; -1 where it is none of these."""
    found = re.fullmatch(r"(\d{1,4}):([0-5]?\d)(?::[0-5]?\d)?", duration.strip())
    return int(found[1]) * 60 + int(found[2]) if found else -1


def _number(value: str) -> int:
    text = value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) <= _LARGEST_NUMBER else 0


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None
