"""Logs: one line per event, for people or as JSON. No personal data: no names, no addresses, no paths with tokens, no queries."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

import msgspec
import structlog


def set_up_logs(log_format: str) -> None:
    """Configure structlog and the standard library's loggers (uvicorn, asyncio) to write alike to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == "json":
        render: list[Any] = [_exception_class, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        render = [_exception_class, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Lines(
            as_json=log_format == "json",
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if getattr(one, "ngayso", False)]:
        root.removeHandler(old)
    handler.ngayso = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Their lines hold whole paths and queries; ours hold routes.
    for name in ("uvicorn.access", "aiosmtplib", "httpx", "piccolo"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


_REQUESTS = "ngayso.request"
_requests = logging.getLogger(_REQUESTS)


def log_request(*, method: str, route: str, status: int, ms: float, incident: str = "") -> None:
    """The line of one request. Made by hand: structlog's processors take 60 µs for it, as long as a whole kept page."""
    if not _requests.isEnabledFor(logging.INFO):
        return
    said: dict[str, Any] = {"method": method, "route": route, "status": status, "ms": ms}
    if incident:
        said["incident"] = incident
    at = time.time()  # logs live by the machine's clock, also in the demo
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at))}.{int(at % 1 * 1000):03d}Z"
    said |= {"event": "request", "level": "info", "logger": _REQUESTS, "timestamp": stamp}
    _requests.handle(logging.LogRecord(_REQUESTS, logging.INFO, "", 0, said, (), None))


class _Lines(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter, with a short way for the lines of requests."""

    def __init__(self, *, as_json: bool, **more: Any) -> None:
        super().__init__(**more)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if record.name != _REQUESTS or not isinstance(record.msg, dict):
            return super().format(record)
        said: dict[str, Any] = record.msg
        if self._as_json:
            return msgspec.json.encode(said).decode()
        tail = f" incident={said['incident']}" if "incident" in said else ""
        return f"{said['timestamp']} [info     ] request {said['status']} {said['method']} {said['route']} {said['ms']} ms{tail}"


def _exception_class(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """An exception leaves its class and where it happened; its message may hold data and stays out."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if found and found[0] is not None:
        import traceback

        last = traceback.extract_tb(found[2])[-6:]
        event["error"] = f"{found[0].__module__}.{found[0].__qualname__}"
        event["frames"] = [f"{frame.filename.rsplit('/site-packages/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in last]
    event.pop("exception", None)
    return event
