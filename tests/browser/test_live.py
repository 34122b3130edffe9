"""Live parts in a real browser: tabs share one stream, another tab takes over, lost touch is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from litestar import Request, get
from litestar.response import Response

from app.kernel import live
from app.kernel.room import Room
from app.kernel.web.access import public
from app.kernel.web.assets import asset
from tests.ground.background import Background
from tests.ground.ports import free_port

TOLD = "() => window.told"


@get("/screen/{topic:str}", guards=[public])
async def screen(request: Request) -> Response[str]:
    """A page that follows one topic."""
    topic = request.path_params["topic"]
    html = (
        f'<!doctype html><title>x</title><div data-live="screen:{topic}"></div>'
        f'<span class="lamp" data-state="live"></span><script type="module" src="{asset("js/live.js")}"></script>'
    )
    return Response(html, media_type="text/html")


class Wired:
    """The kernel with one page on a real socket, in a thread of its own; `restart` is a server that went and came back."""

    def __init__(self, settings, clock) -> None:
        self.settings, self.clock = settings, clock
        self.port = free_port()
        self.thread = Background("wired")

    def start(self) -> None:
        from app.main import create_app

        app = create_app(self.settings, self.clock, rooms=(Room("test", route_handlers=(screen,)),))
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_config=None, timeout_graceful_shutdown=1, lifespan="on")
        self.server = uvicorn.Server(config)
        self.task = asyncio.run_coroutine_threadsafe(self.server.serve(), self.thread.loop)

    def stop(self) -> None:
        self.server.should_exit = True
        self.task.result(10)

    def streams(self) -> int:
        return len(live.hub.streams)

    def touch(self, *topics: str) -> None:
        self.thread.loop.call_soon_threadsafe(live.touch, *topics)

    def url(self, topic: str) -> str:
        return f"http://127.0.0.1:{self.port}/screen/{topic}"


@pytest.fixture
def wired(settings, clock, monkeypatch) -> Iterator[Wired]:
    async def anyone(_rest: str) -> bool:
        return True

    monkeypatch.setitem(live._may, "screen", anyone)
    server = Wired(settings, clock)
    server.start()
    yield server
    server.stop()
    server.thread.stop()


async def open_screen(context, wired, topic: str):
    page = await context.new_page()
    await page.add_init_script("""
        window.told = [];
        document.addEventListener('DOMContentLoaded', () => {
            for (const part of document.querySelectorAll('[data-live]'))
                part.addEventListener('live', (event) => window.told.push(event.detail.version));
        });
    """)
    for _ in range(100):
        try:
            await page.goto(wired.url(topic))
            break
        except Exception:
            await asyncio.sleep(0.05)
    return page


async def until(question, *, seconds: float = 12):
    for _ in range(int(seconds / 0.05)):
        answer = await question()
        if answer:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to pass")


async def told(page, more_than: int = 0) -> bool:
    return len(await page.evaluate(TOLD)) > more_than


async def test_head_over_a_real_socket_is_complete_and_has_no_body(wired):
    for _ in range(100):
        try:
            async with httpx.AsyncClient() as client:
                answers = [await client.head(wired.url("a")), await client.head(wired.url("a").replace("screen", "nothing"))]
            break
        except httpx.ConnectError:
            await asyncio.sleep(0.05)
    assert [answer.status_code for answer in answers] == [200, 404]
    assert all(answer.content == b"" and int(answer.headers["content-length"]) > 0 for answer in answers)


async def test_tabs_share_one_stream_and_the_next_takes_over(chromium, wired):
    context = await chromium.new_context()
    first = await open_screen(context, wired, "a")
    await until(lambda: told(first))
    second = await open_screen(context, wired, "b")
    await until(lambda: told(second))

    async def one_stream() -> bool:
        return wired.streams() == 1

    await until(one_stream)
    before = len(await first.evaluate(TOLD))
    wired.touch("screen:b", "screen:c")
    await until(lambda: told(second, 1))
    assert len(await first.evaluate(TOLD)) == before
    await first.close()
    count = len(await second.evaluate(TOLD))

    async def heard() -> bool:
        wired.touch("screen:b")
        return await told(second, count)

    await until(heard)
    await until(one_stream)
    await context.close()

    async def none() -> bool:
        return wired.streams() == 0

    await until(none)


async def test_a_lost_server_is_shown_and_its_return_brings_everything_up_to_date(chromium, wired):
    context = await chromium.new_context()
    page = await open_screen(context, wired, "a")
    await until(lambda: told(page))
    lamp = page.locator(".lamp")
    assert await lamp.get_attribute("data-state") == "live"
    wired.stop()

    async def state(wanted: str) -> bool:
        return (
            await lamp.get_attribute("data-state") == wanted
            and await page.evaluate("() => document.documentElement.dataset.signal") == wanted
        )

    await until(lambda: state("lost"), seconds=8)
    count = len(await page.evaluate(TOLD))
    wired.start()
    await until(lambda: state("live"), seconds=15)
    await until(lambda: told(page, count))
    await context.close()
