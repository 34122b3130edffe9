"""The one door for files that bring a programme: looks what it is, and reads it."""

from __future__ import annotations

from pathlib import Path

from app.events.exchange.frab_json import read_frab_json
from app.events.exchange.frab_reading import programme_of
from app.events.exchange.frab_xml import TooLarge, read_frab_xml
from app.events.exchange.programme_file import LARGEST, FileRefused, ProgrammeFile
from app.events.exchange.week_reading import read_week_yaml
from app.kernel.web.i18n import N_


class NotAFile(FileRefused):
    """There is nothing there that could be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(N_("Không đọc được tệp %(path)s."), path=path)


def read_programme(path: Path, *, zone: str = "") -> ProgrammeFile:
    """Read a frab schedule (XML, JSON) or a week in our own YAML.

    Raises:
        FileRefused: with the line where reading ended.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise TooLarge
        data = path.read_bytes()
    except OSError:
        raise NotAFile(path) from None
    return parse_programme(data, zone=zone)


def parse_programme(data: bytes, *, zone: str = "") -> ProgrammeFile:
    """The same, from bytes. The first character that is not blank says which format it is."""
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    # XML in UTF-16 begins with a byte order mark.
    if start == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return programme_of(read_frab_xml(data), zone=zone)
    if start in (b"{", b"["):
        return programme_of(read_frab_json(data), zone=zone)
    return read_week_yaml(data, zone=zone)
