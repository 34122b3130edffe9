"""Figures for Prometheus. Rooms add their own with prometheus_client; nothing here names a person or an address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REGISTRY = CollectorRegistry()

_requests = Counter("ngayso_requests_total", "Answered requests", ["method", "route", "status"], registry=REGISTRY)
_seconds = Histogram(
    "ngayso_request_seconds",
    "Time until a request was answered",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
mails = Gauge("ngayso_mails", "Mails in the outbox by state", ["state"], registry=REGISTRY)
screens = Gauge("ngayso_live_screens", "Open live streams", registry=REGISTRY)

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """One answered request. `route` is the template, so the number of series is bounded by the routes."""
    _requests.labels(method if method in _KNOWN_METHODS else "other", route, status).inc()
    if route != "/live":
        _seconds.labels(route).observe(seconds)


def text() -> tuple[bytes, str]:
    """All figures and their media type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
