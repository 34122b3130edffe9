"""A visitor looks around: landing, programme, one activity, what changed."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ElementTree

import msgspec
import pytest

from app.events.programme.model import UnitRef
from app.kernel.text import Text
from tests.events.factories import SQUARE, a_session, an_activity, edit, edit_session, publish, small_edition
from tests.events.weeks import at


def text(answer) -> str:
    """The words of a page without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def titles(answer) -> list[str]:
    """The titles on the programme, in their order."""
    found = re.findall(r'<article class="(?:happening|plan-block)[^>]*>.*?<h\d><a[^>]*>(.*?)</a>', answer.text, re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", title)) for title in found]


# --- the door --------------------------------------------------------------------------------------------------------


async def test_the_front_door_shows_todays_edition_in_the_readers_language(house, week):
    """A browser that prefers English reads English at `/`, and only there; the switch in the header wins over it."""
    answer = await house.client.get("/", headers={"accept-language": "en-GB,en;q=0.9,vi;q=0.5"})
    assert answer.status_code == 200
    assert "Digital Transformation Week 2026" in answer.text
    assert "Accept-Language" in answer.headers["vary"]
    assert "Tuần lễ Chuyển đổi số 2026" in (await house.client.get("/?lang=vi", headers={"accept-language": "en"})).text
    assert '<html lang="vi"' in (await house.client.get("/2026/", headers={"accept-language": "en"})).text
    assert "Accept-Language" not in (await house.client.get("/2026/")).headers["vary"]


async def test_the_landing_page_says_what_is_on_and_next(house, week):
    words = text(await house.client.get("/2026/"))
    assert "Nhanh hơn - hiệu quả hơn - gần dân hơn" in words
    assert re.search(r"Đang diễn ra \(1\) 08:30–11:30 Hội thảo: Cảng biển", words)
    assert re.search(r"Sắp tới 14:00–16:00 Thực hành trí tuệ nhân tạo", words)
    assert "Họp kín" not in words


async def test_the_landing_page_follows_the_clock_though_it_is_kept(house, week):
    await house.client.get("/2026/")
    house.clock.advance(hours=5)
    words = text(await house.client.get("/2026/"))
    assert re.search(r"Đang diễn ra \(1\) 14:00–16:00 Thực hành", words)
    house.clock.advance(days=1)
    assert re.search(r"Sắp tới CN 11/10 · 06:00–07:30 Đi bộ", text(await house.client.get("/2026/")))


async def test_an_edition_without_a_programme_says_that_it_is_being_made(house, edition):
    for address in ("/2026/", "/2026/programme", "/2026/changes"):
        answer = await house.client.get(address)
        assert answer.status_code == 200
        assert "Chương trình đang được chuẩn bị" in answer.text
    assert (await house.client.get("/2026/activities/khai-mac")).status_code == 404
    assert "Chưa có chương trình nào được công bố" in (await house.client.get("/")).text


async def test_a_house_without_any_edition_has_a_door_too(house):
    answer = await house.client.get("/")
    assert answer.status_code == 200
    assert "Chưa có chương trình nào được công bố" in answer.text


@pytest.mark.parametrize(
    "address",
    ["/1999/", "/1999/programme", "/1999/activities/x", "/1999/changes", "/1999/now", "/2026/activities/khong-co", "/2026/now?activity=x"],
)
async def test_what_does_not_exist_is_a_plain_404(house, week, address):
    answer = await house.client.get(address)
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text


# --- the programme ---------------------------------------------------------------------------------------------------


async def test_the_programme_holds_the_whole_week_in_the_order_of_time(house, week):
    answer = await house.client.get("/2026/programme")
    assert titles(answer) == [
        "Lễ khai mạc Tuần lễ Chuyển đổi số",
        "Hội thảo: Cảng biển và logistics thông minh",
        "Thực hành trí tuệ nhân tạo",
        "Đi bộ đồng hành “Bước chân số”",
    ]
    words = text(answer)
    assert "Thứ Hai, 05/10/2026" in words
    assert "Thứ Năm, 08/10/2026 Hôm nay" in words
    assert "Phòng Hoa Phượng · Trung tâm Hội nghị thành phố" in words
    assert 'href="#d-2026-10-07"' in answer.text, "a day on which nothing happens stands in the strip too"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("day=2026-10-08", ["Hội thảo: Cảng biển và logistics thông minh", "Thực hành trí tuệ nhân tạo"]),
        ("pillar=kinh_te_so", ["Hội thảo: Cảng biển và logistics thông minh"]),
        ("venue=V06&venue=V03", ["Thực hành trí tuệ nhân tạo", "Đi bộ đồng hành “Bước chân số”"]),
        ("type=fair", ["Đi bộ đồng hành “Bước chân số”"]),
        ("audience=citizens", ["Đi bộ đồng hành “Bước chân số”"]),
        ("q=cang+bien", ["Hội thảo: Cảng biển và logistics thông minh"]),
        ("q=C%E1%BA%A3ng+bi%E1%BB%83n", ["Hội thảo: Cảng biển và logistics thông minh"]),
        ("q=khongcogi", []),
        ("q=tri+tue&venue=V06", []),
    ],
)
async def test_filters_and_search_with_or_without_diacritics(house, week, query, found):
    assert titles(await house.client.get(f"/2026/programme?{query}")) == found


