"""The shop window: pages that show several rooms at once, from their read models."""

from __future__ import annotations

from app.kernel.room import Room
from app.site import indexing, pages

ROOM = Room("site", route_handlers=[*pages.HANDLERS, *indexing.HANDLERS])
