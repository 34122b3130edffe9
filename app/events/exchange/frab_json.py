"""`schedule.json`: bytes to a `FrabSchedule` and back. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from app.events.exchange.frab import GENERATOR, FrabDay, FrabEvent, FrabPerson, FrabRoom, FrabSchedule, FrabTrack
from app.events.exchange.frab_xml import TooLarge
from app.events.exchange.programme_file import LARGEST, Broken, Misread

_MOST_EVENTS = 20_000


def read_frab_json(data: bytes) -> FrabSchedule:
    """What the file says, as it stands.

    Raises:
        Broken: no JSON; carries the line.
        Misread: it is JSON, but no schedule.
        TooLarge
    """
    if len(data) > LARGEST:
        raise TooLarge
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Broken(data.count(b"\n", 0, fault.start) + 1, "UTF-8") from None
    try:
        document = json.loads(text)
    except json.JSONDecodeError as fault:
        raise Broken(fault.lineno, fault.msg) from None
    except (RecursionError, ValueError) as fault:
        raise Broken(1, type(fault).__name__) from None
    return _Reading(text, document).schedule()


class _Reading:
    """One document being read. JSON keeps no lines, so they are looked up by what is unique in them."""

    def __init__(self, text: str, document: Any) -> None:
        self.text = text
        self.document = document

    def schedule(self) -> FrabSchedule:
        root = _object(self.document)
        schedule = _object(root.get("schedule"))
        conference = _object(schedule.get("conference"))
        if not conference:
            raise Misread(1, "schedule.conference")
        events: list[FrabEvent] = []
        days: list[FrabDay] = []
        rooms = {room.name: room for room in map(_room, _list(conference.get("rooms"))) if room.name.strip()}
        for number, day in enumerate(map(_object, _list(conference.get("days"))), start=1):
            index = day.get("index")
            days.append(
                FrabDay(
                    index if isinstance(index, int) else number,
                    _string(day.get("date")),
                    _string(day.get("day_start")),
                    _string(day.get("day_end")),
                )
            )
            for name, listed in _object(day.get("rooms")).items():
                if name.strip():
                    rooms.setdefault(name, FrabRoom(name))
                events += [self._event(_object(event), room=name, day=days[-1]) for event in _list(listed)]
            if len(events) > _MOST_EVENTS:
                raise TooLarge
        return FrabSchedule(
            version=_string(schedule.get("version")),
            acronym=_string(conference.get("acronym")),
            title=_string(conference.get("title")),
            start=_string(conference.get("start")),
            end=_string(conference.get("end")),
            events=tuple(events),
            days=tuple(days),
            rooms=tuple(rooms.values()),
            tracks=tuple(
                FrabTrack(_string(track.get("name")), _string(track.get("slug"))) for track in map(_object, _list(conference.get("tracks")))
            ),
            zone=_string(conference.get("time_zone_name")),
            url=_string(conference.get("url")),
            base_url=_string(schedule.get("base_url")),
            color=_string(_object(conference.get("colors")).get("primary")),
            generator=_string(_object(root.get("generator")).get("name")),
            line=1,
        )

    def _event(self, event: dict[str, Any], *, room: str, day: FrabDay) -> FrabEvent:
        guid = _string(event.get("guid"))
        return FrabEvent(
            line=self._line(guid or _string(event.get("title"))),
            guid=guid,
            id=_string(event.get("id")) or _string(event.get("code")),
            room=room or _string(event.get("room")),
            date=_string(event.get("date")),
            end=_string(event.get("end")),
            day=day.date,
            day_start=day.start,
            persons=tuple(
                FrabPerson(
                    _string(person.get("public_name") or person.get("name") or person.get("full_public_name")),
                    _string(person.get("id")) or _string(person.get("code")),
                )
                for person in map(_object, _list(event.get("persons")))
            ),
            links=tuple(
                _string(_object(link).get("url") or _object(link).get("link_url") or link)
                for link in (*_list(event.get("links")), *_list(event.get("attachments")))
            ),
            **{name: _string(event.get(name)) for name in _TEXTS},
        )

    def _line(self, mark: str) -> int:
        at = self.text.find(json.dumps(mark, ensure_ascii=False)) if mark else -1
        return self.text.count("\n", 0, at) + 1 if at >= 0 else 1


_TEXTS = ("title", "start", "duration", "subtitle", "type", "track", "language", "abstract", "description", "slug", "url")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    """A text; numbers as digits, an object of translations by its first one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return next((text for text in value.values() if isinstance(text, str) and text), "")
    return ""


def _room(value: Any) -> FrabRoom:
    room = _object(value)
    capacity = room.get("capacity")
    fits = isinstance(capacity, int) and not isinstance(capacity, bool) and 0 < capacity < 2**31
    return FrabRoom(_string(room.get("name")), _string(room.get("guid")), capacity if fits else None, _string(room.get("description")))


# --- writing ---------------------------------------------------------------------------------------------------------


def write_frab_json(schedule: FrabSchedule, *, software_version: str = "") -> bytes:
    """The file's bytes, UTF-8; the same schedule gives the same bytes. Optional values that the schema forbids are dropped."""
    conference: dict[str, Any] = {
        "acronym": schedule.acronym,
        "title": schedule.title,
        "start": schedule.start,
        "end": schedule.end,
        "daysCount": len(schedule.days),
        "timeslot_duration": "00:05",
    }
    if _ZONE.match(schedule.zone):
        conference["time_zone_name"] = schedule.zone
    if schedule.url:
        conference["url"] = schedule.url
    if schedule.color:
        conference["colors"] = {"primary": schedule.color}
    conference["tracks"] = [{"name": track.name} | ({"slug": track.slug} if track.slug else {}) for track in schedule.tracks]
    conference["rooms"] = [_written_room(room) for room in schedule.rooms]
    conference["days"] = [
        {
            "index": day.index,
            "date": day.date,
            "day_start": day.start,
            "day_end": day.end,
            "rooms": _written_rooms([event for event in schedule.events if event.day == day.date]),
        }
        for day in schedule.days
    ]
    body: dict[str, Any] = {"version": schedule.version, "conference": conference}
    if schedule.base_url:
        body["base_url"] = schedule.base_url
    generator = {"name": GENERATOR} | ({"version": software_version} if software_version else {})
    document = {"$schema": "https://c3voc.de/schedule/schema.json", "generator": generator, "schedule": body}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


_ZONE = re.compile(r"[A-Z][a-z]+/[A-Z][a-z]+|UTC$")


def _written_room(room: FrabRoom) -> dict[str, Any]:
    written: dict[str, Any] = {"name": room.name, "guid": room.guid}
    if room.capacity is not None:
        written["capacity"] = room.capacity
    if room.description:
        written["description"] = room.description
    return written


def _written_rooms(events: list[FrabEvent]) -> dict[str, list[dict[str, Any]]]:
    rooms: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        rooms.setdefault(event.room, []).append(_written_event(event))
    return rooms


def _written_event(event: FrabEvent) -> dict[str, Any]:
    return {
        "guid": event.guid,
        "id": int(event.id),
        "date": event.date,
        "start": event.start,
        "end": event.end,
        "duration": event.duration,
        "room": event.room,
        "slug": event.slug,
        "url": event.url,
        "title": event.title,
        "subtitle": event.subtitle or None,
        "track": event.track or None,
        "type": event.type,
        "language": event.language or None,
        "abstract": event.abstract or None,
        "description": event.description or None,
        "persons": [{"name": person.name} | ({"id": int(person.id)} if person.id else {}) for person in event.persons],
        "links": [{"url": link, "title": link} for link in event.links],
    }
