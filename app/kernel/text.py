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


# Base letters in the order of the Vietnamese alphabet, then the tones in the order of dictionaries
# (ngang, huyền, hỏi, ngã, sắc, nặng).
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"": "0", "\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_END, _BREAK, _FIRST_DIGIT, _FIRST_LETTER, _OTHER = "00", "01", 10, 20, "70"


def sort_text(value: str) -> str:
    """A key that sorts as a Vietnamese dictionary does (a ă â … d đ e ê …; tones decide last).

    Two digits a letter and nothing else, so that every database sorts it alike, whatever its collation.
    """
    letters: list[str] = []
    tones: list[str] = []
    for word in nfc(value).casefold().split():
        letters.append(_BREAK)
        for char in word:
            parts = unicodedata.normalize("NFD", char)
            bare = nfc("".join(mark for mark in parts if mark not in _TONES))
            if (position := _LETTERS.find(bare)) >= 0:
                letters.append(f"{_FIRST_LETTER + position}")
            elif bare.isdecimal() and bare.isascii():
                letters.append(f"{_FIRST_DIGIT + int(bare)}")
            elif bare.isalnum():
                letters.append(_OTHER)
            else:
                continue
            tones.append(next((_TONES[mark] for mark in parts if mark in _TONES), "0"))
    return "".join(letters[1:]) + _END + "".join(tones)


def person_sort_text(name: str) -> str:
    """People are listed by given name, then middle, then family name: "Nguyễn Văn An" under An."""
    parts = name.split()
    return sort_text(" ".join([*parts[-1:], *parts[:-1]]))
