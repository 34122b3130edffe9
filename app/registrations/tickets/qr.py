"""The QR of a ticket code: version 2, level Q, alphanumeric, black on white with its quiet zone. Pure.

`docs/ticket-codes.md` measured why this size. The drawing never follows the page's theme: scanners want dark on light.

Thousands of tickets are drawn in the minutes after a registration opens, so this knows two short cuts that leave every
module as the standard wants it. All our codes have one shape, so drawings of one mask differ only in their data modules:
seven of the eight masks follow from the first by exclusive or. And a drawing is one big integer, a row every 32 bits, on
which the standard's penalties are counted for all rows at once.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache, lru_cache

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData

from app.registrations.tickets.codes import LENGTH, QR_VERSION

QUIET = 4
"""Modules of white on each side, as the standard wants."""

SIZE = 17 + 4 * QR_VERSION
MASKS = 8
_STRIDE = 32

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=512)
def matrix(code: str) -> Matrix:
    """The modules of the code's QR, without the quiet zone; dark is true. 0.4 ms."""
    drawn = _drawn(code, 0)
    if len(code) == LENGTH:
        data, turned = _packed(drawn) ^ _frame(0)[0], _packed(_turned(drawn)) ^ _frame(0)[1]
        best = min(range(MASKS), key=lambda mask: penalty(_frame(mask)[0] ^ data, _frame(mask)[1] ^ turned))
        drawn = _unpacked(_frame(best)[0] ^ data)
    return drawn


def svg(code: str) -> str:
    """The QR as an SVG document of one path; any size in CSS keeps its edges sharp."""
    size = SIZE + 2 * QUIET
    runs = "".join(
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z" for y, line in enumerate(matrix(code)) for start, length in _runs(line)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{runs}"/></svg>'
    )


def png(code: str, *, least: int = 600) -> bytes:
    """The QR as PNG bytes of two colours, at least `least` pixels wide, each module the same whole number of pixels. 0.5 ms."""
    rows, wide = _pixels(code, least)
    body = b"".join(b"\0" + row for row in rows)  # before each row its filter: none
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", wide, len(rows), 1, 0, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(body)),
            _chunk(b"IEND", b""),
        )
    )


def image(code: str, *, least: int = 600) -> Image.Image:
    """The same as a picture to draw with."""
    rows, wide = _pixels(code, least)
    return Image.frombytes("1", (wide, len(rows)), b"".join(rows))


def penalty(packed: int, turned: int) -> int:
    """How badly a drawing would scan, by the four rules of ISO/IEC 18004, 7.8.3; `turned` is the same with rows as columns."""
    lost = 0
    for lines in (packed, turned):
        same = ~(lines ^ (lines >> 1)) & _EQUAL
        fives = same & (same >> 1) & (same >> 2) & (same >> 3)
        lost += fives.bit_count() + 2 * (fives & ~(fives << 1)).bit_count()
        lost += 40 * (_alike(lines, 0b00001011101) + _alike(lines, 0b10111010000))
    level = ~(packed ^ (packed >> 1)) & _EQUAL
    blocks = level & (level >> _STRIDE) & ~(packed ^ (packed >> _STRIDE)) & _BLOCKS
    dark = packed.bit_count() * 100 / SIZE**2
    return lost + 3 * blocks.bit_count() + 10 * int(abs(dark - 50) / 5)


def _alike(lines: int, pattern: int) -> int:
    """How often eleven modules in a row look like a corner's square with four light ones beside it."""
    found = _ELEVENS
    for place in range(11):
        found &= (lines if pattern >> place & 1 else ~lines) >> place
    return found.bit_count()


def _every_row(width: int, rows: int = SIZE) -> int:
    return sum(((1 << width) - 1) << (_STRIDE * y) for y in range(rows))


_EQUAL = _every_row(SIZE - 1)
_BLOCKS = _every_row(SIZE - 1, SIZE - 1)
_ELEVENS = _every_row(SIZE - 10)


def _drawn(code: str, mask: int) -> Matrix:
    drawing = qrcode.QRCode(version=QR_VERSION, error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=mask)
    drawing.add_data(QRData(code, mode=MODE_ALPHA_NUM))
    drawing.make(fit=False)
    return tuple(tuple(bool(module) for module in line) for line in drawing.get_matrix())


@cache
def _frame(mask: int) -> tuple[int, int]:
    """One code under a mask, packed, and turned. What another code differs by is the same under every mask."""
    drawn = _drawn("0" * LENGTH, mask)
    return _packed(drawn), _packed(_turned(drawn))


def _turned(drawn: Matrix) -> Matrix:
    return tuple(zip(*drawn, strict=True))


def _packed(drawn: Matrix) -> int:
    return sum(1 << (_STRIDE * y + x) for y, line in enumerate(drawn) for x, dark in enumerate(line) if dark)


def _unpacked(packed: int) -> Matrix:
    return tuple(tuple(bool(packed >> (_STRIDE * y + x) & 1) for x in range(SIZE)) for y in range(SIZE))


def _pixels(code: str, least: int) -> tuple[list[bytes], int]:
    """Rows of pixels, a bit each, white is 1, and their width."""
    size = SIZE + 2 * QUIET
    scale = -(-least // size)
    white, black = "1" * scale, "0" * scale
    side = white * QUIET
    blank = [side + white * SIZE + side] * QUIET
    lines = [*blank, *(side + "".join(black if dark else white for dark in line) + side for line in matrix(code)), *blank]
    wide = size * scale
    filled = -(-wide // 8)
    rows = [int(line.ljust(filled * 8, "1"), 2).to_bytes(filled, "big") for line in lines]
    return [row for row in rows for _ in range(scale)], wide


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _runs(line: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(line):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs
