"""What a phone's camera sees: films of QR codes, written as y4m without any other program, for Chromium's fake camera.

    film = make_film(tmp_path / "queue.y4m", [Shot(None, 1), Shot(code, 3), Shot(other, 3, tilt)])
    browser = await launch(playwright, film=film)

Chromium plays the film from its beginning when the camera opens, and round and round. It is fixed for the life of the
browser, so put everything a test needs to see into one film, with blank moments between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 640, 480
FRAMES_A_SECOND = 10

Spoil = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Shot:
    """So many seconds of one code (none: an empty doorway), spoiled or not. `side`: the code's width in pixels."""

    text: str | None
    seconds: float
    spoil: Spoil | None = None
    side: int = 240


def dark(image: Image.Image) -> Image.Image:
    """A dim doorway, with the noise of a small sensor."""
    dimmed = image.point(lambda value: int(value * 0.18 + 8))
    return ImageChops.add(dimmed, Image.effect_noise(image.size, 7), 1, -128)


def tilted(image: Image.Image) -> Image.Image:
    """A phone held at an angle: turned by 20 degrees and leaning back."""
    turned = image.rotate(20, Image.Resampling.BILINEAR, fillcolor=90)
    leaning = (1.35, 0.1, -5.4, 0.05, 1.45, -26.1, 0.0006, 0.0009)
    return turned.transform(image.size, Image.Transform.PERSPECTIVE, leaning, Image.Resampling.BILINEAR, fillcolor=80)


def inverted(image: Image.Image) -> Image.Image:
    """A ticket in a page that turned everything dark."""
    return ImageChops.invert(image)


def blurred(image: Image.Image) -> Image.Image:
    """Held too near."""
    return image.filter(ImageFilter.GaussianBlur(2))


def frame(text: str | None, spoil: Spoil | None = None, side: int = 240) -> Image.Image:
    """One grey picture: a phone with a QR on it in the middle of a room, or the room alone."""
    room = Image.linear_gradient("L").resize((WIDTH, HEIGHT)).point(lambda value: 70 + value // 4)
    if text is not None:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=4, box_size=8)
        code.add_data(text)
        code.make(fit=True)
        drawn = code.make_image().get_image().convert("L").resize((side, side), Image.Resampling.LANCZOS)
        left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
        ImageDraw.Draw(room).rounded_rectangle((left - 16, top - 60, left + side + 16, top + side + 60), 18, fill=245)
        room.paste(drawn, (left, top))
    return spoil(room) if spoil else room


def make_film(path: Path, shots: Sequence[Shot]) -> Path:
    """Write a film (YUV 4:2:0, full colour not needed: the colour planes are grey)."""
    colour = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for shot in shots:
            picture = b"FRAME\n" + frame(shot.text, shot.spoil, shot.side).tobytes() + colour
            for _ in range(round(shot.seconds * FRAMES_A_SECOND)):
                file.write(picture)
    return path
