"""`ngayso demo`: the sample week in a fresh SQLite file, with the server's clock set inside the Week."""

from __future__ import annotations

import shutil
import socket
from datetime import datetime, timedelta
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table as Grid

from app.accounts.demo import DemoAccount, ensure_demo_accounts
from app.events.exchange.importing import import_programme
from app.events.exchange.reading import read_programme
from app.kernel import migrate as migrations
from app.kernel.actor import Actor
from app.kernel.clock import VIETNAM, FrozenClock, OffsetClock, use_clock
from app.kernel.command import refuse, settings_or_refuse, with_database
from app.kernel.database import as_instant, row
from app.kernel.paths import SAMPLE
from app.registrations.gates.demo import ensure_demo_gates
from app.registrations.tickets.demo import DemoTicket, ensure_demo_registrations
from app.serving import run_server
from app.settings import Settings

EDITION = "2026"
MARKER = "ngayso-demo"
WHEN = "2026-10-08T09:40"
# The sample was published some days before the Week, so that "published" and "registered" read as they would have.
PUBLISHED_BEFORE = timedelta(days=10)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"--clock {text}: cần dạng 2026-10-08T09:40 / the form is 2026-10-08T09:40")
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _fresh_folder(folder: Path, *, reset: bool) -> bool:
    """Make the demo's folder; whether the sample must be loaded. Only a folder with the demo's marker is ever emptied."""
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        refuse(f"{folder} không phải thư mục của bản trình diễn; hãy chọn thư mục khác bằng --data / is not a demo's folder.")
    if reset and marker.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    loaded = marker.exists() and marker.read_text(encoding="utf-8") == "loaded"
    if not loaded:
        for leftover in folder.iterdir():
            if leftover.is_file():
                leftover.unlink()
        marker.write_text("loading", encoding="utf-8")
    return not loaded


async def load_sample(settings: Settings, at: datetime) -> None:
    """Migrate the open database and fill it as the demo has it: programme, gates, registrations. `at`: the demo's present."""
    await migrations.migrate()
    clock = FrozenClock(at - PUBLISHED_BEFORE)
    use_clock(clock)
    by = Actor.system("demo")
    await import_programme(read_programme(SAMPLE / "week.yaml"), edition_slug=EDITION, publish=True, by=by)
    clock.advance(days=2)
    await ensure_demo_gates(EDITION)
    await ensure_demo_registrations(EDITION)


async def _ready(settings: Settings) -> tuple[list[DemoAccount], str, DemoTicket | None]:
    """Accounts, a fresh enrolment link and a ticket to try it with: made at each start, so that what is printed works."""
    accounts = await ensure_demo_accounts(EDITION)
    return accounts, await ensure_demo_gates(EDITION), await ensure_demo_registrations(EDITION)


async def _latest(_: Settings) -> datetime | None:
    """When something last happened here: a demo that is started again goes on from there, or its past would lie ahead."""
    found = await row("SELECT max(at) AS at FROM (SELECT at FROM audit_entry UNION ALL SELECT received_at FROM scan) AS happened")
    return as_instant(found["at"]) if found else None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _print_accounts(accounts: list[DemoAccount], base_url: str, enrolment: str, ticket: DemoTicket | None, at: datetime) -> None:
    console = Console()
    grid = Grid(title="Tài khoản trình diễn / demo accounts", title_justify="left")
    for heading in ("Vai trò / role", "E-mail", "Mật khẩu / password"):
        grid.add_column(heading)
    for account in accounts:
        grid.add_row(account.label, account.email, account.password)
    console.print(grid)
    lines = (
        ("Đồng hồ / clock", at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")),
        ("Chương trình / programme", f"{base_url}/"),
        ("Đăng nhập / sign in", f"{base_url}/sign-in"),
        ("Thư đi, không rời máy / mail, which stays here", f"{base_url}/manage/mail ({accounts[0].email})"),
        ("Máy quét ở cửa / gate scanner", enrolment),
        *([("Vé để thử ở cửa / a ticket to try there", f"{ticket.address} ({ticket.holder})")] if ticket else []),
    )
    for what, value in lines:
        click.echo(f"{what}: {value}")


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Cổng / port.")
@click.option("--reset", is_flag=True, help="Xóa dữ liệu trình diễn và nạp lại / delete the demo's data and load it again.")
@click.option("--clock", default=WHEN, show_default=True, help="Thời điểm của đồng hồ máy chủ / the server's moment.")
@click.option("--data", default="ngayso-demo", show_default=True, type=click.Path(path_type=Path), help="Thư mục dữ liệu / data folder.")
@click.pass_context
def demo(context: click.Context, port: int, reset: bool, clock: str, data: Path) -> None:
    """Tuần lễ mẫu, chạy được ngay. / The sample week, running."""
    at = _moment(clock)
    if not _is_free(port):
        refuse(f"Cổng {port} đang bận; hãy thử --port {port + 1}. / Port {port} is in use; try another.")
    folder = data.resolve()
    must_load = _fresh_folder(folder, reset=reset)
    base_url = f"http://127.0.0.1:{port}"
    settings = settings_or_refuse(
        data_dir=folder, database_url=f"sqlite:///{folder / 'ngayso.sqlite'}", base_url=base_url, smtp_url="", demo=True, demo_clock=at
    )
    if must_load:
        click.echo("Đang nạp tuần lễ mẫu… / Loading the sample week…")
        with_database(lambda chosen: load_sample(chosen, at), settings=settings, migrated=False)
        (folder / MARKER).write_text("loaded", encoding="utf-8")
    elif context.get_parameter_source("clock") is ParameterSource.DEFAULT:
        latest = with_database(_latest, settings=settings)
        at = max(at, latest + timedelta(minutes=1)) if latest else at
    running = OffsetClock(at)
    use_clock(running)
    accounts, enrolment, ticket = with_database(_ready, settings=settings)
    _print_accounts(accounts, base_url, enrolment, ticket, at)
    run_server(settings, running, host="127.0.0.1", port=port)
