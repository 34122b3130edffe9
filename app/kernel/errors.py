"""Errors that a use case raises on purpose. Each carries its HTTP status and a sentence for the reader.

`message` is a gettext msgid (Vietnamese) with named placeholders filled from `params`; one handler in
`kernel.web.errors` renders it as a page or as problem details. A room derives its own typed errors from these.
"""

from __future__ import annotations


class DomainError(Exception):
    """Something a person can understand and act upon."""

    status = 400

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params


class NotFound(DomainError):
    """There is no such thing, or it is not for this reader: the two look alike."""

    status = 404


class Forbidden(DomainError):
    """The reader is known and may not."""

    status = 403


class Refused(DomainError):
    """The state of things does not allow it."""

    status = 409


class Stale(Refused):
    """The form was opened on an older revision; carries what changed since."""

    def __init__(self, message: str, *, changed: list[str] | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.changed = changed or []


class TooMany(DomainError):
    """Too often in too short a time."""

    status = 429

    def __init__(self, message: str, *, retry_after: int, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """The server cannot do it right now; the same call may succeed in a moment."""

    status = 503
