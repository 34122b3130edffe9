"""Kept bytes: a newsroom's calendar client asks every hour, and mostly hears that nothing has changed."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar, Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.types import Scope

from app.kernel.web.kept import Kept, KeptBytes, KeptResponse, kept_route, takes_gzip

PUBLISHED = datetime(2026, 10, 1, 2, 3, 4, 567890, tzinfo=UTC)
BODY = b"BEGIN:VCALENDAR\r\n" * 200


@pytest.fixture
def kept() -> Kept:
    return Kept(BODY, media_type="text/calendar; charset=utf-8", modified_at=PUBLISHED)


def ask(kept: Kept, method: str = "GET", **conditions: str) -> tuple[int, dict[str, str], bytes]:
    """What a reader with these request headers gets (`if_none_match="…"`)."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in conditions.items()]
    status, headers, body = kept.answer(method, raw)
    return status, {name.decode(): value.decode() for name, value in headers}, body


def test_first_visit_brings_the_bytes_and_their_validators(kept: Kept) -> None:
    status, headers, body = ask(kept)
    assert (status, body) == (200, BODY)
    assert headers["etag"] == kept.tag.decode()
    assert headers["last-modified"] == "Thu, 01 Oct 2026 02:03:04 GMT"
    assert headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-length"] == str(len(BODY))


def test_each_encoding_has_its_own_strong_etag(kept: Kept) -> None:
    _, plain, _ = ask(kept)
    status, headers, body = ask(kept, accept_encoding="br, gzip;q=0.8")
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert gzip.decompress(body) == BODY
    assert headers["etag"] != plain["etag"]
    assert not headers["etag"].startswith("W/")


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', '"a,b" , W/{tag} ,"x"', "*"])
def test_every_legal_way_to_name_what_one_has_is_understood(kept: Kept, form: str) -> None:
    """Quoted, weak, listed, and `*`: pretalx answered 200 to all real clients because of the quotes."""
    status, headers, body = ask(kept, if_none_match=form.format(tag=kept.tag.decode()))
    assert (status, body) == (304, b"")
    assert headers["etag"] == kept.tag.decode()
    assert "last-modified" in headers
    assert "content-length" not in headers


def test_a_tag_without_quotes_or_of_other_bytes_is_not_ours(kept: Kept) -> None:
    assert ask(kept, if_none_match=kept.tag.decode().strip('"'))[0] == 200
    assert ask(kept, if_none_match='"0123456789abcdef"')[0] == 200
    assert ask(kept, if_none_match="")[0] == 200


def test_a_compressed_copy_is_still_good(kept: Kept) -> None:
    status, headers, _ = ask(kept, if_none_match=kept.tag_gzip.decode(), accept_encoding="gzip")
    assert (status, headers["etag"]) == (304, kept.tag_gzip.decode())


def test_repeated_header_lines_are_one_list(kept: Kept) -> None:
    raw = [(b"if-none-match", b'"one"'), (b"if-none-match", kept.tag)]
    assert kept.answer("GET", raw)[0] == 304


def test_dates_count_only_without_tags(kept: Kept) -> None:
    assert ask(kept, if_modified_since="Thu, 01 Oct 2026 02:03:04 GMT")[0] == 304
    assert ask(kept, if_modified_since="Thu, 01 Oct 2026 02:03:05 GMT")[0] == 304
    assert ask(kept, if_modified_since="Thu, 01 Oct 2026 02:03:03 GMT")[0] == 200
    assert ask(kept, if_modified_since="Thursday, 01-Oct-26 02:03:04 GMT")[0] == 304
    assert ask(kept, if_modified_since="yesterday")[0] == 200
    assert ask(kept, if_modified_since="Thu, 01 Oct 2026 02:03:04 GMT", if_none_match='"older"')[0] == 200


def test_without_a_known_change_date_dates_are_ignored() -> None:
    timeless = Kept(BODY, media_type="text/plain")
    assert ask(timeless, if_modified_since="Thu, 01 Oct 2037 02:03:04 GMT")[0] == 200
    assert "last-modified" not in ask(timeless)[1]


