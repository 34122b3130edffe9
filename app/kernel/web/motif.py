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

# Units of the viewBox, so any size in CSS keeps the proportions. Everything is one stroke with round ends.
_HIGH = 16
_STROKE = 3.4
_RADIUS = 5.3
_GAP = 5.6


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


def _bar(x: float, y: float, high: float) -> str:
    return f"M{x:g} {y:g}v{high:g}"


def _ring(cx: float, top: float, radius: float) -> str:
    """A full turn: SVG cannot draw an arc that ends where it starts, so it ends a hair before and is closed."""
    return f"M{cx:g} {top:g}a{radius:g} {radius:g} 0 1 1-.1 0z"


@lru_cache(maxsize=4096)
def strip(slug: str, cells: int = 24) -> Markup:
    """A strip of `cells` signs as inline SVG. It has the class `motif`; the style sheet gives its height."""
    signs: list[str] = []
    x = 0.0
    for place, bit in enumerate(bits(slug, cells)):
        if place == 2:  # the dot of 10·10: a stroke without length
            signs.append(f"M{round(x + _STROKE / 2, 1):g} {_HIGH / 2:g}h0")
            x += _STROKE + _GAP
        wide = _STROKE if bit else 2 * _RADIUS + _STROKE
        middle = round(x + wide / 2, 1)
        if bit:
            signs.append(_bar(middle, _STROKE / 2, round(_HIGH - _STROKE, 1)))
        else:
            signs.append(_ring(middle, round(_HIGH / 2 - _RADIUS, 1), _RADIUS))
        x += wide + _GAP
    path = f'<path stroke-width="{_STROKE:g}" d="{"".join(signs)}"/>'
    return Markup(_svg("motif", round(max(x - _GAP, 1), 1), _HIGH, path))  # noqa: S704  # numbers of ours only


@lru_cache(maxsize=256)
def panel(slug: str, columns: int = 10, rows: int = 10) -> Markup:
    """A square of signs, ten by ten, for the landing page: `1 0 · 1 0` opens its first row in full ink, the rest is quieter.

    How quiet a sign is also follows from the slug, in three steps, by the classes `q0`, `q1`, `q2`.
    """
    pitch = 24
    stream = _stream(f"quiet:{slug}")
    paths: list[list[str]] = [[], [], []]
    for place, bit in enumerate(bits(slug, columns * rows)):
        cx = place % columns * pitch + pitch / 2
        cy = place // columns * pitch + pitch / 2
        quiet = 0 if place < len(DAY) else next(stream) + next(stream)
        paths[quiet].append(_bar(cx, cy - 6.5, 13) if bit else _ring(cx, cy - 6.5, 6.5))
    drawn = "".join(f'<path class="q{quiet}" stroke-width="4.5" d="{"".join(signs)}"/>' for quiet, signs in enumerate(paths))
    return Markup(_svg("motif-panel", columns * pitch, rows * pitch, drawn))  # noqa: S704  # numbers of ours only


def picture(slug: str, colour: str, cells: int = 24) -> str:
    """The strip as a whole SVG document in one colour (#rrggbb), for mails, PDF and share pictures."""
    inline = str(strip(slug, cells))
    return inline.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("currentColor", colour)


def _svg(name: str, wide: float, high: float, inside: str) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 {wide:g} {high:g}" fill="none" stroke="currentColor" stroke-linecap="round"'
        f' aria-hidden="true" focusable="false">{inside}</svg>'
    )
