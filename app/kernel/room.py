"""What a room hands to `create_app`: its routes, tables, background work and commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
from piccolo.table import Table

Start = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Room:
    """One feature room as the house sees it."""

    name: str
    route_handlers: Sequence[Any] = ()
    tables: Sequence[type[Table]] = ()
    on_start: Sequence[Start] = ()
    on_stop: Sequence[Start] = ()
    commands: Sequence[click.Command] = field(default=())
