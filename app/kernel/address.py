"""The public address of the server, for what leaves it: links in mails, tickets, calendars."""

from __future__ import annotations

_base = "http://127.0.0.1:8000"


def use_base_url(base_url: str) -> None:
    """Say once where people reach this server (NGAYSO_BASE_URL)."""
    global _base
    _base = base_url.rstrip("/")


def absolute(path: str) -> str:
    """The whole address of a page of ours; `path` begins with a slash and may have a query."""
    return f"{_base}{path}"
