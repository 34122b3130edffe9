"""Figures for Prometheus. Rooms add their own with prometheus_client; nothing here names a person or an address."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds in seconds."""

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Requests(Collector):
    """Requests and their times, counted in plain dictionaries: the library's own counters take 7 µs a request, a tenth of a scan."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str, int], int] = {}
        self.times: dict[str, list[float]] = {}  # a count per bucket, one for slower, and the sum of seconds

    def collect(self) -> Iterator[Metric]:
        """What Prometheus asks for."""
        requests = CounterMetricFamily("ngayso_requests", "Answered requests", labels=("method", "route", "status"))
        for (method, route, status), count in list(self.counts.items()):
            requests.add_metric((method, route, str(status)), count)
        yield requests
        seconds = HistogramMetricFamily("ngayso_request_seconds", "Time until a request was answered", labels=("route",))
        for route, row in list(self.times.items()):
            total = 0.0
            buckets: list[tuple[str, float]] = []
            for bound, times in zip((*map(str, BUCKETS), "+Inf"), row, strict=False):
                total += times
                buckets.append((bound, total))
            seconds.add_metric((route,), buckets, row[-1])
        yield seconds


_requests = _Requests()
REGISTRY.register(_requests)
mails = Gauge("ngayso_mails", "Mails in the outbox by state", ["state"], registry=REGISTRY)
screens = Gauge("ngayso_live_screens", "Open live streams", registry=REGISTRY)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """One answered request. `route` is the template, so the number of series is bounded by the routes."""
    key = (method if method in _KNOWN_METHODS else "other", route, status)
    _requests.counts[key] = _requests.counts.get(key, 0) + 1
    if route == "/live":  # a stream lasts as long as its reader stays
        return
    row = _requests.times.get(route)
    if row is None:
        row = _requests.times[route] = [0.0] * (len(BUCKETS) + 2)
    row[bisect_left(BUCKETS, seconds)] += 1
    row[-1] += seconds


def text() -> tuple[bytes, str]:
    """All figures and their media type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
