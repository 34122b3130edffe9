"""The programme that the questions are asked of: 1,079 sessions, real ones where we were given them."""

from __future__ import annotations

import os
from pathlib import Path

from tests.ground.crowd import publish_week

SESSIONS = 1_079


def schedule() -> Path | None:
    """The real schedule of 1,079 sessions, if we were given it."""
    folder = os.environ.get("NGAYSO_REAL_DATA")
    path = Path(folder) / "schedules" / "fosdem-2026-v4.xml" if folder else None
    return path if path and path.exists() else None


def publish(database_url: str, data_dir: Path) -> None:
    """Import and publish it."""
    publish_week(database_url, data_dir, sessions=SESSIONS, schedule=schedule())
