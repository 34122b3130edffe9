"""`schedule.xml`: bytes to a `FrabSchedule` and back. Pure.

The reader trusts nothing: no entities, no document type, no network, a limit on the size; every fault names its line.
The writer keeps to the letter of the format's XSD, which is stricter than most files in the wild.
"""

from __future__ import annotations

import re
from typing import Any, cast

from lxml import etree

from app.events.exchange.frab import GENERATOR, FrabDay, FrabEvent, FrabPerson, FrabRoom, FrabSchedule, FrabTrack
from app.events.exchange.programme_file import LARGEST, Broken, FileRefused, Misread
from app.kernel.web.i18n import N_

Element = etree._Element

_MOST_EVENTS = 20_000


class TooLarge(FileRefused):
    """More bytes or events than any real programme has."""

    def __init__(self) -> None:
        super().__init__(N_("Tệp quá lớn cho một chương trình."))


def read_frab_xml(data: bytes) -> FrabSchedule:
    """What the file says, as it stands.

    Raises:
        Broken: not well-formed; carries the line.
        Misread: it is XML, but no schedule.
        TooLarge
    """
    root = _parse(data)
    if _local(root) != "schedule":
        raise Misread(_line(root), f"<{_local(root)}>")
    conference = root.find("conference")
    if conference is None:
        raise Misread(_line(root), "<conference>")
    events: list[FrabEvent] = []
    days: list[FrabDay] = []
    rooms: dict[str, FrabRoom] = {}
    for number, day in enumerate(root.iterfind("day"), start=1):
        days.append(FrabDay(int(_digits(day.get("index", "")) or number), day.get("date", ""), day.get("start", ""), day.get("end", "")))
        for room in day.iterfind("room"):
            name = room.get("name", "")
            if name.strip():
                rooms.setdefault(name, FrabRoom(name, room.get("guid", "")))
            events += [_event(event, room=name, day=days[-1]) for event in room.iterfind("event")]
            if len(events) > _MOST_EVENTS:
                raise TooLarge
    generator = root.find("generator")
    colour = conference.find("color")
    return FrabSchedule(
        version=_text(root, "version"),
        acronym=_text(conference, "acronym"),
        title=_text(conference, "title"),
        start=_text(conference, "start"),
        end=_text(conference, "end"),
        events=tuple(events),
        days=tuple(days),
        rooms=tuple(rooms.values()),
        tracks=tuple(
            FrabTrack(track.get("name") or (track.text or ""), track.get("slug", ""))
            for track in (*conference.iterfind("track"), *root.iterfind("tracks/track"))
        ),
        zone=_text(conference, "time_zone_name"),
        url=_text(conference, "url") or _text(root, "url"),
        base_url=_text(conference, "base_url"),
        color="" if colour is None else colour.get("primary", ""),
        venue=_text(conference, "venue"),
        city=_text(conference, "city"),
        generator="" if generator is None else generator.get("name", ""),
        line=_line(conference),
    )


def _parse(data: bytes) -> Element:
    if len(data) > LARGEST:
        raise TooLarge
    # huge_tree only lifts libxml2's limits on depth and text nodes; the size is bounded above, entities are off.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        line = fault.lineno or 1
        raise Broken(line, _why(fault)) from None
    except ValueError as fault:
        raise Broken(1, str(fault)) from None
    internal: Any = root.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.entities()):
        raise Misread(1, "<!ENTITY>")
    return root


def _why(fault: etree.XMLSyntaxError) -> str:
    return re.sub(r", line \d+, column \d+.*$", "", fault.msg or "XML").strip()


def _local(element: Element) -> str:
    return etree.QName(element).localname


def _line(element: Element) -> int:
    return int(cast("int | None", element.sourceline) or 1)


