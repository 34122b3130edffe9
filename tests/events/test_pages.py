"""Organisers at their desk: the week, the form, the preview, the button."""

from __future__ import annotations

import html
import re

import msgspec
import pytest

from app.events.programme.drafting import update_activity
from app.events.programme.drafts import load_drafts
from app.events.programme.model import UnitRef
from app.events.programme.published import published
from app.kernel.actor import Actor
from app.kernel.text import Text
from tests.accounts.staff import hire, sign_in
from tests.events.factories import GRAND_HALL, SECOND_HALL, a_session, an_activity, draft, edit, edit_session, publish, small_edition
from tests.events.weeks import at

OPENING = {
    "title_vi": "Lễ khai mạc Tuần lễ",
    "title_en": "Opening ceremony",
    "host": "UBND",
    "type": "ceremony",
    "co_hosts": ["SKHCN", "HTH"],
    "pillars": ["kinh_te_so"],
    "contents": ["1"],
    "audiences": ["citizens", "press"],
    "summary_vi": "Khai mạc",
    "summary_en": "",
    "description_vi": "",
    "description_en": "",
    "mode": "hybrid",
    "capacity": "1.000",
    "registration": "open",
    "status": "confirmed",
    "change_reason_vi": "",
    "change_reason_en": "",
    "slug": "",
    "revision": "",
    "s0_uid": "",
    "s0_day": "2026-10-05",
    "s0_start": "08:00",
    "s0_end": "09:30",
    "s0_end_day": "",
    "s0_place": "V01/H-A",
    "s0_status": "confirmed",
}


def text(answer) -> str:
    """The words of a page without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def inputs(answer) -> dict[str, str]:
    """What a browser would send back from the activity's form untouched (checked boxes apart)."""
    form = re.search(r'<form method="post"[^>]*id="activity-form".*?</form>', answer.text, re.S)[0]
    found: dict[str, object] = {}
    for tag in re.findall(r"<input [^>]+>", form):
        kind, name = re.search(r'type="(\w+)"', tag)[1], re.search(r'name="([^"]+)"', tag)[1]
        value = html.unescape(re.search(r'value="([^"]*)"', tag)[1])
        if kind == "checkbox":
            if " checked" in tag:
                found.setdefault(name, []).append(value)
        else:
            found[name] = value
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        found[name] = html.unescape(inside)
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


async def test_an_organiser_adds_an_activity_sees_it_and_publishes_it(organiser, edition):
    answer = await organiser.post("/manage/2026/activities/new", data=OPENING)
    assert answer.status_code == 303, text(answer)
    assert answer.headers["location"] == "/manage/2026/activities/1?done=created"
    (made,) = await load_drafts(edition.id)
    assert made.activity.title == Text("Lễ khai mạc Tuần lễ", "Opening ceremony")
    assert made.activity.capacity == 1000
    assert [unit.code for unit in made.activity.co_hosts] == ["HTH", "SKHCN"] or {unit.code for unit in made.activity.co_hosts} == {
        "HTH",
        "SKHCN",
    }
    assert made.activity.sessions[0].starts_at == at(1, "08:00")
    assert made.activity.sessions[0].place.key == ("V01", "H-A")

    home = text(await organiser.get("/manage/2026/"))
    assert "1 thay đổi chưa công bố" in home
    preview = await organiser.get("/manage/2026/publish")
    assert "Hoạt động mới: 08:00–09:30, Thứ Hai, 05/10/2026 · Hội trường lớn, Trung tâm Hội nghị thành phố." in text(preview)
    assert await published("2026") is None
    seal = re.search(r'name="seal" value="([^"]+)"', preview.text)[1]
    answer = await organiser.post("/manage/2026/publish", data={"seal": seal, "note": "Bản đầu"})
    assert answer.headers["location"] == "/manage/2026/versions/1?done=published"
    assert (await published("2026")).by_slug["le-khai-mac-tuan-le"].activity.title.en == "Opening ceremony"
    assert "Bản đầu" in text(await organiser.get("/manage/2026/versions"))
    assert "Lễ khai mạc Tuần lễ" in text(await organiser.get("/manage/2026/versions/1"))
    assert "Không có gì chờ công bố" in text(await organiser.get("/manage/2026/publish"))


