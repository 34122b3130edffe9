"""Where the files that are not Python lie: at the root of a checkout, or under `app/_bundled` in a wheel."""

from __future__ import annotations

from pathlib import Path

_APP = Path(__file__).resolve().parent.parent


def bundled(name: str) -> Path:
    """The folder `templates`, `static`, `locales`, `migrations` or `sample`."""
    in_wheel = _APP / "_bundled" / name
    return in_wheel if in_wheel.is_dir() else _APP.parent / name


TEMPLATES = bundled("templates")
STATIC = bundled("static")
LOCALES = bundled("locales")
MIGRATIONS = bundled("migrations")
SAMPLE = bundled("sample")