@pytest.mark.parametrize(
    "query",
    [
        "day=hom-nay",
        "day=2026-13-99",
        "venue=%3Cscript%3E",
        "type=x&view=grid",
        "view=nonsense&pillar=zzz",
        "q=%EF%BF%BD%F0%9F%8E%89",
        "day=2031-01-01&view=venue",
    ],
)
async def test_nonsense_in_the_address_is_an_empty_state_and_not_an_error(house, week, query):
    answer = await house.client.get(f"/2026/programme?{query}")
    assert answer.status_code == 200
    assert "Không có hoạt động nào như vậy" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "query", ["q=" + "a" * 5000, "&".join(f"unit=u{n}" for n in range(500)), "lang=%00x".replace("%00", "%01"), "view=grid&day=x"]
)
async def test_a_flood_in_the_address_is_survived(house, week, query):
    assert (await house.client.get(f"/2026/programme?{query}")).status_code == 200


async def test_the_programme_by_venue_and_as_a_plan(house, week):
    by_venue = text(await house.client.get("/2026/programme?view=venue"))
    assert (
        by_venue.index("Quảng trường trung tâm (1)")
        < by_venue.index("Trung tâm Hội nghị thành phố (2)")
        < by_venue.index("Trung tâm Khởi nghiệp (1)")
    )
    plan = await house.client.get("/2026/programme?view=grid")
    assert titles(plan) == ["Hội thảo: Cảng biển và logistics thông minh", "Thực hành trí tuệ nhân tạo"], "today, without being asked"
    assert "r7 h36" in plan.text, "08:30 to 11:30 on a plan that begins at 08:00"
    assert titles(await house.client.get("/2026/programme?view=grid&day=2026-10-11")) == ["Đi bộ đồng hành “Bước chân số”"]


async def test_a_moved_session_shows_both_times_and_a_cancelled_one_stays_with_its_reason(house, week):
    drafts = {a.activity.title.vi: a.activity for a in (await _published(week)).revisions}
    walk, workshop = drafts["Đi bộ đồng hành “Bước chân số”"], drafts["Thực hành trí tuệ nhân tạo"]
    await edit_session(week, walk.id, starts_at=at(6, "06:30"), ends_at=at(6, "08:00"))
    await edit(week, workshop.id, status="cancelled", change_reason=Text("Phòng thí nghiệm mất điện.", "No power in the lab."))
    assert "mất điện" not in (await house.client.get("/2026/programme")).text, "not before it is published"
    await publish(week)
    answer = await house.client.get("/2026/programme")
    assert re.search(r'<p class="happening-when">06:30–08:00.*?<s>CN 11/10, 06:00–07:30</s>', answer.text, re.S)
    assert "Dời lịch" in answer.text
    cancelled = re.search(r'<article class="happening is-off".*?</article>', answer.text, re.S)[0]
    assert "Thực hành trí tuệ nhân tạo" in cancelled
    assert "Phòng thí nghiệm mất điện." in cancelled
    assert "Đã hủy" in cancelled
    changed = text(await house.client.get("/2026/changes"))
    assert "Đi bộ đồng hành" in changed
    assert "Phòng thí nghiệm mất điện." in changed
    assert "No power in the lab." in text(await house.client.get("/2026/changes?lang=en"))