async def test_a_refused_form_comes_back_as_typed(organiser, edition):
    wrong = OPENING | {
        "title_vi": "",
        "title_en": "<b>Opening</b> 🎉",
        "capacity": "nhiều",
        "host": "KHONG-CO",
        "s0_end": "25:99",
        "s0_day": "hôm nào",
    }
    answer = await organiser.post("/manage/2026/activities/new", data=wrong)
    assert answer.status_code == 422
    assert "&lt;b&gt;Opening&lt;/b&gt; 🎉" in answer.text
    assert 'value="nhiều"' in answer.text
    assert 'value="25:99"' in answer.text
    assert 'value="hôm nào"' in answer.text
    for fault in ("Xin điền một số nguyên.", "Xin chọn một mục trong danh sách.", "Giờ chưa đúng", "Ngày chưa đúng"):
        assert fault in text(answer)
    assert await load_drafts(edition.id) == []


@pytest.mark.parametrize("bad", ["", "x" * 400, "\x00", "<script>alert(1)</script>", "🎉" * 50, "\u202eevil", "-1", "1e9", "9" * 40])
async def test_no_field_takes_the_server_down(organiser, edition, bad):
    made = await an_activity(edition, "Có sẵn")
    for name in OPENING:
        answer = await organiser.post("/manage/2026/activities/new", data=OPENING | {name: bad})
        assert answer.status_code in (303, 422), (name, bad)
    answer = await organiser.post(f"/manage/2026/activities/{made.number}", data=OPENING | dict.fromkeys(OPENING, bad))
    assert answer.status_code in (422, 409)


async def test_half_a_time_is_asked_for_and_none_is_fine(organiser, edition):
    half = OPENING | {"s0_end": "", "s0_start": ""}
    answer = await organiser.post("/manage/2026/activities/new", data=half)
    assert answer.status_code == 422
    assert "Xin điền cả ngày, giờ bắt đầu và giờ kết thúc." in text(answer)
    none = half | {"s0_day": "", "s0_place": ""}
    assert (await organiser.post("/manage/2026/activities/new", data=none)).status_code == 303
    (made,) = await load_drafts(edition.id)
    assert made.activity.sessions[0].starts_at is None
    assert "1 hoạt động chưa có giờ hoặc địa điểm" in text(await organiser.get("/manage/2026/"))


async def test_a_show_past_midnight_and_one_of_three_days(organiser, edition):
    night = OPENING | {"s0_start": "22:00", "s0_end": "01:00"}
    days = OPENING | {"s0_start": "08:00", "s0_end": "17:00", "s0_end_day": "2026-10-07", "s0_place": "V06/"}
    for typed in (night, days):
        assert (await organiser.post("/manage/2026/activities/new", data=typed)).status_code == 303
    first, second = [one.activity.sessions[0] for one in await load_drafts(edition.id)]
    assert (first.starts_at, first.ends_at) == (at(1, "22:00"), at(2, "01:00"))
    assert (second.ends_at, second.place.key) == (at(3, "17:00"), ("V06", ""))
    # Opened and saved again, both stay as they are.
    for number in (1, 2):
        page = await organiser.get(f"/manage/2026/activities/{number}")
        assert (await organiser.post(f"/manage/2026/activities/{number}", data=inputs(page))).status_code == 303
    assert [one.activity.sessions[0] for one in await load_drafts(edition.id)] == [first, second]


async def test_saving_an_untouched_form_changes_nothing(organiser, edition):
    made = await an_activity(
        edition,
        "Phiên toàn thể",
        a_session(2, "09:00", "11:00", SECOND_HALL),
        a_session(3, "14:00", "16:30", GRAND_HALL, number=2, status="postponed"),
        capacity=250,
        description=Text("Một\n\nHai", "One\n\nTwo"),
        links=("https://tuanle.example.vn/",),
    )
    page = await organiser.get("/manage/2026/activities/1")
    answer = await organiser.post("/manage/2026/activities/1", data=inputs(page))
    assert answer.status_code == 303, text(answer)
    assert (await draft(made.id)).activity == made


async def test_rows_of_sessions_without_script(organiser, edition):
    typed = OPENING | {"title_vi": "Đang gõ dở"}
    answer = await organiser.post("/manage/2026/activities/new", data=typed | {"s_add": "1"})
    assert answer.status_code == 200
    assert 'value="Đang gõ dở"' in answer.text
    assert 'name="s1_day"' in answer.text
    assert "mục cần xem lại" not in text(answer)
    answer = await organiser.post("/manage/2026/activities/new", data=typed | {"s1_day": "", "s_remove": "0"})
    assert 'name="s0_day"' not in answer.text
    assert 'name="s1_day"' in answer.text
    assert await load_drafts(edition.id) == []


