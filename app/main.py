"""The one place where the rooms are joined into a server."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
from collections.abc import AsyncIterator, Sequence

import structlog
from litestar import Litestar
from litestar.events import BaseEventEmitterBackend

from app.accounts.room import ROOM as ACCOUNTS
from app.events.room import ROOM as EVENTS
from app.kernel import live, outbox, seal
from app.kernel.address import use_base_url
from app.kernel.clock import Clock, use_clock
from app.kernel.database import close_database, open_database
from app.kernel.logs import set_up_logs
from app.kernel.room import Room
from app.kernel.signing import load_secrets, use_secrets
from app.kernel.web import assets, errors, health, i18n, mail_pages, rendering, trust
from app.kernel.web.doorway import wrap
from app.kernel.web.openapi import in_schema, openapi_config
from app.kernel.web.request import HouseRequest
from app.registrations.room import ROOM as REGISTRATIONS
from app.settings import Settings
from app.site.room import ROOM as SITE

KERNEL = Room("kernel", route_handlers=[assets.static_file, *health.HANDLERS, *live.HANDLERS, *mail_pages.HANDLERS, *trust.HANDLERS])
ROOMS: Sequence[Room] = (ACCOUNTS, EVENTS, REGISTRATIONS, SITE)

SEAL_EVERY = 5.0
"""Seconds between two runs of the sealer."""

log = structlog.get_logger("ngayso.server")


def version() -> str:
    """The installed version; "0" in a checkout that was never installed."""
    try:
        return importlib.metadata.version("ngayso")
    except importlib.metadata.PackageNotFoundError:
        return "0"


async def _keep_sealing() -> None:
    while True:
        await asyncio.sleep(SEAL_EVERY)
        try:
            await seal.seal_pending()
        except Exception as error:
            # The next round tries again; nothing is lost meanwhile, only not sealed yet.
            log.warning("sealer.failed", error=type(error).__qualname__)


@contextlib.asynccontextmanager
async def _running(settings: Settings, rooms: Sequence[Room]) -> AsyncIterator[None]:
    """Open the database, start what works in the background, and stop it all in the opposite order."""
    async with contextlib.AsyncExitStack() as stack:
        await open_database(settings)
        stack.push_async_callback(close_database)
        await live.start()
        stack.push_async_callback(live.stop)
        await outbox.start(settings)
        stack.push_async_callback(outbox.stop)
        sealer = asyncio.create_task(_keep_sealing(), name="sealer")
        stack.push_async_callback(_end, sealer)
        for room in rooms:
            for stop in room.on_stop:
                stack.push_async_callback(stop)
            for start in room.on_start:
                await start()
        health.mark_ready(True)
        try:
            yield
        finally:
            health.mark_ready(False)
            live.say_goodbye()


class _NoEvents(BaseEventEmitterBackend):
    """We announce through `kernel.announce`; Litestar's emitter would keep a task group open for the whole lifespan."""

    def emit(self, event_id: str, *_args: object, **_kwargs: object) -> None:
        """Nobody listens.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(event_id)

    async def __aenter__(self) -> _NoEvents:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def create_app(settings: Settings, clock: Clock, *, rooms: Sequence[Room] = ROOMS) -> Litestar:
    """The whole server for these settings, living by `clock`. Nothing is opened before its lifespan starts.

    `rooms` after the kernel: all of them, or a test's own.
    """
    rooms = (KERNEL, *rooms)
    set_up_logs(settings.log_format)
    use_clock(clock)
    use_secrets(load_secrets(settings.secret_key, settings.data_dir))
    use_base_url(settings.base_url)
    rendering.use_demo(settings.demo)
    health.guard_metrics(settings.metrics_token)
    i18n.catalogue("en")
    rendering.environment()
    assets.tree_hash()

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        async with _running(settings, rooms):
            yield

    app = Litestar(
        route_handlers=in_schema([handler for room in rooms for handler in room.route_handlers]),
        exception_handlers=errors.EXCEPTION_HANDLERS,
        request_class=HouseRequest,
        openapi_config=openapi_config(version()),
        include_in_schema=False,
        lifespan=[lifespan],
        logging_config=None,
        event_emitter_backend=_NoEvents,
        request_max_body_size=12_000_000,
        debug=False,
    )
    app.state.settings = settings
    return wrap(app, settings)
