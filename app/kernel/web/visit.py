"""What is known of the request being answered: one object per request in one ContextVar.

Outside a request (workers, the command line) there is no visit, and `current()` is none.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.kernel.web.access import Account, Device

_visit: ContextVar[Visit | None] = ContextVar("visit", default=None)


class Visit:
    """One request. `account` and `device` are filled by the route's guard."""

    __slots__ = ("account", "device", "incident", "scope")

    def __init__(self, scope: Any) -> None:
        self.scope = scope
        self.account: Account | None = None
        self.device: Device | None = None
        self.incident = ""

    @property
    def path(self) -> str:
        """The path as asked, decoded."""
        path: str = self.scope["path"]
        return path

    @property
    def query(self) -> str:
        """The query string as sent."""
        query: bytes = self.scope.get("query_string", b"")
        return query.decode("latin-1")

    def header(self, name: str) -> str:
        """The first value of a request header (lower-case name), empty when absent."""
        wanted = name.encode("latin-1")
        for key, value in self.scope["headers"]:
            if key == wanted:
                text: str = value.decode("latin-1")
                return text
        return ""


def current() -> Visit | None:
    """The request being answered by this task."""
    return _visit.get()
