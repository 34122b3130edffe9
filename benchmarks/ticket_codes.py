"""Which ticket code does a camera read better: 29 characters in QR version 2, or 118 in version 5?

Both candidates are drawn at the same size on the same phone picture, spoiled in the same ways, and read by the decoder
that the gate uses (needs `node`). Prints a table of reads per kind, wrong reads and milliseconds a frame.

    python benchmarks/ticket_codes.py [--frames 40] [--seed 1010]
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from app.registrations.tickets import codes

SIZE = (1280, 720)
Spoil = Callable[[Image.Image, random.Random], Image.Image]


def short() -> tuple[str, int]:
    """Candidate (a): random id and truncated HMAC."""
    return codes.new_code(), qrcode.constants.ERROR_CORRECT_Q


def long() -> tuple[str, int]:
    """Candidate (b): key id, 64-bit id and a 64-byte Ed25519 signature in base 32, about 118 characters."""
    return "".join(codes.ALPHABET[b & 31] for b in secrets.token_bytes(118)), qrcode.constants.ERROR_CORRECT_M


def picture(text: str, level: int, chance: random.Random, width: int) -> Image.Image:
    """A grey room with a phone in it; the code is `width` pixels wide, quiet zone not counted."""
    code = qrcode.QRCode(error_correction=level, border=4, box_size=12)
    code.add_data(text)
    code.make(fit=True)
    drawn = code.make_image().get_image().convert("L")
    quiet = 8 * drawn.width // (code.modules_count + 8)
    side = round(width * drawn.width / (drawn.width - quiet))
    room = Image.new("L", SIZE, chance.randint(60, 150))
    phone = Image.new("L", (side + 40, round(side * 1.9)), 250)
    phone.paste(drawn.resize((side, side), Image.Resampling.LANCZOS), (20, 60))
    room.paste(phone, ((SIZE[0] - phone.width) // 2 + chance.randint(-120, 120), max(0, (SIZE[1] - phone.height) // 2)))
    return room


def noise(image: Image.Image, amount: float) -> Image.Image:
    """Sensor noise around the picture's own values; `amount` is its standard deviation in grey levels."""
    return ImageChops.add(image, Image.effect_noise(image.size, amount), 1, -128)


def tilt(image: Image.Image, chance: random.Random) -> Image.Image:
    """A phone held at an angle: the plane of its glass turned and leant back, as a lens sees it."""
    turned = image.rotate(chance.uniform(-25, 25), Image.Resampling.BILINEAR, fillcolor=90)
    g, h = chance.uniform(-0.0007, 0.0007), chance.uniform(-0.0009, 0.0009)
    a, b, d, e = 1 + chance.uniform(0, 0.3), chance.uniform(-0.15, 0.15), chance.uniform(-0.15, 0.15), 1 + chance.uniform(0, 0.3)
    x, y = image.width / 2, image.height / 2
    depth = 1 + g * x + h * y
    c, f = x * depth - a * x - b * y, y * depth - d * x - e * y  # the middle stays in the middle
    return turned.transform(image.size, Image.Transform.PERSPECTIVE, (a, b, c, d, e, f, g, h), Image.Resampling.BILINEAR, fillcolor=90)


def shake(image: Image.Image, chance: random.Random) -> Image.Image:
    """Motion of 7 to 11 pixels in one direction."""
    steps, (dx, dy) = chance.randint(7, 11), chance.choice([(1, 0), (0, 1), (1, 1)])
    total = image
    for step in range(1, steps):
        total = Image.blend(total, ImageChops.offset(image, dx * step, dy * step), 1 / (step + 1))
    return total


def glare(image: Image.Image, chance: random.Random) -> Image.Image:
    """The sun or a lamp on the glass: a white spot over a part of the code."""
    spot = Image.new("L", image.size, 0)
    x, y, r = 640 + chance.randint(-90, 90), 330 + chance.randint(-90, 90), chance.randint(35, 60)
    ImageDraw.Draw(spot).ellipse((x - r, y - r, x + r, y + r), fill=255)
    return ImageChops.lighter(image, spot.filter(ImageFilter.GaussianBlur(14)))