async def test_what_is_chosen_already_in_an_empty_form_can_be_saved_with_a_title_alone(organiser, edition):
    empty = inputs(await organiser.get("/manage/2026/activities/new"))
    typed = empty | {"title_vi": "Chỉ có tên", "host": "UBND", "type": "forum"}
    again = inputs(await organiser.post("/manage/2026/activities/new", data=typed | {"s_add": "1"}))
    answer = await organiser.post("/manage/2026/activities/new", data=again)
    assert answer.status_code == 303, text(answer)
    (made,) = await load_drafts(edition.id)
    assert (made.activity.status, made.activity.registration, len(made.activity.sessions)) == ("draft", "none", 2)


async def test_htmx_gets_only_the_rows(organiser, edition):
    headers = {"hx-request": "true", "hx-request-type": "partial"}
    answer = await organiser.post("/manage/2026/activities/new", data=OPENING | {"s_add": "1"}, headers=headers)
    assert answer.text.lstrip().startswith('<section class="card form-part" id="sessions"')
    assert "<html" not in answer.text
    results = await organiser.get("/manage/2026/activities?q=xyz", headers=headers)
    assert results.text.lstrip().startswith('<div id="results">')


async def test_a_session_taken_out_of_a_published_activity_can_be_asked_back(organiser, edition):
    made = await an_activity(edition, "Triển lãm", a_session(1), a_session(2, number=2))
    await publish(edition)
    page = inputs(await organiser.get("/manage/2026/activities/1"))
    without = {name: value for name, value in page.items() if not name.startswith("s1_")}
    assert (await organiser.post("/manage/2026/activities/1", data=without)).status_code == 303
    assert [one.gone for one in (await draft(made.id)).activity.sessions] == [False, True]
    again = await organiser.get("/manage/2026/activities/1")
    assert "Đưa trở lại chương trình" in text(again)
    back = inputs(again) | {"returns": [str(made.sessions[1].uid)]}
    assert (await organiser.post("/manage/2026/activities/1", data=back)).status_code == 303
    assert [one.gone for one in (await draft(made.id)).activity.sessions] == [False, False]


async def test_the_second_editor_sees_what_the_first_made_of_it(organiser, edition):
    await an_activity(edition, "Lễ khai mạc", capacity=100)
    mine = inputs(await organiser.get("/manage/2026/activities/1"))
    (opened,) = await load_drafts(edition.id)
    colleague = Actor("account", "2", "Trần Đồng Nghiệp")
    theirs = msgspec.structs.replace(opened.activity, title=Text("Khai mạc lớn"), capacity=300)
    await update_activity(edition, theirs, revision=opened.number, by=colleague)
    answer = await organiser.post("/manage/2026/activities/1", data=mine | {"summary_vi": "Tóm tắt của tôi"})
    assert answer.status_code == 409
    said = text(answer)
    assert "Trần Đồng Nghiệp vừa sửa hoạt động này" in said
    assert "Người khác vừa đổi thành: Khai mạc lớn" in said
    assert "Người khác vừa đổi thành: 300" in said
    assert "Tóm tắt của tôi" in said
    assert (await draft(opened.activity.id)).activity.summary.vi == ""
    again = await organiser.post("/manage/2026/activities/1", data=inputs(answer))
    assert again.status_code == 303
    assert (await draft(opened.activity.id)).activity.title.vi == "Lễ khai mạc"


async def test_clashes_are_named_and_publishing_is_refused_until_they_are_accepted(organiser, edition):
    await an_activity(edition, "Lễ khai mạc", a_session(1, "08:00", "09:30"))
    await an_activity(edition, "Phiên toàn thể", a_session(1, "09:00", "11:00"))
    preview = await organiser.get("/manage/2026/publish")
    said = text(preview)
    assert "1 chỗ trùng phòng" in said
    assert "Hội trường lớn · Trung tâm Hội nghị thành phố · 09:00–09:30, Thứ Hai, 05/10/2026" in said
    assert "Lễ khai mạc (08:00–09:30)" in said
    assert "Phiên toàn thể (09:00–11:00)" in said
    seal = re.search(r'name="seal" value="([^"]+)"', preview.text)[1]
    refused = await organiser.post("/manage/2026/publish", data={"seal": seal, "note": "Vội quá"})
    assert refused.status_code == 409
    assert "Chưa công bố được vì trùng phòng: 1 trường hợp." in text(refused)
    assert 'value="Vội quá"' in refused.text
    assert await published("2026") is None
    done = await organiser.post("/manage/2026/publish", data={"seal": seal, "allow_overlap": "1"})
    assert done.status_code == 303
    assert "chấp nhận trùng phòng" in text(await organiser.get("/manage/2026/versions"))


