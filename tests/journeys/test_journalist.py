"""A journalist subscribes once: each published move and cancellation arrives under the same UID, with a sequence that only rises."""

from __future__ import annotations

import httpx
import icalendar
import pytest
from playwright.async_api import Page, expect

from tests.ground.server import Server
from tests.journeys.conftest import DESK, Windows, sign_in
from tests.journeys.desk import open_activity, place, publish_this, save

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Không gian sách số và xuất bản số"


class Subscriber:
    """A calendar program: it keeps what it was told and asks with it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.kept: httpx.Headers | None = None

    def ask(self) -> httpx.Response:
        headers = {} if self.kept is None else {"if-none-match": self.kept["etag"], "if-modified-since": self.kept["last-modified"]}
        answer = httpx.get(self.address, headers=headers)
        if answer.status_code == 200:
            self.kept = answer.headers
        return answer

    def events(self) -> dict[str, icalendar.Event]:
        """What is new, by UID."""
        answer = self.ask()
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/calendar")
        return {str(one["uid"]): one for one in icalendar.Calendar.from_ical(answer.content).events}


def sequences(events: dict[str, icalendar.Event]) -> dict[str, int]:
    return {uid: int(one["sequence"]) for uid, one in events.items()}


async def follow(page: Page, address: str, name: str) -> Subscriber:
    """Take the address behind the page's own button, as the phone would hand it to its calendar."""
    await page.goto(address)
    href = await page.get_by_role("link", name=name).get_attribute("href")
    assert href is not None
    assert href.startswith("webcal://")
    return Subscriber("http" + href.removeprefix("webcal"))


async def test_a_move_and_a_cancellation_reach_the_subscribed_calendar(week: Server, window: Windows) -> None:
    reader, desk = await window(DESK), await window(DESK)
    whole = await follow(reader, f"{week.url}/2026/", "Theo dõi bằng lịch")
    library = await follow(reader, f"{week.url}/2026/programme?venue=V20", "Theo dõi danh sách này bằng lịch")
    first, of_library = whole.events(), library.events()
    assert len(first) == 65
    [(uid, known)] = of_library.items()
    assert known["summary"] == TITLE
    assert known["dtstart"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert f"{known.start:%d %H:%M}" == "10 14:00"
    assert (whole.ask().status_code, library.ask().status_code) == (304, 304)

    await sign_in(desk, week)
    await open_activity(desk, week, TITLE)
    await place(desk, start="15:30", end="17:30")
    await desk.get_by_role("group", name="Lý do thay đổi").get_by_label("Tiếng Việt").fill("Chờ sách về kịp.")
    await save(desk)
    assert (whole.ask().status_code, library.ask().status_code) == (304, 304)  # a draft is not news
    await publish_this(desk)

    moved = whole.events()
    assert sequences(moved) == sequences(first) | {uid: int(known["sequence"]) + 1}
    assert library.events()[uid] == moved[uid]
    assert (f"{moved[uid].start:%d %H:%M}", f"{moved[uid].end:%d %H:%M}") == ("10 15:30", "10 17:30")
    assert moved[uid]["last-modified"].dt > known["last-modified"].dt
    assert whole.ask().status_code == 304

    await desk.get_by_role("combobox", name="Trạng thái", exact=True).select_option(label="Đã hủy")
    await save(desk)
    await publish_this(desk)
    gone = whole.events()
    assert sequences(gone) == sequences(first) | {uid: int(known["sequence"]) + 2}
    assert gone[uid]["status"] == "CANCELLED"
    assert gone[uid].start == moved[uid].start
    assert {str(one["status"]) for other, one in gone.items() if other != uid} >= {"CONFIRMED"}
    await reader.goto(f"{week.url}/2026/changes")
    await expect(reader.get_by_role("main")).to_contain_text("Chờ sách về kịp.")
