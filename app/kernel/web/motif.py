"""The motif of the house, 10·10: a strip of bars (1) and rings (0), the same everywhere for the same thing.

It stands in the page header, on the edge of a ticket, on a share picture and on a slide. The first four signs always
read 1 0 · 1 0, the date of National Digital Transformation Day; the rest follow from the slug. Drawn as SVG in the
current text colour, never kept as a picture file. Purely ornament: hidden from assistive technology.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup

DAY = (1, 0, 1, 0)
"""10·10."""

# One sign is as high as the strip; the unit is that of the viewBox, so any size in CSS keeps the proportions.
_HIGH = 16
_BAR = 4
_RING = 14
_STROKE = 3
_GAP = 6
_DOT = 3


@lru_cache(maxsize=4096)
def bits(slug: str, count: int) -> tuple[int, ...]:
    """`count` ones and zeros of this slug, the first four 1 0 1 0. Never more than three alike in a row, so it reads as a pattern."""
    row: list[int] = list(DAY[:count])
    for bit in _stream(slug):
        if len(row) >= count:
            break
        row.append(1 - bit if row[-3:] == [bit] * 3 else bit)
    return tuple(row)


def _stream(slug: str) -> Iterator[int]:
    """An endless, stable stream of bits from SHA-256 in counter mode."""
    counter = 0
    while True:
        for byte in hashlib.sha256(f"{counter}:{slug}".encode()).digest():
            for place in range(8):
                yield byte >> place & 1
        counter += 1


def _bar(x: float, y: float = 0, high: float = _HIGH, wide: float = _BAR) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{wide / 2:g}"/>'


def _ring(cx: float, cy: float, diameter: float = _RING, stroke: float = _STROKE) -> str:
    return f'<circle cx="{cx:g}" cy="{cy:g}" r="{(diameter - stroke) / 2:g}" fill="none" stroke="currentColor" stroke-width="{stroke:g}"/>'


@lru_cache(maxsize=4096)
def strip(slug: str, cells: int = 24) -> Markup:
    """A strip of `cells` signs as inline SVG. It has the class `motif`; the style sheet gives its height."""
    signs: list[str] = []
    x = 0.0
    for place, bit in enumerate(bits(slug, cells)):
        if place == 2:
            signs.append(f'<circle cx="{x + _DOT / 2:g}" cy="{_HIGH / 2:g}" r="{_DOT / 2:g}"/>')
            x += _DOT + _GAP
        if bit:
            signs.append(_bar(x))
            x += _BAR + _GAP
        else:
            signs.append(_ring(x + _RING / 2, _HIGH / 2))
            x += _RING + _GAP
    return Markup(_svg("motif", max(x - _GAP, 1), _HIGH, "".join(signs)))


@lru_cache(maxsize=256)
def panel(slug: str, columns: int = 10, rows: int = 10) -> Markup:
    """A square of signs, ten by ten, for the landing page: `1 0 · 1 0` opens its first row in full ink, the rest is quieter.

    How quiet a sign is also follows from the slug, in three steps, by the classes `q0`, `q1`, `q2`.
    """
    pitch = 24
    stream = _stream(f"quiet:{slug}")
    signs: list[str] = []
    for place, bit in enumerate(bits(slug, columns * rows)):
        cx = place % columns * pitch + pitch / 2
        cy = place // columns * pitch + pitch / 2
        quiet = 0 if place < len(DAY) else next(stream) + next(stream)
        sign = _bar(cx - 3, cy - 8, 16, 6) if bit else _ring(cx, cy, 16, 4)
        signs.append(f'<g class="q{quiet}">{sign}</g>')
    return Markup(_svg("motif-panel", columns * pitch, rows * pitch, "".join(signs)))


def picture(slug: str, colour: str, cells: int = 24) -> str:
    """The strip as a whole SVG document in one colour (#rrggbb), for mails, PDF and share pictures."""
    inline = str(strip(slug, cells))
    return inline.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("currentColor", colour)


def _svg(name: str, wide: float, high: float, inside: str) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 {wide:g} {high:g}" fill="currentColor" aria-hidden="true" focusable="false">'
        f"{inside}</svg>"
    )
