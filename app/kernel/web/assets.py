"""Static files under names that change with their content, so that browsers may keep them for ever.

One hash stands for the whole tree (`/static/<hash>/css/app.css`): relative addresses inside style sheets and ES modules
then carry it too. An old or absent hash still finds the file, without the promise.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.kernel.errors import NotFound
from app.kernel.paths import bundled
from app.kernel.web import visit
from app.kernel.web.access import public
from app.kernel.web.i18n import N_

# Not left to the system's own table, which differs from machine to machine.
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
    ".html": "text/html",
}
_COMPRESSED = {".woff2", ".png", ".jpg", ".jpeg", ".webp", ".gz"}


@cache
def tree_hash() -> str:
    """The hash of all static files and their names, read once per process."""
    folder = bundled("static")
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file: `asset("css/app.css")`."""
    return f"/static/{tree_hash()}/{name}"


class _File:
    """One static file as it goes over the wire."""

    __slots__ = ("body", "etag", "media_type", "zipped")

    def __init__(self, path: Path) -> None:
        self.body = path.read_bytes()
        self.etag = hashlib.sha256(self.body).hexdigest()[:20]
        self.media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        zipped = gzip.compress(self.body, 9, mtime=0) if path.suffix not in _COMPRESSED and len(self.body) > 500 else b""
        self.zipped = zipped if zipped and len(zipped) < len(self.body) * 0.9 else b""


@cache
def _files() -> dict[str, Path]:
    """The files that may be served, by name: no name from a request ever becomes a path."""
    folder = bundled("static")
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


@cache
def _file(name: str) -> _File:
    return _File(_files()[name])


def forget_files() -> None:
    """Read everything anew (tests change the folder)."""
    tree_hash.cache_clear()
    _files.cache_clear()
    _file.cache_clear()


def static_response(name: str, *, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A static file as a response: also for files that must live at an address of their own (a service worker)."""
    if name not in _files():
        raise NotFound(N_("Không tìm thấy tệp này."))
    file = _file(name)
    here = visit.current()
    zipped = bool(file.zipped) and here is not None and "gzip" in here.header("accept-encoding")
    etag = f'"{file.etag}{"-gz" if zipped else ""}"'
    found = {"cache-control": "no-cache", "etag": etag, **({"vary": "Accept-Encoding"} if file.zipped else {}), **(headers or {})}
    asked = here.header("if-none-match") if here is not None else ""
    if asked and (asked.strip() == "*" or etag in (one.strip().removeprefix("W/") for one in asked.split(","))):
        return Response(b"", status_code=304, headers=found, media_type=file.media_type)
    if zipped:
        found["content-encoding"] = "gzip"
    return Response(file.zipped if zipped else file.body, headers=found, media_type=file.media_type)


@get("/static/{name:path}", guards=[public], opt={"account": False}, sync_to_thread=False, include_in_schema=False)
def static_file(name: FromPath[str]) -> Response[Any]:
    """Any file of the static folder."""
    plain = str(name).lstrip("/")
    first, _slash, rest = plain.partition("/")
    if first == tree_hash():
        return static_response(rest, headers={"cache-control": "public, max-age=31536000, immutable"})
    # Twelve hex digits that are not ours: a page of an older or newer release still asks for its files.
    old = len(first) == 12 and all(digit in "0123456789abcdef" for digit in first)
    return static_response(rest if old else plain)