async def test_only_this_change_goes_out(organiser, edition):
    tour, other = await an_activity(edition, "Tham quan cảng", a_session(4)), await an_activity(edition, "Hội thảo", a_session(2))
    await publish(edition)
    await edit_session(edition, tour.id, starts_at=at(5, "08:00"), ends_at=at(5, "09:30"))
    await edit(edition, other.id, capacity=9)
    page = await organiser.get("/manage/2026/activities/1")
    assert "Dời từ 08:00–09:30, Thứ Năm, 08/10/2026 sang 08:00–09:30, Thứ Sáu, 09/10/2026." in text(page)
    seal = re.search(r'name="seal" value="([^"]+)"', page.text)[1]
    answer = await organiser.post("/manage/2026/activities/1/publish", data={"seal": seal})
    assert answer.headers["location"] == "/manage/2026/activities/1?done=published"
    week = await published("2026")
    assert week.by_id[tour.id].activity.sessions[0].starts_at == at(5, "08:00")
    assert week.by_id[other.id].activity.capacity is None
    stale = await organiser.post("/manage/2026/activities/1/publish", data={"seal": seal})
    assert stale.status_code == 409


async def test_a_preview_that_is_out_of_date_publishes_nothing(organiser, edition):
    made = await an_activity(edition, "Lễ khai mạc")
    seal = re.search(r'name="seal" value="([^"]+)"', (await organiser.get("/manage/2026/publish")).text)[1]
    await edit(edition, made.id, capacity=7)
    answer = await organiser.post("/manage/2026/publish", data={"seal": seal})
    assert answer.status_code == 409
    assert "Bản nháp vừa thay đổi sau khi bạn xem trước" in text(answer)
    assert await published("2026") is None


async def test_the_list_is_narrowed_by_search_and_state(organiser, edition):
    opening = await an_activity(edition, "Lễ khai mạc")
    await edit(edition, opening.id, title=Text("Lễ khai mạc", "Opening"))
    await an_activity(edition, "Lớp học số", a_session(2), status="draft")
    await an_activity(edition, "Tham quan cảng", a_session(2, place=None))
    everything = text(await organiser.get("/manage/2026/activities"))
    assert "Hoạt động (3)" in everything
    for query, expected in {
        "q=khai+mac": {"Lễ khai mạc"},
        "q=hoi+truong+lon": {"Lễ khai mạc", "Lớp học số"},
        "state=draft": {"Lớp học số"},
        "state=unplaced": {"Tham quan cảng"},
        "state=unpublished": {"Lễ khai mạc", "Tham quan cảng"},
        "day=2026-10-06": {"Lớp học số", "Tham quan cảng"},
        "host=SKHCN&type=seminar&state=no_english": {"Lớp học số", "Tham quan cảng"},
        "q=khong+co": set(),
        "page=99": set(),
        "page=x&state=khong-co": {"Lễ khai mạc", "Lớp học số", "Tham quan cảng"},
    }.items():
        said = text(await organiser.get(f"/manage/2026/activities?{query}"))
        shown = said.split("Lọc", 1)[1]
        assert {title for title in ("Lễ khai mạc", "Lớp học số", "Tham quan cảng") if title in shown} == expected, query


async def test_an_unpublished_activity_is_deleted_and_a_published_one_withdrawn(organiser, edition):
    await an_activity(edition, "Nháp")
    page = await organiser.get("/manage/2026/activities/1")
    assert "Xóa hoạt động" in text(page)
    answer = await organiser.post("/manage/2026/activities/1/withdraw", data={"revision": "1"})
    assert answer.headers["location"] == "/manage/2026/activities?done=deleted"
    known = await an_activity(edition, "Đã công bố")
    await publish(edition)
    answer = await organiser.post(f"/manage/2026/activities/{known.number}/withdraw", data={"revision": "1"})
    assert answer.headers["location"].endswith("?done=withdrawn")
    assert "Không còn trong chương trình." in text(await organiser.get("/manage/2026/publish"))
    answer = await organiser.post(f"/manage/2026/activities/{known.number}/restore", data={"revision": "2"})
    assert answer.status_code == 303
    assert not (await draft(known.id)).activity.gone


async def test_the_draft_goes_back_to_an_earlier_version(organiser, edition):
    made = await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    await edit(edition, made.id, title=Text("Khai mạc lớn"))
    await publish(edition)
    assert "Đưa bản nháp về như bản này" in text(await organiser.get("/manage/2026/versions/1"))
    answer = await organiser.post("/manage/2026/versions/1/restore")
    assert answer.headers["location"] == "/manage/2026/publish?done=restored"
    assert "Đổi tên: “Khai mạc lớn” thành “Lễ khai mạc”." in text(await organiser.get("/manage/2026/publish"))


