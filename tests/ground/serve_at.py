"""`ngayso serve` with the clock set inside the Week: `python -m tests.ground.serve_at --port 8000 --clock 2026-10-08T09:40+07:00`.

The demo has such a clock too, but brings its own data; tests and benchmarks bring theirs, on either engine.
"""

from __future__ import annotations

import argparse
from datetime import datetime

from app.kernel.clock import OffsetClock
from app.serving import run_server
from app.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clock", type=datetime.fromisoformat, required=True)
    asked = parser.parse_args()
    run_server(Settings.from_env(), OffsetClock(asked.clock), host="127.0.0.1", port=asked.port)


if __name__ == "__main__":
    main()