async def test_what_was_added_after_the_first_publication_is_told_as_new(house, week):
    house.clock.advance(minutes=1)
    await an_activity(week, "Ngày hội mã nguồn mở", a_session(5, "08:00", "10:00", SQUARE))
    await publish(week)
    answer = await house.client.get("/2026/changes")
    assert re.findall(r'card-main" href="[^"]*">([^<]+)', answer.text) == ["Ngày hội mã nguồn mở"], "not what was there from the start"
    assert "Mới" in text(answer)
    assert "08:00–10:00" in text(answer)


async def test_on_thursday_the_days_gone_by_are_folded_and_the_strip_still_leads_to_them(house, week):
    answer = await house.client.get("/2026/programme")
    fold = re.search(r'<details class="past">(.*?)</details>', answer.text, re.S)[1]
    assert "Đã qua: 1 hoạt động" in fold
    assert "Lễ khai mạc" in fold
    assert 'id="d-2026-10-05"' in fold
    assert 'href="#d-2026-10-05"' in answer.text
    rest = answer.text.partition(fold)[2]
    assert "Cảng biển" in rest
    assert '<details class="past">' not in (await house.client.get("/2026/programme?venue=V01")).text, "who filters sees all"


async def test_without_changes_the_page_of_changes_says_so(house, week):
    assert "Mọi hoạt động vẫn như đã công bố" in (await house.client.get("/2026/changes")).text


# --- one activity ----------------------------------------------------------------------------------------------------


async def test_an_activity_says_when_where_and_how_to_take_part(house, week):
    answer = await house.client.get("/2026/activities/hoi-thao-cang-bien-va-logistics-thong-minh")
    words = text(answer)
    assert "Thứ Năm, 08/10/2026 08:30–11:30" in words
    assert "Phòng Hoa Phượng · Trung tâm Hội nghị thành phố Số 1 đường Hải Đăng Xem đường đi" in words
    assert 'href="/2026/activities/hoi-thao-cang-bien-va-logistics-thong-minh/register"' in answer.text
    assert 'href="/2026/activities/hoi-thao-cang-bien-va-logistics-thong-minh/calendar.ics"' in answer.text
    linked = msgspec.json.decode(re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.S)[1])
    assert linked["@type"] == "Event"
    assert linked["url"] == "http://ngayso.test/2026/activities/hoi-thao-cang-bien-va-logistics-thong-minh"
    assert '<meta property="og:title" content="Hội thảo: Cảng biển và logistics thông minh">' in answer.text


