"""The accent colour of an edition: one hue, kept readable on light and on dark paper. Pure.

Contrast is that of WCAG 2.2 (1.4.3): 4.5 to 1 for text. An organiser may choose any colour; where it is too light or too
dark for one of the two themes, that theme gets the nearest shade of it that can be read.
"""

from __future__ import annotations

import re
from functools import lru_cache

LIGHT_PAPER, LIGHT_SUNK = "#FBFAF7", "#F3F2ED"
DARK_CARD = "#16223A"
READABLE = 4.5

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_INK_ON_LIGHT_ACCENT = "#06131F"


def is_colour(text: str) -> bool:
    """Whether it is written #rrggbb."""
    return bool(_COLOUR.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, paper: str) -> str:
    """`colour`, or its nearest shade towards black or white that reads on `paper`."""
    towards = "#000000" if _luminance(paper) > 0.18 else "#FFFFFF"
    for step in range(51):
        shade = mix(colour, towards, step / 50)
        if contrast(shade, paper) >= READABLE:
            return shade
    return towards


def mix(one: str, other: str, share: float) -> str:
    """`share` of `other` in `one`."""
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in zip(_channels(one), _channels(other), strict=True))


@lru_cache(maxsize=64)
def accent_css(colour: str) -> str:
    """The style sheet that gives an edition its colour, for both themes. Empty for what is no colour."""
    if not is_colour(colour):
        return ""
    # The sunk paper is the darkest that light accents stand on, the card the lightest of the dark ones.
    light, dark = readable(colour, LIGHT_SUNK), readable(colour, DARK_CARD)
    return f":root{{{_tokens(light, '#FFFFFF', 0.9)}}}@media (prefers-color-scheme:dark){{:root{{{_tokens(dark, DARK_CARD, 0.86)}}}}}"


def _tokens(accent: str, card: str, share: float) -> str:
    on = "#FFFFFF" if contrast("#FFFFFF", accent) >= READABLE else _INK_ON_LIGHT_ACCENT
    soft = mix(accent, card, share)
    # Accent-coloured words stand on the soft ground too (chips): whiten or darken the ground until they read.
    while contrast(accent, soft) < READABLE and soft != card.upper():
        soft = mix(soft, card, 0.34) if mix(soft, card, 0.34) != soft else card.upper()
    return f"--accent:{accent};--on-accent:{on};--accent-soft:{soft}"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = map(linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
