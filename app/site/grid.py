"""One day as a plan on the wall: a column for each room, the hours running down. Pure.

Rows are steps of five minutes; static/css/grid.css has a class for every row, height and column, because the content
security policy allows no style attributes. Sessions that share a room at the same time stand in lanes beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from app.events.programme.filters import Entry, shown_start
from app.kernel.text import Text, sort_text

STEP = 5
"""Minutes in a row."""

MOST_COLUMNS = 120
"""As many columns as grid.css knows; what comes after is left to the list."""

_SHORTEST = 4  # rows: a session of ten minutes must still show its title
_UNSAID = timedelta(hours=1)


class Block(NamedTuple):
    """A session on the plan: its column, first row and height in rows, all counted from 1."""

    entry: Entry
    column: int
    row: int
    high: int


class Column(NamedTuple):
    """A room with its blocks; `wide` is the number of its lanes."""

    venue: Text
    room: Text
    first: int
    wide: int
    blocks: tuple[Block, ...]


class Hour(NamedTuple):
    """An hour at the side: its row, and when it is."""

    row: int
    at: datetime


class Grid(NamedTuple):
    """The plan of one day. `begins` is the instant of row 1, `rows` how many there are, `columns_wide` all lanes."""

    begins: datetime | None
    rows: int
    columns: tuple[Column, ...]
    columns_wide: int
    hours: tuple[Hour, ...]
    left_out: int


def grid(entries: Sequence[Entry], day: date, zone: tzinfo, language: str) -> Grid:
    """Place the sessions of `day`. Cancelled ones are not drawn: their room is free."""
    shown = [one for one in entries if shown_start(one.session) and one.activity.status_of(one.session) == "confirmed"]
    if not shown:
        return Grid(None, 0, (), 0, (), 0)
    begins = min(_start(one) for one in shown).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)
    last = min(max(_end(one) for one in shown), midnight + timedelta(hours=4))
    hours = max(1, -(-int((last - begins).total_seconds()) // 3600))
    rows = hours * 60 // STEP

    rooms: dict[tuple[str, str], list[Entry]] = {}
    for one in shown:
        rooms.setdefault(one.session.place.key if one.session.place else ("", ""), []).append(one)

    def order(key: tuple[str, str]) -> tuple[bool, str, str]:
        place = rooms[key][0].session.place
        return (place is None, sort_text(place.venue.get(language)) if place else "", sort_text(place.room.get(language)) if place else "")

    columns: list[Column] = []
    first, left_out = 1, 0
    for key in sorted(rooms, key=order):
        lanes = _lanes(rooms[key])
        if first + len(lanes) - 1 > MOST_COLUMNS:
            left_out += len(rooms[key])
            continue
        place = rooms[key][0].session.place
        blocks = [_block(one, first + nth, begins, rows) for nth, lane in enumerate(lanes) for one in lane]
        blocks.sort(key=lambda block: (block.row, block.column))
        columns.append(Column(place.venue if place else Text(""), place.room if place else Text(""), first, len(lanes), tuple(blocks)))
        first += len(lanes)
    marks = tuple(Hour(nth * 60 // STEP + 1, begins + timedelta(hours=nth)) for nth in range(hours))
    return Grid(begins, rows, tuple(columns), first - 1, marks, left_out)


def row_of(at: datetime, plan: Grid) -> int:
    """The row of an instant on the plan, 0 when it lies outside: where the now-line is drawn."""
    if plan.begins is None:
        return 0
    row = int((at - plan.begins).total_seconds()) // (60 * STEP) + 1
    return row if 1 <= row <= plan.rows else 0


def _start(entry: Entry) -> datetime:
    start = shown_start(entry.session)
    assert start is not None
    return start


def _end(entry: Entry) -> datetime:
    start, end = _start(entry), entry.session.ends_at
    return end if end and end > start else start + _UNSAID


def _lanes(entries: Sequence[Entry]) -> list[list[Entry]]:
    """As few lanes as it takes so that nothing overlaps in a lane; a short session counts as high as it is drawn."""
    lanes: list[list[Entry]] = []
    free: list[datetime] = []
    for one in sorted(entries, key=lambda each: (_start(each), _end(each), each.activity.number)):
        until = max(_end(one), _start(one) + timedelta(minutes=_SHORTEST * STEP))
        for nth, moment in enumerate(free):
            if moment <= _start(one):
                lanes[nth].append(one)
                free[nth] = until
                break
        else:
            lanes.append([one])
            free.append(until)
    return lanes


def _block(entry: Entry, column: int, begins: datetime, rows: int) -> Block:
    row = int((_start(entry) - begins).total_seconds()) // (60 * STEP) + 1
    end = -(-int((_end(entry) - begins).total_seconds()) // (60 * STEP)) + 1
    high = max(min(end, rows + 1) - row, _SHORTEST)
    return Block(entry, column, row, high)
