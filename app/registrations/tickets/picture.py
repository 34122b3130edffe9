"""The ticket as one picture to keep in a phone's gallery: readable at the gate without network, account or app.

Pure drawing with Pillow in Be Vietnam Pro; call it in a thread (about 40 ms).
"""

from __future__ import annotations

import io
from functools import lru_cache

import msgspec
from PIL import Image, ImageDraw, ImageFont

from app.kernel.paths import STATIC
from app.kernel.web import motif
from app.registrations.tickets import qr
from app.registrations.tickets.codes import grouped

WIDTH = 1080
_MARGIN = 72
_INK = "#10233F"
_QUIET_INK = "#4A5A73"
_LINE = "#DFE3EA"
_ACCENT = "#00695C"
_CODE_PER_LINE = 4


class Face(msgspec.Struct, frozen=True):
    """What stands on the picture, in the holder's language. `warning` is set when the activity moved or was cancelled."""

    edition: str
    title: str
    when: tuple[str, ...]
    where: tuple[str, ...]
    holder: str
    kind: str
    code: str
    slug: str
    warning: str = ""
    accent: str = ""


def draw(face: Face) -> bytes:
    """The picture as PNG bytes."""
    sheet = _Sheet(face.accent or _ACCENT)
    sheet.motif(face.slug)
    sheet.text(face.edition, 34, _QUIET_INK)
    sheet.gap(10)
    sheet.text(face.title, 54, _INK, bold=True, most_lines=4)
    sheet.gap(18)
    if face.warning:
        sheet.band(face.warning)
    for line in face.when:
        sheet.text(line, 40, _INK, bold=True)
    for line in face.where:
        sheet.text(line, 36, _QUIET_INK, most_lines=3)
    sheet.gap(8)
    sheet.qr(face.code)
    sheet.text(face.holder, 54, _INK, bold=True, centred=True, most_lines=2)
    if face.kind:
        sheet.text(face.kind, 36, _QUIET_INK, centred=True)
    sheet.gap(8)
    groups = grouped(face.code).split()
    for start in range(0, len(groups), _CODE_PER_LINE):
        sheet.text("  ".join(groups[start : start + _CODE_PER_LINE]), 38, _INK, centred=True)
    return sheet.finish()


class _Sheet:
    """White paper that is written from the top down and cut below the last line."""

    def __init__(self, accent: str) -> None:
        self.accent = accent
        self.picture = Image.new("RGB", (WIDTH, 3200), "#FFFFFF")
        self.pen = ImageDraw.Draw(self.picture)
        self.y = 0

    def gap(self, pixels: int) -> None:
        self.y += pixels

    def motif(self, slug: str) -> None:
        """The strip 10·10 of this activity along the upper edge."""
        self.y = 56
        x = float(_MARGIN)
        high = 30
        for place, bit in enumerate(motif.bits(slug, 40)):
            wide = 8 if bit else 26
            if x + wide > WIDTH - _MARGIN:
                break
            if place == 2:
                self.pen.ellipse((x, self.y + high / 2 - 3, x + 6, self.y + high / 2 + 3), fill=self.accent)
                x += 18
            if bit:
                self.pen.rounded_rectangle((x, self.y, x + wide, self.y + high), radius=4, fill=self.accent)
            else:
                self.pen.ellipse((x, self.y + 2, x + wide, self.y + high - 2), outline=self.accent, width=6)
            x += wide + 12
        self.y += high + 36

    def text(self, text: str, size: int, colour: str, *, bold: bool = False, centred: bool = False, most_lines: int = 2) -> None:
        """Write a paragraph, broken at spaces, cut with an ellipsis after `most_lines`."""
        font = _font(size, bold)
        for line in _broken(text, font, WIDTH - 2 * _MARGIN, most_lines):
            x = (WIDTH - font.getlength(line)) / 2 if centred else _MARGIN
            self.pen.text((x, self.y), line, font=font, fill=colour)
            self.y += round(size * 1.5)

    def band(self, text: str) -> None:
        """A framed line for what the holder must not miss."""
        top = self.y
        self.y += 16
        font = _font(38, True)
        for line in _broken(text, font, WIDTH - 2 * _MARGIN - 64, 4):
            self.pen.text((_MARGIN + 32, self.y), line, font=font, fill="#9A5B00")
            self.y += 57
        self.y += 16
        self.pen.rounded_rectangle((_MARGIN, top, WIDTH - _MARGIN, self.y), radius=16, outline="#9A5B00", width=4)
        self.y += 20

    def qr(self, code: str) -> None:
        """The square at 70 % of the width, whole pixels a module."""
        square = qr.image(code, least=WIDTH * 70 // 100)
        self.picture.paste(square, ((WIDTH - square.width) // 2, self.y))
        self.y += square.height

    def finish(self) -> bytes:
        self.y += 40
        self.pen.rectangle((0, self.y, WIDTH, self.y + 12), fill=self.accent)
        out = io.BytesIO()
        # A palette makes it a fifth of the size: it is sent over mobile networks and kept on full phones.
        self.picture.crop((0, 0, WIDTH, self.y + 12)).quantize(32, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
        return out.getvalue()


@lru_cache(maxsize=16)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "BeVietnamPro-Bold.ttf" if bold else "BeVietnamPro-Regular.ttf"
    return ImageFont.truetype(STATIC / "fonts" / name, size, layout_engine=ImageFont.Layout.BASIC)


def _broken(text: str, font: ImageFont.FreeTypeFont, width: int, most_lines: int) -> list[str]:
    """`text` in lines that fit into `width`; a word longer than a line is cut where it must be."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        while rest:
            candidate = f"{line} {rest}" if line else rest
            if font.getlength(candidate) <= width:
                line, rest = candidate, ""
            elif line:
                lines.append(line)
                line = ""
            else:
                fits = max(n for n in range(1, len(rest) + 1) if n == 1 or font.getlength(rest[:n]) <= width)
                lines.append(rest[:fits])
                rest = rest[fits:]
    if line:
        lines.append(line)
    if len(lines) > most_lines:
        last = lines[most_lines - 1]
        while last and font.getlength(last + "…") > width:
            last = last[:-1]
        lines = [*lines[: most_lines - 1], last.rstrip() + "…"]
    return lines
