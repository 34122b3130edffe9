"""The QR of a ticket code: version 2, level Q, alphanumeric, black on white with its quiet zone. Pure; call it in a thread.

`docs/ticket-codes.md` measured why this size. The drawing never follows the page's theme: scanners want dark on light.
"""

from __future__ import annotations

import io
from functools import lru_cache

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData

from app.registrations.tickets.codes import QR_VERSION

QUIET = 4
"""Modules of white on each side, as the standard wants."""

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=512)
def matrix(code: str) -> Matrix:
    """The modules of the code's QR, without the quiet zone; dark is true. About 10 ms of pure Python the first time."""
    drawing = qrcode.QRCode(version=QR_VERSION, error_correction=ERROR_CORRECT_Q, border=0)
    drawing.add_data(QRData(code, mode=MODE_ALPHA_NUM))
    drawing.make(fit=False)
    return tuple(tuple(bool(module) for module in line) for line in drawing.get_matrix())


def svg(code: str) -> str:
    """The QR as an SVG document of one path; any size in CSS keeps its edges sharp."""
    modules = matrix(code)
    size = len(modules) + 2 * QUIET
    runs = "".join(f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z" for y, line in enumerate(modules) for start, length in _runs(line))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{runs}"/></svg>'
    )


def image(code: str, *, least: int = 600) -> Image.Image:
    """The QR as a picture at least `least` pixels wide, each module the same whole number of pixels."""
    modules = matrix(code)
    size = len(modules) + 2 * QUIET
    scale = -(-least // size)
    small = Image.new("1", (size, size), 1)
    for y, line in enumerate(modules):
        for x, dark in enumerate(line):
            if dark:
                small.putpixel((x + QUIET, y + QUIET), 0)
    return small.resize((size * scale, size * scale), Image.Resampling.NEAREST)


def png(code: str, *, least: int = 600) -> bytes:
    """The QR as PNG bytes: about 1 KB, because it has two colours."""
    out = io.BytesIO()
    image(code, least=least).save(out, "PNG", optimize=True)
    return out.getvalue()


def _runs(line: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(line):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs
