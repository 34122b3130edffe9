"""What a programme's file says, whatever format it came in. Pure.

Parsers (`frab_xml`, `frab_json`, `week_yaml`) make a `ProgrammeFile`; the importer reads nothing else. Activities are
`model.Activity` values whose ids and uids are stand-ins: `Entry.keys` holds what the file calls each session.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from app.events.programme.model import Activity, EditionInfo, Place, Term
from app.kernel.errors import Refused
from app.kernel.text import Text, nfc, slugify
from app.kernel.web.i18n import N_

FileKind = Literal["frab", "week"]

LARGEST: Final = 40 * 1024 * 1024
"""Bytes. A conference of a thousand events has 4 MB; beyond this a file is a mistake or an attack."""

TITLE, SHORT, TERM, CODE = 300, 100, 300, 60
"""The longest title or name, short text, term and code that the tables hold, in characters."""

OTHER_TYPE: Final = Term("other", Text("Khác", "Other"))
"""What an activity is when its file does not say."""


class FileRefused(Refused):
    """The file cannot be read as a programme. `line` counts from 1 where the format has lines; 0 is unknown."""

    def __init__(self, message: str, *, line: int = 0, **params: object) -> None:
        super().__init__(message, line=line, **params)
        self.line = line


class Broken(FileRefused):
    """It is not well-formed; `why` is the parser's own word."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(N_("Tệp hỏng ở dòng %(line)s: %(why)s"), line=line, why=why)


class Misread(FileRefused):
    """It is well-formed, and this place of it makes no sense."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(N_("Không hiểu nội dung ở dòng %(line)s: %(what)s"), line=line, what=what)


class ZoneNeeded(Refused):
    """Neither the file nor the edition says in which time zone the event takes place."""

    def __init__(self, offsets: Iterable[str], *, edition: str = "") -> None:
        seen = ", ".join(sorted(offsets)) or "?"
        if edition:
            super().__init__(
                N_(
                    "Chưa có kỳ tổ chức “%(edition)s”, và tệp không nói múi giờ (độ lệch so với UTC trong tệp: %(seen)s). "
                    "Hãy sửa --edition, hoặc thêm --zone để tạo kỳ mới, ví dụ --zone Europe/Brussels."
                ),
                edition=edition,
                seen=seen,
            )
            return
        super().__init__(
            N_("Tệp không nói múi giờ (độ lệch so với UTC trong tệp: %(seen)s). Hãy thêm --zone, ví dụ --zone Europe/Brussels."), seen=seen
        )


class Key(msgspec.Struct, frozen=True):
    """What a file calls one session: its guid, and which occurrence of that guid it is (some files repeat them)."""

    guid: str
    n: int = 1


class Note(msgspec.Struct, frozen=True):
    """Something that was tolerated, for whoever imports."""

    line: int
    what: str


class FileRoom(msgspec.Struct, frozen=True):
    """One room of a venue in the file. `guid` is the file's own name for it, if it has one."""

    code: str
    name: Text
    capacity: int | None = None
    guid: str = ""


class FileVenue(msgspec.Struct, frozen=True):
    """One venue of the file: a `Place` without a room, and its rooms in the file's order."""

    place: Place
    rooms: tuple[FileRoom, ...] = ()


class FileUnit(msgspec.Struct, frozen=True):
    """One organisation of the file. `kind` and `parent` are codes."""

    code: str
    name: Text
    kind: str
    parent: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One activity of the file. `keys` stand beside `activity.sessions`, one for one. `line` is where it begins."""

    activity: Activity
    keys: tuple[Key, ...]
    line: int = 0


class ProgrammeFile(msgspec.Struct, frozen=True):
    """All that a file says of one edition.

    `source` names where foreign ids come from: guids are unique in it. `ours`: written by this software, so its guids
    may be uids of ours and its texts are plain. `offsets`: the UTC offsets seen, to help who must name the zone.
    `uids`: the session uids that such a file states.
    `edition.zone` is empty when the file does not say.
    """

    kind: FileKind
    source: str
    edition: EditionInfo
    entries: tuple[Entry, ...]
    terms: dict[str, tuple[Term, ...]] = {}
    unit_kinds: tuple[Term, ...] = ()
    units: tuple[FileUnit, ...] = ()
    venues: tuple[FileVenue, ...] = ()
    ours: bool = False
    uids: frozenset[UUID] = frozenset()
    offsets: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()


# --- what every parser needs -----------------------------------------------------------------------------------------


# What no form of ours accepts: C0 but tab and line feed, C1, surrogates, non-characters and the mark of a broken encoding;
# zero-width and byte-order marks; overrides of the direction.
_SPANS: tuple[tuple[int, int], ...] = ((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xD800, 0xDFFF), (0xFFFD, 0xFFFF))
_SPANS += ((0x200B, 0x200B), (0xFEFF, 0xFEFF), (0x202A, 0x202E), (0x2066, 0x2069))
_CONTROL: dict[int, str | None] = {code: None for first, last in _SPANS for code in range(first, last + 1)}
_CONTROL |= dict.fromkeys((0x85, 0x2028, 0x2029), "\n")
_BLANKS = re.compile(r"[ \t\u00a0]+\n")
_GAPS = re.compile(r"\n{3,}")


def clean(value: str | None) -> str:
    """A text of several lines as we keep it: NFC, no control or direction-override characters, no trailing blanks."""
    if not value:
        return ""
    plain = nfc(value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL))
    return _GAPS.sub("\n\n", _BLANKS.sub("\n", plain)).strip()


def clean_line(value: str | None, longest: int = TITLE) -> str:
    """A text of one line, cut with an ellipsis where it is longer than its column."""
    line = " ".join(clean(value).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def clean_url(value: str | None) -> str:
    """An absolute http(s) address with its forbidden characters escaped, or nothing."""
    address = (value or "").strip().translate(_CONTROL)
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or len(address) > 2000:
        return ""
    try:
        authority = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except UnicodeError:
        return ""
    # quote() leaves percent signs alone, so one that escapes nothing is escaped first.
    path, query, fragment = (quote(_LONE_PERCENT.sub("%25", part), safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment))
    address = parts._replace(scheme=parts.scheme.lower(), netloc=authority, path=path, query=query, fragment=fragment).geturl()
    return address if _URL.fullmatch(address) else ""


_URL = re.compile(r"https?://[A-Za-z0-9\-._~!$&'()*+,;=:@%\[\]]+(?:[/?#][!-~]*)?")
_URL_SAFE = "/?%:@!$&'()*+,;=-._~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def printable(value: str) -> bool:
    """Whether there is anything to see in it."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in value)


_FILE_IDS = uuid5(NAMESPACE_URL, "https://ngayso.example/exchange")


def stand_in(*parts: object) -> UUID:
    """A UUID for something a file names otherwise; the same each time the file is read."""
    return uuid5(_FILE_IDS, "\x1f".join(str(part) for part in parts))


def as_uuid_or_none(value: str) -> UUID | None:
    """The UUID that this text is, in its usual form with hyphens; else none."""
    try:
        return UUID(value) if len(value) == 36 else None
    except ValueError:
        return None


class Codes:
    """Gives each name a code of its own, made from the name; the same name gets the same code."""

    def __init__(self) -> None:
        self._by_name: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str, *, otherwise: str) -> str:
        """The code of `name`; `otherwise` where nothing readable is left of it (only symbols)."""
        if name not in self._by_name:
            base = slugify(name, longest=CODE - 4) or otherwise
            code, n = base, 1
            while code in self._taken:
                n += 1
                code = f"{base}-{n}"
            self._taken.add(code)
            self._by_name[name] = code
        return self._by_name[name]
