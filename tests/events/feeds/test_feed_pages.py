"""The feeds over HTTP: cheap to ask again, the same for everybody, right after each publication."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import icalendar
import pytest
from lxml import etree

from app.events.exchange.importing import import_programme
from app.events.exchange.reading import parse_programme
from app.events.feeds import feed
from app.events.feeds.calendar import CalendarMaker
from app.events.programme.drafts import load_drafts
from app.events.programme.published import published
from app.kernel import instance
from app.kernel.actor import Actor
from app.kernel.clock import FrozenClock
from app.kernel.text import Text
from tests.events.exchange.files import event, read, sample
from tests.events.factories import edit, edit_session, publish, reread, small_edition

BY = Actor.system("test")


@pytest.fixture
async def visitor(house):
    """A program that fetches feeds from a house with the sample week."""
    await import_programme(sample(), by=BY, publish=True)
    return house.client


def uids(answer: Any) -> set[str]:
    return {str(one["uid"]) for one in icalendar.Calendar.from_ical(answer.content).events}


async def test_the_whole_week(visitor) -> None:
    answer = await visitor.get("/2026/calendar.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="2026.ics"'
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    assert len(uids(answer)) == 65
    name = await instance.name()
    assert all(uid.endswith(f"@{name}") for uid in uids(answer))


async def test_asking_again_costs_three_hundred_bytes(visitor) -> None:
    first = await visitor.get("/2026/calendar.ics", headers={"accept-encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    for condition in (
        {"if-none-match": tag},
        {"if-none-match": f"W/{tag}"},
        {"if-none-match": f'"something", {tag}'},
        {"if-none-match": "*"},
        {"if-modified-since": modified},
    ):
        again = await visitor.get("/2026/calendar.ics", headers=condition)
        assert (again.status_code, again.content) == (304, b""), condition
    plain = await visitor.get("/2026/calendar.ics", headers={"accept-encoding": "identity"})
    assert plain.headers["etag"] not in ("", tag)
    assert plain.content == first.content
    head = await visitor.head("/2026/calendar.ics")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


@pytest.mark.parametrize(
    "query",
    [
        "day=2026-10-08",
        "pillar=kinh_te_so",
        "unit=SKHCN",
        "venue=V02",
        "type=exhibition",
        "audience=press",
        "pillar=kinh_te_so&pillar=xa_hoi_so&venue=V01",
    ],
)
async def test_each_filter_of_the_programme(visitor, query: str) -> None:
    whole = uids(await visitor.get("/2026/calendar.ics"))
    some = uids(await visitor.get(f"/2026/calendar.ics?{query}"))
    assert some
    assert some < whole
    english = await visitor.get(f"/2026/calendar.ics?{query}&lang=en")
    assert uids(english) == some
    assert b"Digital Transformation Week" in english.content


async def test_what_nobody_has_is_an_empty_calendar(visitor) -> None:
    for query in ("venue=V99", "day=hôm-nay", "unit=%27%3B--", "type=" + "x" * 3000, "audience=press&pillar=%F0%9F%8E%AA", "pillar=%ff"):
        answer = await visitor.get(f"/2026/calendar.ics?{query}")
        assert (answer.status_code, uids(answer)) == (200, set()), query
    assert uids(await visitor.get("/2026/calendar.ics?venue=V01&venue=V99")) == uids(await visitor.get("/2026/calendar.ics?venue=V01"))
    # Unknown names are not filters at all.
    assert len(uids(await visitor.get("/2026/calendar.ics?utm_source=zalo&" + "&".join(f"a{n}=1" for n in range(1500))))) == 65


async def test_names_made_up_by_strangers_do_not_fill_the_store(visitor) -> None:
    await visitor.get("/2026/calendar.ics?venue=V99")
    before = len(feed._kept)
    for n in range(50):
        await visitor.get(f"/2026/calendar.ics?venue=W{n}&day=2026-10-08")
    assert len(feed._kept) == before


async def test_one_activity(visitor) -> None:
    slug = "trien-lam-thanh-tuu-mo-hinh-va-giai-phap-chuyen-doi-so"
    answer = await visitor.get(f"/2026/activities/{slug}/calendar.ics")
    assert answer.headers["content-disposition"] == f'inline; filename="{slug}.ics"'
    assert len(uids(answer)) == 6
    assert uids(answer) < uids(await visitor.get("/2026/calendar.ics"))


async def test_unlisted_by_its_own_address_only(visitor) -> None:
    week = await published("2026")
    assert week is not None
    hidden = next(one.activity for one in week.revisions if one.activity.unlisted)
    alone = uids(await visitor.get(f"/2026/activities/{hidden.slug}/calendar.ics"))
    assert len(alone) == 1
    assert not alone & uids(await visitor.get("/2026/calendar.ics"))
    assert hidden.title.vi not in (await visitor.get("/2026/schedule.xml")).text


async def test_the_exchange_formats(visitor) -> None:
    as_xml, as_json = await visitor.get("/2026/schedule.xml"), await visitor.get("/2026/schedule.json")
    assert as_xml.headers["content-type"] == "application/xml; charset=utf-8"
    assert as_json.headers["content-type"] == "application/json; charset=utf-8"
    guids = [one.get("guid") for one in etree.fromstring(as_xml.content).iterfind("day/room/event")]
    assert len(guids) == len(set(guids)) == 64
    listed = [
        one for day in json.loads(as_json.content)["schedule"]["conference"]["days"] for room in day["rooms"].values() for one in room
    ]
    assert {one["guid"] for one in listed} == set(guids)
    rooms = json.loads(as_json.content)["schedule"]["conference"]["rooms"]
    assert {"Hội trường lớn, Trung tâm Hội nghị và Biểu diễn thành phố": 1200}.items() <= {
        one["name"]: one["capacity"] for one in rooms
    }.items()
    for answer in (as_xml, as_json):
        again = await visitor.get(answer.request.url.path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        assert len(parse_programme(answer.content).entries) == 59  # the exhibition's six days are one activity
    assert "Opening ceremony" in (await visitor.get("/2026/schedule.json?lang=en")).text


@pytest.mark.parametrize(
    "path",
    [
        "/1999/calendar.ics",
        "/1999/schedule.xml",
        "/1999/schedule.json",
        "/2026/activities/khong-co/calendar.ics",
        "/1999/activities/x/calendar.ics",
    ],
)
async def test_what_is_not_there_is_a_plain_404(visitor, path: str) -> None:
    assert (await visitor.get(path)).status_code == 404


async def test_an_edition_without_a_publication_has_no_feed(house) -> None:
    await import_programme(read(event("a")), by=BY)
    assert (await house.client.get("/tuan-le/calendar.ics")).status_code == 404


async def test_a_publication_is_seen_at_once_and_only_what_changed_changes(house) -> None:
    """Moved and cancelled: same UID, higher SEQUENCE, new validators; what is not touched keeps its bytes."""
    await import_programme(read(event("a", "Hội thảo"), event("b", "Tham quan", "14:00", room="Sảnh")), by=BY, publish=True)
    client, clock = house.client, house.clock
    before = await client.get("/tuan-le/calendar.ics")
    edition = await reread_edition("tuan-le")
    seminar, tour = sorted((one.activity for one in await load_drafts(edition.id)), key=lambda one: one.title.vi)
    assert isinstance(clock, FrozenClock)
    clock.advance(hours=1)
    session = seminar.sessions[0]
    await edit_session(edition, seminar.id, starts_at=session.ends_at, ends_at=session.ends_at)
    await publish(edition)
    moved = await client.get("/tuan-le/calendar.ics", headers={"if-none-match": before.headers["etag"]})
    assert moved.status_code == 200
    assert moved.headers["last-modified"] > before.headers["last-modified"]
    clock.advance(hours=1)
    await edit(edition, tour.id, status="cancelled", change_reason=Text("Mưa bão"))
    await publish(edition, tour.id)
    cancelled = await client.get("/tuan-le/calendar.ics")

    def state(answer: Any) -> dict[str, tuple[int, str, str]]:
        events = icalendar.Calendar.from_ical(answer.content).events
        return {str(one["uid"])[:36]: (one["sequence"], one["status"], one["dtstamp"].to_ical().decode()) for one in events}

    first, second = str(seminar.sessions[0].uid), str(tour.sessions[0].uid)
    assert state(before) == {first: (0, "CONFIRMED", "20261008T024000Z"), second: (0, "CONFIRMED", "20261008T024000Z")}
    assert state(moved) == {first: (1, "CONFIRMED", "20261008T034000Z"), second: (0, "CONFIRMED", "20261008T024000Z")}
    assert state(cancelled) == {first: (1, "CONFIRMED", "20261008T034000Z"), second: (1, "CANCELLED", "20261008T044000Z")}
    assert "Lý do: Mưa bão" in cancelled.text.replace("\r\n ", "")
    # An edit that is not published is nobody's business.
    await edit(edition, tour.id, title=Text("Bí mật"))
    assert (await client.get("/tuan-le/calendar.ics", headers={"if-none-match": cancelled.headers["etag"]})).status_code == 304


async def reread_edition(slug: str) -> Any:
    from app.events.programme.queries import edition

    found = await edition(slug)
    assert found is not None
    return found


async def test_a_rush_on_a_fresh_programme_makes_each_feed_once(house, monkeypatch) -> None:
    await import_programme(sample(), by=BY, publish=True)
    made: list[str] = []
    original = CalendarMaker.feed

    def counted(self: CalendarMaker, wanted: Any) -> bytes:
        made.append(self.language)
        return original(self, wanted)

    monkeypatch.setattr(CalendarMaker, "feed", counted)
    answers = await asyncio.gather(*(house.client.get("/2026/calendar.ics", headers={"accept-encoding": "gzip"}) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert made == ["vi"]
    await house.client.get("/2026/calendar.ics?lang=en")
    await house.client.get("/2026/calendar.ics?lang=vi")
    assert made == ["vi", "en"]


async def test_two_editions_do_not_mix(house) -> None:
    edition = await small_edition("2027")
    await import_programme(sample(), by=BY, publish=True)
    assert (await house.client.get("/2027/calendar.ics")).status_code == 404
    await publish(await reread(edition))
    empty = await house.client.get("/2027/calendar.ics")
    assert (empty.status_code, uids(empty)) == (200, set())
    assert gzip.compress(empty.content)
