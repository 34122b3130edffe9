"""Free ports and folders for throw-away servers."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path


def free_port() -> int:
    """A port of the loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scratch(prefix: str, *, on_disk: bool = False) -> Path:
    """A new folder for a throw-away database: in memory where the system offers that, else in the temporary folder.

    `on_disk`: what is measured must pay for its commits.
    """
    memory = Path("/dev/shm")
    roomy = (
        not on_disk
        and memory.is_dir()
        and os.access(memory, os.W_OK)
        and os.statvfs(memory).f_bavail * os.statvfs(memory).f_frsize > 2 << 30
    )
    return Path(tempfile.mkdtemp(prefix=f"ngayso-{prefix}-", dir=memory if roomy else None))