async def test_what_is_over_takes_no_more_registrations(house, week):
    """The page was kept with its button; the button goes when the hour has come."""
    address = "/2026/activities/hoi-thao-cang-bien-va-logistics-thong-minh"
    before = await house.client.get(address)
    house.clock.advance(hours=2)
    after = await house.client.get(address, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "/register" not in after.text
    assert "Đã kết thúc" in after.text


async def test_in_english_what_was_not_translated_says_that_it_is_vietnamese(house, week):
    answer = await house.client.get("/2026/activities/hoi-thao-cang-bien-va-logistics-thong-minh?lang=en")
    assert '<html lang="en"' in answer.text
    assert "Digital ports, shared data." in answer.text
    assert '<span lang="vi">Hội thảo: Cảng biển và logistics thông minh</span>' in answer.text
    assert "Register" in text(answer)
    links = re.findall(r'href="(/2026/[^"]*)"', answer.text)
    assert links
    assert all(
        "lang=en" in link
        for link in links
        if not link.endswith("?") and "lang" not in link.split("?")[0] and link != html.unescape(switch(answer))
    )


def switch(answer) -> str:
    """The address of the language switch."""
    return re.search(r'class="tool" href="([^"]+)" lang="(?:en|vi)" hreflang', answer.text)[1]


async def test_the_language_switch_keeps_the_address_and_the_filters(house, week):
    assert (
        switch(await house.client.get("/2026/programme?venue=V06&day=2026-10-11"))
        == "/2026/programme?day=2026-10-11&amp;venue=V06&amp;lang=en"
    )
    assert switch(await house.client.get("/2026/programme?venue=V06&lang=en")) == "/2026/programme?venue=V06"


async def test_by_invitation_there_is_nothing_to_press(house, week):
    answer = await house.client.get("/2026/activities/le-khai-mac-tuan-le-chuyen-doi-so")
    assert "Theo giấy mời" in answer.text
    assert "/register" not in answer.text


async def test_an_unlisted_activity_is_for_those_who_have_its_address(house, week):
    answer = await house.client.get("/2026/activities/hop-kin-cua-ban-to-chuc")
    assert answer.status_code == 200
    assert '<meta name="robots" content="noindex">' in answer.text
    for address in ("/2026/", "/2026/programme", "/2026/programme?view=grid", "/2026/programme?q=hop+kin", "/2026/now", "/sitemap.xml"):
        assert "Họp kín" not in (await house.client.get(address)).text
        assert "hop-kin" not in (await house.client.get(address)).text.replace("q=hop+kin", "")


async def test_texts_from_strangers_are_shown_as_text(house, edition):
    await an_activity(
        edition, "<img src=x onerror=alert(1)> “Đêm hội” & 'bạn bè'", a_session(), summary=Text("</script><b>x</b>"),
        co_hosts=(UnitRef("HTH", Text("")),), registration="open",
    )  # fmt: skip
    await publish(edition)
    for address in (
        "/2026/",
        "/2026/programme",
        "/2026/programme?view=grid&day=2026-10-05",
        "/2026/activities/img-src-x-onerror-alert-1-dem-hoi-ban-be",
    ):
        answer = await house.client.get(address)
        assert answer.status_code == 200
        assert "<img src=x" not in answer.text
        assert "<b>x</b>" not in answer.text


# --- what is live ----------------------------------------------------------------------------------------------------


async def test_the_live_fragment_knows_what_is_on_and_how_many_places_are_left(house, week):
    answer = await house.client.get("/2026/now")
    assert answer.headers["cache-control"] == "no-cache"
    assert "<html" not in answer.text
    assert re.findall(r'data-number="(\d+)" data-tone="ok">([^<]+)<', answer.text) == [("2", "Còn 30 chỗ"), ("3", "Còn 20 chỗ")]
    one = await house.client.get("/2026/now?activity=hoi-thao-cang-bien-va-logistics-thong-minh&lang=en")
    assert text(one) == "30 places left"
    house.clock.advance(days=2)
    assert text(await house.client.get("/2026/now?activity=hoi-thao-cang-bien-va-logistics-thong-minh")) == "Đã kết thúc"


# --- machines --------------------------------------------------------------------------------------------------------


async def test_robots_find_the_site_map_and_the_site_map_every_public_page(house, week):
    robots = (await house.client.get("/robots.txt")).text
    assert "Sitemap: http://ngayso.test/sitemap.xml" in robots
    assert "Disallow: /manage/" in robots
    tree = ElementTree.fromstring((await house.client.get("/sitemap.xml")).content)
    addresses = [node.text for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "http://ngayso.test/2026/activities/thuc-hanh-tri-tue-nhan-tao" in addresses
    assert len(addresses) == 3 + 4
    for address in addresses:
        assert (await house.client.get(address.removeprefix("http://ngayso.test"))).status_code == 200


async def test_an_edition_wears_its_own_colour(house):
    edition = await small_edition(accent="#1a237e")
    await an_activity(edition, "Khai mạc")
    await publish(edition)
    assert "/2026/accent.css" in (await house.client.get("/2026/")).text
    css = await house.client.get("/2026/accent.css")
    assert "--accent:#1A237E" in css.text
    assert css.headers["content-type"].startswith("text/css")


async def _published(edition):
    from app.events.programme.published import published

    found = await published(edition.slug)
    assert found is not None
    return found.week
