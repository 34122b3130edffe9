"""Logs: one line per event, for people or as JSON. No personal data: no names, no addresses, no paths with tokens, no queries."""

from __future__ import annotations

import logging
import sys
from typing import Any

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
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
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
