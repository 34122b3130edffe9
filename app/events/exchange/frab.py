"""The schedule exchange format of the conference world (pentabarf, frab, pretalx) as plain values.

`frab_xml` and `frab_json` turn files into a `FrabSchedule` and back; `frab_reading` makes our programme of it, and
`frab_writing` makes it of ours. Everything is text as in the file; an empty text is an absent value.
"""

from __future__ import annotations

import msgspec


class FrabPerson(msgspec.Struct, frozen=True):
    """One speaker: a name and the number the other system gave them."""

    name: str
    id: str = ""


class FrabEvent(msgspec.Struct, frozen=True):
    """One event in one room of one day. `line` is where it begins in its file."""

    line: int
    guid: str
    id: str
    room: str
    title: str
    date: str
    start: str
    duration: str
    end: str = ""
    day: str = ""
    day_start: str = ""
    subtitle: str = ""
    type: str = ""
    track: str = ""
    language: str = ""
    abstract: str = ""
    description: str = ""
    slug: str = ""
    url: str = ""
    persons: tuple[FrabPerson, ...] = ()
    links: tuple[str, ...] = ()


class FrabRoom(msgspec.Struct, frozen=True):
    """One room. Only `name` is sure to be there; several venues' rooms share one list."""

    name: str
    guid: str = ""
    capacity: int | None = None
    description: str = ""


class FrabTrack(msgspec.Struct, frozen=True):
    """One track as the conference declares it."""

    name: str
    slug: str = ""


class FrabDay(msgspec.Struct, frozen=True):
    """One day: its calendar date and the instants between which it runs (it may end after midnight)."""

    index: int
    date: str
    start: str
    end: str


class FrabSchedule(msgspec.Struct, frozen=True):
    """A whole file. `generator` says which software wrote it. `events` carry their `day` and `room` by value."""

    version: str
    acronym: str
    title: str
    start: str
    end: str
    events: tuple[FrabEvent, ...]
    days: tuple[FrabDay, ...] = ()
    rooms: tuple[FrabRoom, ...] = ()
    tracks: tuple[FrabTrack, ...] = ()
    zone: str = ""
    url: str = ""
    base_url: str = ""
    color: str = ""
    venue: str = ""
    city: str = ""
    generator: str = ""
    line: int = 0


GENERATOR = "ngayso"
"""Our name in `<generator>`: texts of such a file are plain, guids are session uids, and events that share a `url`
(up to its `#`) are the sessions of one activity."""
