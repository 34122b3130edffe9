"""Pages are kept as bytes: quick, the same for everybody, and never stale."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from app.events.programme.filters import Filter
from app.events.programme.model import Revision, Week
from app.events.programme.published import PublishedWeek, published
from app.kernel.text import Text
from app.kernel.web import rendering
from app.site import views
from app.site.reading import reading
from app.site.shelf import PAGES
from tests.events.factories import a_session, an_activity, edit, publish
from tests.events.weeks import EDITION, activity, at, session


@pytest.fixture
def renderings(monkeypatch):
    """The templates that were rendered since."""
    rendered: list[str] = []
    honest = rendering.render

    def counting(template, context):
        rendered.append(template)
        return honest(template, context)

    monkeypatch.setattr(rendering, "render", counting)
    return rendered


async def test_a_page_is_rendered_once_however_many_ask(house, week, renderings):
    answers = await asyncio.gather(*(house.client.get("/2026/programme") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert renderings == ["site/programme.html"]


async def test_order_and_company_of_a_query_do_not_matter_and_leave_no_trace(house, week, renderings):
    """A link with somebody's tracking junk must not be what everybody gets afterwards."""
    first = await house.client.get("/2026/programme?utm_source=%22%3Ejunk&venue=V06&day=2026-10-11&fbclid=1")
    second = await house.client.get("/2026/programme?day=2026-10-11&venue=V06")
    assert "junk" not in first.text
    assert "fbclid" not in first.text
    assert first.content == second.content
    assert len(renderings) == 1


async def test_what_people_search_for_is_not_kept(house, week):
    answer = await house.client.get("/2026/programme?q=cang+bien")
    assert "private" in answer.headers["cache-control"]
    assert len(PAGES) == 0


async def test_each_language_filter_and_view_has_bytes_of_its_own(house, week):
    addresses = ["", "?lang=en", "?view=venue", "?day=2026-10-08", "?day=2026-10-08&lang=en", "?view=grid&day=2026-10-08"]
    bodies = [(await house.client.get(f"/2026/programme{query}")).content for query in addresses]
    assert len(set(bodies)) == len(addresses)


async def test_a_publication_is_seen_at_once(house, week):
    before = await house.client.get("/2026/programme")
    await an_activity(week, "Tọa đàm thêm vào phút chót", a_session(5))
    assert (await house.client.get("/2026/programme")).content == before.content
    await publish(week)
    after = await house.client.get("/2026/programme", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "Tọa đàm thêm vào phút chót" in after.text


async def test_a_new_day_is_seen_at_midnight(house, week):
    """ "Hôm nay" moves on although nothing was published; whoever asks with yesterday's validators gets the new page."""
    before = await house.client.get("/2026/programme")
    house.clock.advance(hours=15)
    after = await house.client.get("/2026/programme", headers={"if-modified-since": before.headers["last-modified"]})
    assert after.status_code == 200
    assert "Thứ Năm, 08/10/2026" in after.text
    assert "Hôm nay" not in after.text.split("Thứ Năm, 08/10/2026")[1].split("Chủ Nhật")[0]


@pytest.mark.parametrize("condition", ["{}", "W/{}", '"x", {}', '"x" , W/{}', "*"])
async def test_validators_quoted_weak_or_listed_are_answered_304(house, week, condition):
    first = await house.client.get("/2026/programme")
    etag = first.headers["etag"]
    answer = await house.client.get("/2026/programme", headers={"if-none-match": condition.replace("{}", etag)})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == etag
    assert answer.headers["vary"] == first.headers["vary"]


async def test_each_encoding_has_a_validator_of_its_own_and_the_same_words(house, week):
    zipped = await house.client.get("/2026/programme", headers={"accept-encoding": "gzip"})
    plain = await house.client.get("/2026/programme", headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert zipped.content == plain.content, "httpx has unpacked it"
    assert "Accept-Encoding" in zipped.headers["vary"]


async def test_head_has_the_headers_of_get_and_no_body(house, week):
    got = await house.client.get("/2026/programme")
    head = await house.client.head("/2026/programme")
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "last-modified", "content-length", "content-type"):
        assert head.headers[name] == got.headers[name]


async def test_a_page_sets_no_cookie_and_asks_nobody_who_they_are(house, week):
    for address in ("/", "/2026/", "/2026/programme", "/2026/changes", "/2026/now"):
        answer = await house.client.get(address)
        assert "set-cookie" not in answer.headers
        assert "Cookie" not in answer.headers["vary"]


async def test_a_thousand_activities_stay_under_a_hundred_kilobytes(house, edition):
    """One request on a crowded network must bring the whole week."""
    from tests.events.weeks import at

    themes = [
        "dữ liệu",
        "an ninh mạng",
        "dịch vụ công",
        "kinh tế số",
        "bình dân học vụ số",
        "trí tuệ nhân tạo",
        "đô thị thông minh",
        "cảng biển",
    ]
    kinds = ["Hội thảo", "Tọa đàm", "Tập huấn", "Diễn đàn", "Ngày hội", "Cuộc thi"]
    large = [
        activity(
            n,
            f"{kinds[n % 6]} {n}: {themes[n % 8]} và {themes[(n // 8) % 8]} cho phường, xã số {n * 37 % 168}",
            session(f"{n}", n % 7 + 1, f"{7 + n % 12:02}:{n % 4 * 15:02}", "20:00"),
            registration="open",
        )
        for n in range(1, 1001)
    ]
    week = PublishedWeek(edition.id, Week(EDITION, 1, at(-6, "09:00"), tuple(_revised(large))))
    context = views.programme(week, reading(week), Filter(), "list", EDITION.starts_on, "/2026/programme", "http://x", found=None)
    body = rendering.render("site/programme.html", {"edition": EDITION, **context}).encode()
    assert body.count(b"<article") == 1000
    assert len(gzip.compress(body, 6)) < 100_000


def _revised(several):
    return [Revision(one, 1, at(-6, "09:00")) for one in several]


async def test_an_edit_that_is_not_published_changes_no_byte(house, week):
    before = await house.client.get("/2026/")
    found = await published("2026")
    await edit(week, found.revisions[0].activity.id, summary=Text("Nháp, chưa công bố"))
    assert (await house.client.get("/2026/")).headers["etag"] == before.headers["etag"]
