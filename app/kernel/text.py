"""Text as the house keeps it: NFC, in two languages, searchable without diacritics, sorted the Vietnamese way."""

from __future__ import annotations

import re
import unicodedata

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A text the public reads. Missing English falls back to Vietnamese."""

    vi: str
    en: str = ""

    def get(self, language: str) -> str:
        """The text in `language`, in Vietnamese where that is missing."""
        return self.en if language == "en" and self.en else self.vi

    def has(self, language: str) -> bool:
        """Whether this language was written at all."""
        return bool(self.en if language == "en" else self.vi)


def nfc(value: str) -> str:
    """The composed form (NFC), the only form that is stored."""
    return unicodedata.normalize("NFC", value)


def fold(value: str) -> str:
    """For comparing and searching: no marks, đ is d, no case, single spaces. `fold("Đồng Xanh") == "dong xanh"`."""
    plain = value.replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFKD", plain)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def slugify(value: str, *, longest: int = 80) -> str:
    """A readable address from a title: letters, digits and single hyphens, cut at a word."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(value)).strip("-")
    if len(slug) <= longest:
        return slug
    return slug[: longest + 1].rsplit("-", 1)[0][:longest].strip("-")


# Base letters in the order of the Vietnamese alphabet, then the tones: level, hook-less order of dictionaries
# (ngang, huyền, hỏi, ngã, sắc, nặng).
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"": "0", "\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def sort_text(value: str) -> str:
    """A key whose byte order is the Vietnamese dictionary order (a ă â … d đ e ê …; tones decide last)."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", value).casefold():
        marks = [m for m in unicodedata.normalize("NFD", char) if m in _TONES]
        bare = unicodedata.normalize("NFC", "".join(m for m in unicodedata.normalize("NFD", char) if m not in _TONES))
        position = _LETTERS.find(bare)
        letters.append(f"{chr(ord('A') + position)}" if position >= 0 else (bare if bare.isalnum() else " "))
        tones.append(_TONES[marks[0]] if marks else "0")
    return " ".join("".join(letters).split()) + "\x1f" + "".join(tones)


def person_sort_text(name: str) -> str:
    """People are listed by given name, then middle, then family name: "Nguyễn Văn An" under An."""
    parts = name.split()
    return sort_text(" ".join([*parts[-1:], *parts[:-1]]))