def test_head_says_the_same_without_the_body(kept: Kept) -> None:
    status, headers, body = ask(kept, "HEAD")
    assert (status, body) == (200, b"")
    assert headers == ask(kept)[1]


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("br, *;q=0", False),
        ("", False),
        ("identity", False),
        ("gzip;q=x", False),
    ],
)
def test_compression_only_where_it_is_wanted(header: str, yes: bool) -> None:
    assert takes_gzip(header.encode()) is yes


def test_same_bytes_same_tag_after_a_restart() -> None:
    again = [Kept(BODY, media_type="text/calendar", modified_at=PUBLISHED + timedelta(days=n)) for n in (0, 1)]
    assert again[0].tag == again[1].tag
    assert again[0].gzipped == again[1].gzipped


async def test_a_hundred_readers_at_once_cost_one_build(kept: Kept) -> None:
    builds = 0
    gate = asyncio.Event()

    async def build() -> Kept:
        nonlocal builds
        builds += 1
        await gate.wait()
        return kept

    store = KeptBytes()
    readers = [asyncio.create_task(store.get("week", build)) for _ in range(100)]
    await asyncio.sleep(0)
    readers[0].cancel()  # the first reader closes the browser: the others still get theirs
    await asyncio.sleep(0)
    gate.set()
    answers = await asyncio.gather(*readers, return_exceptions=True)
    assert builds == 1
    assert isinstance(answers[0], asyncio.CancelledError)
    assert all(answer is kept for answer in answers[1:])
    assert store.find("week") is kept


async def test_an_error_reaches_everybody_and_is_not_kept(kept: Kept) -> None:
    attempts = 0

    async def build() -> Kept:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0)
        if attempts == 1:
            raise LookupError("no database")
        return kept

    store = KeptBytes()
    first = await asyncio.gather(store.get("k", build), store.get("k", build), return_exceptions=True)
    assert [type(error) for error in first] == [LookupError, LookupError]
    assert await store.get("k", build) is kept


async def test_the_store_stays_within_its_bytes() -> None:
    async def build() -> Kept:
        return Kept(bytes(10_000), media_type="text/plain")

    one = (await build()).size
    store = KeptBytes(most_bytes=3 * one)
    for key in range(3):
        await store.get(key, build)
    store.find(0)  # read lately, so it stays
    await store.get(3, build)
    assert [store.find(key) is not None for key in range(4)] == [True, False, True, True]

    few = KeptBytes(most=2)
    for key in range(5):
        await few.get(key, build)
    assert len(few) == 2
    few.clear()
    assert len(few) == 0


async def test_over_http_through_litestar(kept: Kept) -> None:
    @route("/week.ics", http_method=["GET", "HEAD"])
    async def week(request: Request) -> Response:
        return KeptResponse(kept)

    async def stamp(response: Response) -> Response:
        response.headers["x-frame-options"] = "DENY"
        return response

    app = Litestar([week], after_request=stamp, openapi_config=None)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        first = await client.get("/week.ics")
        assert first.content == BODY
        assert first.headers["content-encoding"] == "gzip"
        assert first.headers["x-frame-options"] == "DENY"
        again = await client.get("/week.ics", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await client.head("/week.ics")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == first.headers["etag"]


async def test_a_kept_route_answers_by_the_same_conditions(kept: Kept) -> None:
    seen: list[str] = []

    async def guard(connection: object, handler: object) -> None:
        seen.append("guarded")

    @kept_route("/{edition:str}/week.ics", guards=[guard], opt={"account": False})
    async def week(scope: Scope) -> Kept:
        if scope["path_params"]["edition"] != "2026":
            raise NotFoundException
        return kept

    app = Litestar([week], openapi_config=None)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        first = await client.get("/2026/week.ics")
        assert (first.status_code, first.content) == (200, BODY)
        assert (await client.get("/2026/week.ics", headers={"if-none-match": first.headers["etag"]})).status_code == 304
        assert (await client.get("/1999/week.ics")).status_code == 404
        assert (await client.post("/2026/week.ics")).status_code == 405
    assert seen == ["guarded"] * 3
