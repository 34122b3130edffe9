"""Unsafe requests from other sites are refused by what browsers say about where a request comes from.

No tokens in pages, so public pages can be kept as bytes and an old tab still works. Browsers send Sec-Fetch-Site on
HTTPS and localhost, Origin with every unsafe request; whoever sends neither is no browser and has no cookies to steal.
Requests with an Authorization header pass: no other site can make a browser add one.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from app.kernel.errors import Forbidden
from app.kernel.web.i18n import N_

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class CrossSite(Forbidden):
    """Another site's page tried to act in the reader's name."""

    def __init__(self) -> None:
        super().__init__(N_("Yêu cầu này đến từ một trang web khác nên bị từ chối."))


def is_cross_site(scope: Any, own_hosts: frozenset[str]) -> bool:
    """Whether this is an unsafe request that a page of another site made. `own_hosts`: the host of the base address."""
    if scope["method"] in _SAFE:
        return False
    site = origin = host = ""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return False
        if name == b"sec-fetch-site":
            site = value.decode("latin-1")
        elif name == b"origin":
            origin = value.decode("latin-1")
        elif name == b"host":
            host = value.decode("latin-1").lower()
    if site:
        return site not in ("same-origin", "none")
    if not origin:
        return False
    try:
        source = urlsplit(origin).netloc.lower()
    except ValueError:
        return True
    return not source or (source != host and source not in own_hosts)