def _event(event: Element, *, room: str, day: FrabDay) -> FrabEvent:
    fields: dict[str, str] = {}
    persons: tuple[FrabPerson, ...] = ()
    links: list[str] = []
    for child in event:
        tag = child.tag
        if tag == "persons":
            persons = tuple(FrabPerson(_all_text(person), person.get("id", "")) for person in child.iterfind("person"))
        elif tag in ("links", "attachments"):
            links += [link.get("href") or (link.text or "").strip() for link in child]
        elif isinstance(tag, str):
            fields.setdefault(tag, _all_text(child))
    return FrabEvent(
        line=_line(event),
        guid=event.get("guid", ""),
        id=event.get("id", ""),
        room=room or fields.get("room", ""),
        date=fields.get("date", ""),
        end=fields.get("end", ""),
        day=day.date,
        day_start=day.start,
        persons=persons,
        links=tuple(links),
        **{name: fields.get(name, "") for name in _TEXTS},
    )


_TEXTS = ("title", "start", "duration", "subtitle", "type", "track", "language", "abstract", "description", "slug", "url")


def _text(element: Element, name: str) -> str:
    child = element.find(name)
    return "" if child is None else _all_text(child).strip()


def _all_text(element: Element) -> str:
    """Its text; markup that stands unescaped inside (some files have it) is written out as it was."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(etree.tostring(child, encoding="unicode", with_tail=True) for child in element)


def _digits(value: str) -> str:
    return value if value.isascii() and value.isdigit() else ""


# --- writing ---------------------------------------------------------------------------------------------------------


def write_frab_xml(schedule: FrabSchedule, *, software_version: str = "", system: str = "") -> bytes:
    """The file's bytes, UTF-8; the same schedule gives the same bytes."""
    root = etree.Element("schedule")
    generator = etree.SubElement(root, "generator", name=GENERATOR)
    if system:
        generator.set("system", system)
    if software_version:
        generator.set("version", software_version)
    if schedule.url:
        _add(root, "url", schedule.url)
    _add(root, "version", schedule.version)
    conference = etree.SubElement(root, "conference")
    _add(conference, "acronym", schedule.acronym)
    _add(conference, "title", schedule.title)
    _add(conference, "start", schedule.start)
    _add(conference, "end", schedule.end)
    _add(conference, "days", str(len(schedule.days)))
    _add(conference, "timeslot_duration", "00:05")
    if schedule.base_url:
        _add(conference, "base_url", schedule.base_url)
    if schedule.zone:
        _add(conference, "time_zone_name", schedule.zone)
    if schedule.color:
        etree.SubElement(conference, "color", primary=schedule.color)
    for track in schedule.tracks:
        element = etree.SubElement(conference, "track", name=_legal(track.name))
        if track.slug:
            element.set("slug", track.slug)
        element.text = _legal(track.name)
    guids = {room.name: room.guid for room in schedule.rooms}
    for day in schedule.days:
        _write_day(root, day, [event for event in schedule.events if event.day == day.date], guids)
    etree.indent(root, space=" ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _write_day(root: Element, day: FrabDay, events: list[FrabEvent], guids: dict[str, str]) -> None:
    element = etree.SubElement(root, "day", index=str(day.index), date=day.date, start=day.start, end=day.end)
    rooms: dict[str, Element] = {}
    for event in events:
        if event.room not in rooms:
            rooms[event.room] = etree.SubElement(element, "room", name=_legal(event.room))
            if guid := guids.get(event.room):
                rooms[event.room].set("guid", guid)
        _write_event(rooms[event.room], event)


def _write_event(room: Element, event: FrabEvent) -> None:
    element = etree.SubElement(room, "event", guid=event.guid, id=event.id)
    for name in ("room", "title", "subtitle", "type", "date", "start", "duration", "abstract"):
        _add(element, name, getattr(event, name))
    if event.slug:
        _add(element, "slug", event.slug)
    for name in ("track", "language", "description"):
        _add(element, name, getattr(event, name))
    if event.url:
        _add(element, "url", event.url)
    persons = etree.SubElement(element, "persons")
    for person in event.persons:
        _add(persons, "person", person.name)
        if person.id:
            persons[-1].set("id", person.id)
    links = etree.SubElement(element, "links")
    for link in event.links:
        _add(links, "link", link)
        links[-1].set("href", _legal(link))


def _add(parent: Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = _legal(text)


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _legal(text: str) -> str:
    """Without what XML 1.0 cannot carry at all."""
    return _ILLEGAL.sub("", text)
