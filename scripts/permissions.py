"""Print who may use which route, read off the router itself: `make permissions`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.kernel.clock import SystemClock
from app.kernel.web.access import declared
from app.main import create_app
from app.settings import Settings


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url="sqlite:///:memory:", data_dir=Path(folder), secret_key="not used: nothing is signed")
        app = create_app(settings, SystemClock())
        lines = sorted({(line.path, line.method, repr(line.access)) for line in declared(app)})
    width = max(len(path) for path, _, _ in lines)
    for path, method, access in lines:
        print(f"{path:<{width}}  {method:<6}  {access}")


if __name__ == "__main__":
    main()
