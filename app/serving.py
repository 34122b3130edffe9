"""`ngayso serve` and `ngayso init`: from an empty machine to a server that answers."""

from __future__ import annotations

import fcntl
import secrets
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

import click
import uvicorn
from litestar import Litestar

from app.accounts.commands import create_administrator
from app.events.programme.editions import create_edition
from app.events.programme.model import EditionInfo
from app.kernel import migrate as migrations
from app.kernel.actor import Actor
from app.kernel.clock import Clock, SystemClock, now
from app.kernel.command import refuse, settings_or_refuse, with_database
from app.kernel.text import Text
from app.kernel.tls import self_signed
from app.main import create_app
from app.settings import Settings

# A stream of live events never ends by itself; after this many seconds SIGTERM ends it.
GRACE_SECONDS = 3


def from_environment() -> Litestar:
    """The application as a worker process makes it (`--workers N`)."""
    return create_app(settings_or_refuse(), SystemClock())


def _hold_the_file(settings: Settings) -> IO[str]:
    """One server process per SQLite file: hold a lock as long as this process lives."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = (settings.data_dir / "server.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        refuse(
            f"Một máy chủ khác đang dùng {settings.data_dir}. SQLite chỉ có một tiến trình máy chủ; cần nhiều hơn thì dùng PostgreSQL. / "
            "Another server is using this folder; with SQLite there is exactly one server process."
        )
    return lock


def run_server(settings: Settings, clock: Clock, *, host: str, port: int, tls: tuple[Path, Path] | None = None, workers: int = 1) -> None:
    """Serve until SIGTERM or Ctrl-C; what was accepted is finished and stored first."""
    common: dict[str, Any] = {
        "host": host,
        "port": port,
        "proxy_headers": True,
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "access_log": False,
        "server_header": False,
        "log_level": "warning",
        "lifespan": "on",
        "ssl_certfile": str(tls[0]) if tls else None,
        "ssl_keyfile": str(tls[1]) if tls else None,
    }
    lock = _hold_the_file(settings) if settings.is_sqlite else None
    try:
        _run(settings, clock, common, workers)
    finally:
        if lock:
            lock.close()


def _run(settings: Settings, clock: Clock, common: dict[str, Any], workers: int) -> None:
    if workers > 1:
        uvicorn.run("app.serving:from_environment", factory=True, workers=workers, **common)
    else:
        uvicorn.run(create_app(settings, clock), **common)


def _tls(choice: str, settings: Settings) -> tuple[Path, Path] | None:
    if not choice:
        return None
    if choice == "self":
        return self_signed(settings.data_dir)
    certificate, _, key = choice.partition(",")
    if not (Path(certificate).is_file() and Path(key).is_file()):
        refuse("--tls: cần self hoặc CHỨNG_THƯ,KHÓA là hai tệp có thật / self, or CERT,KEY naming two existing files")
    return Path(certificate), Path(key)


@click.command()
@click.option("--host", default="", help="Địa chỉ lắng nghe / address to listen on (127.0.0.1; with --tls self: 0.0.0.0).")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Cổng / port.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Số tiến trình (chỉ PostgreSQL) / processes.")
@click.option("--tls", default="", metavar="self|CERT,KEY", help="HTTPS: self tự lập chứng thư (hội trường không mạng) / own authority.")
def serve(host: str, port: int, workers: int, tls: str) -> None:
    """Chạy máy chủ. / Serve."""
    settings = settings_or_refuse()
    if settings.is_sqlite and workers > 1:
        refuse("SQLite chỉ có một tiến trình máy chủ; hãy bỏ --workers hoặc dùng PostgreSQL. / With SQLite there is exactly one process.")

    async def nothing(_: Settings) -> None:
        """Opening is the check: a database that is missing or behind is refused before the port is taken."""

    with_database(nothing, settings=settings)
    chosen = _tls(tls, settings)
    listen = host or ("0.0.0.0" if tls == "self" else "127.0.0.1")  # noqa: S104 - a hall's phones must reach it
    scheme = "https" if chosen else "http"
    click.echo(f"Ngày Số: {scheme}://{listen}:{port}/")
    if tls == "self":
        click.echo(f"Điện thoại ở cửa: mở {scheme}://<địa chỉ máy này>:{port}/tls để cài chứng thư. / Gate phones: open …/tls first.")
    run_server(settings, SystemClock(), host=listen, port=port, tls=chosen, workers=workers)


def the_week(slug: str, locality: str, year: int) -> EditionInfo:
    """The edition around 10 October of a year: Monday to Sunday of the week that holds the Day."""
    main_day = date(year, 10, 10)
    monday = main_day - timedelta(days=main_day.weekday())
    return EditionInfo(
        slug=slug,
        name=Text(f"Tuần lễ Chuyển đổi số {locality} {year}", f"Digital Transformation Week of {locality} {year}"),
        locality=Text(locality),
        starts_on=monday,
        ends_on=monday + timedelta(days=6),
        main_day=main_day,
    )


def _asked(option: str, question: str, *, default: str = "") -> str:
    """What was not given as an option: asked for at a terminal; in a script the default, or a refusal that names it."""
    if sys.stdin.isatty():
        return str(click.prompt(question, default=default or None))
    return default or refuse(f"Thiếu {option}. / {option} is missing.")


@click.command()
@click.option("--email", default="", help="E-mail của quản trị viên / administrator's e-mail.")
@click.option("--name", default="", help="Họ và tên / name.")
@click.option("--password", default="", help="Bỏ trống: tự tạo và in ra một lần / empty: made and printed once.")
@click.option("--edition", default="", help="Đường dẫn của kỳ tổ chức, ví dụ 2026 / edition's address, e.g. 2026.")
@click.option("--locality", default="", help="Tên địa phương, ví dụ Hải Đăng / the locality's name.")
def init(email: str, name: str, password: str, edition: str, locality: str) -> None:
    """Người quản trị đầu tiên và kỳ tổ chức đầu tiên. / First administrator and edition."""
    email = email or _asked("--email", "E-mail của quản trị viên / administrator's e-mail")
    name = name or _asked("--name", "Họ và tên / name", default="Quản trị viên")
    if edition and not locality:
        locality = _asked("--locality", "Tên địa phương, ví dụ Hải Đăng / the locality's name")
    chosen = password or secrets.token_urlsafe(12)

    async def run(_: Settings) -> str:
        await migrations.migrate()
        await create_administrator(email, name=name, password=chosen)
        if edition:
            await create_edition(the_week(edition, locality, int(edition) if edition.isdigit() else now().year), by=Actor.system("init"))
        return edition

    made = with_database(run, migrated=False)
    click.echo(f"Tài khoản quản trị / administrator: {email}")
    if not password:
        click.echo(f"Mật khẩu (chỉ in lần này) / password (printed once): {chosen}")
    if made:
        click.echo(f"Kỳ tổ chức / edition: /{made}/")
    click.echo("Tiếp theo / next: ngayso serve")
