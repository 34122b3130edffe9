"""Every setting of the server: its environment variable, type, default and meaning. `ngayso doctor --settings` prints this list."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """One environment variable as `ngayso doctor --settings` explains it."""

    variable: str
    default: str
    meaning: str


SETTINGS = (
    Setting(
        "NGAYSO_DATABASE_URL", "sqlite:///<data dir>/ngayso.sqlite", "Where the data is: sqlite:///path or postgresql://user:pass@host/db."
    ),
    Setting("NGAYSO_DATA_DIR", "./data", "Folder of the SQLite file, keys, uploaded files and backups."),
    Setting("NGAYSO_BASE_URL", "http://127.0.0.1:8000", "The public address, as people type it; used in mails, tickets and feeds."),
    Setting("NGAYSO_SECRET_KEY", "(made once, kept in the data folder)", "Signs links and tickets; old keys after commas still verify."),
    Setting("NGAYSO_SMTP_URL", "(unset: mail stays readable on the mail page)", "smtp[s]://user:pass@host:port?starttls=1"),
    Setting("NGAYSO_MAIL_FROM", "Ngày Số <no-reply@localhost>", "Sender of all mail."),
    Setting("NGAYSO_TRUSTED_PROXIES", "127.0.0.1", "Addresses of reverse proxies whose X-Forwarded-* headers are believed, by commas."),
    Setting("NGAYSO_LOG_FORMAT", "text", "text for people, json for log collectors."),
    Setting("NGAYSO_METRICS_TOKEN", "(unset: /metrics answers on the loopback only)", "Bearer token that opens /metrics elsewhere."),
)


class SettingsFault(ValueError):
    """A setting that cannot be used; the message names the variable and what it should look like."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one running server. Made by `Settings.from_env()`, or by hand in tests."""

    database_url: str
    data_dir: Path
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = ""
    smtp_url: str = ""
    mail_from: str = "Ngày Số <no-reply@localhost>"
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    log_format: str = "text"
    metrics_token: str = ""
    demo: bool = False
    demo_clock: datetime | None = None

    @classmethod
    def from_env(cls, **overrides: Any) -> Settings:
        """Read NGAYSO_* variables; `overrides` win.

        Raises:
            SettingsFault: a value cannot be used.
        """
        get = os.environ.get
        data_dir = Path(overrides.pop("data_dir", None) or get("NGAYSO_DATA_DIR") or "data").resolve()
        values: dict[str, Any] = {
            "data_dir": data_dir,
            "database_url": get("NGAYSO_DATABASE_URL") or f"sqlite:///{data_dir / 'ngayso.sqlite'}",
            "base_url": (get("NGAYSO_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
            "secret_key": get("NGAYSO_SECRET_KEY") or "",
            "smtp_url": get("NGAYSO_SMTP_URL") or "",
            "mail_from": get("NGAYSO_MAIL_FROM") or "Ngày Số <no-reply@localhost>",
            "trusted_proxies": tuple(p.strip() for p in (get("NGAYSO_TRUSTED_PROXIES") or "127.0.0.1").split(",") if p.strip()),
            "log_format": get("NGAYSO_LOG_FORMAT") or "text",
            "metrics_token": get("NGAYSO_METRICS_TOKEN") or "",
        }
        settings = cls(**{**values, **overrides})
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what cannot work, naming the variable."""
        if not self.database_url.startswith(("sqlite:///", "postgresql://")):
            raise SettingsFault("NGAYSO_DATABASE_URL must start with sqlite:/// or postgresql://")
        if not self.base_url.startswith(("http://", "https://")):
            raise SettingsFault("NGAYSO_BASE_URL must start with http:// or https://")
        if self.smtp_url and not self.smtp_url.startswith(("smtp://", "smtps://")):
            raise SettingsFault("NGAYSO_SMTP_URL must start with smtp:// or smtps://")
        if self.log_format not in ("text", "json"):
            raise SettingsFault("NGAYSO_LOG_FORMAT must be text or json")

    @property
    def is_sqlite(self) -> bool:
        """Whether the data is in an SQLite file (then there is exactly one server process)."""
        return self.database_url.startswith("sqlite:///")

    @property
    def https(self) -> bool:
        """Whether people reach the server over HTTPS."""
        return self.base_url.startswith("https://")
