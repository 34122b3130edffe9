"""Write `docs/permissions.md`, who may use which route, read off the router itself: `make permissions`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.accounts.permissions import document
from app.kernel.clock import SystemClock
from app.main import create_app
from app.settings import Settings

WHERE = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url="sqlite:///:memory:", data_dir=Path(folder), secret_key="not used: nothing is signed")
        WHERE.write_text(document(create_app(settings, SystemClock())), encoding="utf-8")
    print(f"wrote {WHERE.name}")


if __name__ == "__main__":
    main()
