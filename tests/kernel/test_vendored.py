"""What we vendored is what its authors published, byte for byte, with its version and licence written down."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELVES = [ROOT / "static" / "vendor", ROOT / "tests" / "browser" / "vendor"]


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: str(shelf.relative_to(ROOT)))
def test_every_vendored_file_is_the_one_that_was_recorded(shelf: Path) -> None:
    """A file that was changed, added or lost by hand shows up here, before a reader's browser runs it."""
    libraries = tomllib.loads((shelf / "VERSIONS.toml").read_text(encoding="utf-8"))["library"]
    recorded = {f"{library['folder']}/{name}": sha for library in libraries for name, sha in library["sha256"].items()}
    found = {
        str(path.relative_to(shelf)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shelf.rglob("*")
        if path.is_file() and path.name != "VERSIONS.toml"
    }
    assert found == recorded


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: str(shelf.relative_to(ROOT)))
def test_every_vendored_library_says_its_version_and_carries_its_licence(shelf: Path) -> None:
    for library in tomllib.loads((shelf / "VERSIONS.toml").read_text(encoding="utf-8"))["library"]:
        assert all(library[said] for said in ("version", "licence", "package")), library["name"]
        assert any(name.startswith("LICENSE") for name in library["sha256"]), f"{library['name']} has no licence file"
