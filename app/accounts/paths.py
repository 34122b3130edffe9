"""Where sign-in leads back to: pages of this site and nothing else. Pure."""

from __future__ import annotations

HOME = "/manage/"
_LONGEST = 1000


def local_path(wanted: str) -> str:
    """`wanted` when it is a plain path of this site, else the organisers' home.

    Refuses what browsers read as another site: "//host", "/\\host", schemes, control characters, and the sign-in pages
    themselves, which would lead in a circle.
    """
    plain = (
        wanted.startswith("/")
        and len(wanted) <= _LONGEST
        and not wanted.startswith("//")
        and "\\" not in wanted
        and wanted.isprintable()
        and not any(char.isspace() for char in wanted)
        and not wanted.startswith(("/sign-in", "/sign-out"))
    )
    return wanted if plain else HOME