def crack(image: Image.Image, chance: random.Random) -> Image.Image:
    """A broken screen: lines across the code."""
    drawn = ImageDraw.Draw(image)
    for _ in range(chance.randint(3, 6)):
        points = [(640 + chance.randint(-200, 200), 330 + chance.randint(-200, 200)) for _ in range(3)]
        drawn.line(points, fill=chance.choice([20, 235]), width=4)
    return image


def dim(image: Image.Image, _: random.Random) -> Image.Image:
    """A dark doorway: a fifth of the light, and noise."""
    return noise(image.point(lambda v: v * 0.16 + 10), 9)


def blur(image: Image.Image, chance: random.Random) -> Image.Image:
    """Out of focus: a fixed-focus camera held too near."""
    return image.filter(ImageFilter.GaussianBlur(chance.uniform(2.6, 4.2)))


def mixed(image: Image.Image, chance: random.Random) -> Image.Image:
    """What a real evening has: a little of everything."""
    turned = tilt(image.rotate(chance.uniform(-30, 30), Image.Resampling.BILINEAR, fillcolor=90), chance)
    return noise(turned.filter(ImageFilter.GaussianBlur(1.8)).point(lambda v: v * 0.4 + 20), 9)


KINDS: dict[str, tuple[int, Spoil]] = {
    "clean, 260 px": (260, lambda image, _: image),
    "far, 70 px": (70, lambda image, _: noise(image, 4)),
    "very far, 52 px": (52, lambda image, _: noise(image, 4)),
    "turned": (200, lambda image, c: image.rotate(c.uniform(0, 360), Image.Resampling.BILINEAR, fillcolor=90)),
    "tilted": (220, tilt),
    "out of focus": (170, blur),
    "shaken": (170, shake),
    "noise": (180, lambda image, _: noise(image, 45)),
    "dim": (180, dim),
    "glare": (220, glare),
    "cracked glass": (220, crack),
    "inverted (dark mode)": (200, lambda image, _: ImageChops.invert(image)),
    "mixed": (200, mixed),
}


def frames(make: Callable[[], tuple[str, int]], count: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """(kind, text, grey bytes), the same spoiling for both candidates."""
    for kind, (width, spoil) in KINDS.items():
        for number in range(count):
            chance = random.Random(f"{seed}/{kind}/{number}")
            text, level = make()
            yield kind, text, spoil(picture(text, level, chance, width), chance).tobytes()


def main() -> None:
    """Run both candidates and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--frames", type=int, default=40)
    options.add_argument("--seed", type=int, default=1010)
    chosen = options.parse_args()
    table: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for name, make in (("a", short), ("b", long)):
        reader = subprocess.Popen(
            ["node", str(Path(__file__).with_suffix(".mjs")), *map(str, SIZE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert reader.stdin
        assert reader.stdout
        wrong, times = 0, []
        for kind, text, data in frames(make, chosen.frames, chosen.seed):
            reader.stdin.write(data)
            reader.stdin.flush()
            answer = json.loads(reader.stdout.readline())
            times.append(answer["ms"])
            wrong += answer["text"] not in (None, text)
            table[kind][name] = table[kind].get(name, 0) + (answer["text"] == text)
        reader.stdin.close()
        reader.wait()
        total = sum(row[name] for row in table.values())
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"({name}) read {total} of {len(times)}, wrong {wrong}, {statistics.median(times):.1f} ms median, {p95:.1f} ms p95")
    print(f"\n| of {chosen.frames} frames | a: 29 characters | b: 118 characters |\n|---|---|---|")
    for kind, row in table.items():
        print(f"| {kind} | {row['a']} | {row['b']} |")


if __name__ == "__main__":
    main()