@pytest.mark.parametrize(
    "path", ["activities/999", "activities/99999999999999", "versions/7", "versions/99999999999", "venues/khong-co", "terms/khong-co"]
)
async def test_what_does_not_exist_is_a_plain_404(organiser, edition, path):
    answer = await organiser.get(f"/manage/2026/{path}")
    assert answer.status_code == 404
    assert (await organiser.get("/manage/1999/")).status_code == 404


# --- who may ---------------------------------------------------------------------------------------------------------

PAGES = (
    "",
    "activities",
    "activities/new",
    "activities/1",
    "publish",
    "versions",
    "versions/1",
    "venues",
    "venues/new",
    "venues/V01",
    "terms",
    "terms/pillar",
    "settings",
)


async def test_nobody_signed_in_is_sent_to_sign_in(house, edition):
    for page in PAGES:
        answer = await house.client.get(f"/manage/2026/{page}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=")


async def test_the_organiser_of_another_edition_is_refused(house, edition):
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    await small_edition("2027")
    await hire("khac", "organiser@edition:2027")
    browser = house.visitor()
    await sign_in(browser, "khac")
    for page in PAGES:
        assert (await browser.get(f"/manage/2026/{page}")).status_code == 403, page
    assert (await browser.post("/manage/2026/publish", data={})).status_code == 403
    assert (await browser.post("/manage/2026/activities/1", data=OPENING)).status_code == 403


async def test_every_page_opens_for_the_organiser_in_both_languages(organiser, edition):
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    for page in PAGES:
        for query in ("", "?lang=en"):
            assert (await organiser.get(f"/manage/2026/{page}{query}")).status_code == 200, page


async def test_an_auditor_reads_and_changes_nothing(house, edition):
    await an_activity(edition, "Lễ khai mạc")
    await publish(edition)
    await hire("soat", "auditor")
    browser = house.visitor()
    await sign_in(browser, "soat")
    for page in PAGES:
        assert (await browser.get(f"/manage/2026/{page}")).status_code == (403 if page.endswith("/new") else 200), page
    form = (await browser.get("/manage/2026/activities/1")).text
    assert '<fieldset class="form-lock" disabled>' in form
    assert "Thêm buổi" not in form
    assert "activities/new" not in (await browser.get("/manage/2026/activities")).text
    assert (await browser.post("/manage/2026/activities/1", data=OPENING)).status_code == 403
    assert (await browser.post("/manage/2026/activities/new", data=OPENING)).status_code == 403
    assert (await browser.post("/manage/2026/publish", data={})).status_code == 403


async def test_a_ward_writes_its_own_drafts_and_leaves_publication_to_the_organisers(house, edition):
    ours = await an_activity(edition, "Lớp học số ở phường", a_session(2), host=UnitRef("PBC", Text("")), status="draft")
    theirs = await an_activity(edition, "Hội thảo của sở", a_session(3))
    await hire("phuong", "unit_editor@unit:PBC")
    browser = house.visitor()
    await sign_in(browser, "phuong")
    listed = text(await browser.get("/manage/2026/activities"))
    assert "Lớp học số ở phường" in listed
    assert "Hội thảo của sở" not in listed
    assert (await browser.get(f"/manage/2026/activities/{theirs.number}")).status_code == 403
    page = inputs(await browser.get(f"/manage/2026/activities/{ours.number}"))
    answer = await browser.post(f"/manage/2026/activities/{ours.number}", data=page | {"capacity": "40"})
    assert answer.status_code == 303
    assert (await draft(ours.id)).activity.capacity == 40
    confirmed = await browser.post(f"/manage/2026/activities/{ours.number}", data=page | {"status": "confirmed", "revision": "2"})
    assert confirmed.status_code == 422
    moved = await browser.post(f"/manage/2026/activities/{ours.number}", data=page | {"host": "SKHCN", "revision": "2"})
    assert moved.status_code == 422
    assert (await browser.post(f"/manage/2026/activities/{ours.number}/publish", data={})).status_code == 403
    made = await browser.post("/manage/2026/activities/new", data=OPENING | {"host": "PBC", "status": "draft"})
    assert made.status_code == 303
    other = await browser.post("/manage/2026/activities/new", data=OPENING | {"host": "UBND", "status": "draft"})
    assert other.status_code == 422
