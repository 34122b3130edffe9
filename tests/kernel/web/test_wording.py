"""Dates, times and numbers the way people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

from app.kernel.text import Text
from app.kernel.web import wording
from app.kernel.web.i18n import best_language, ngettext, speaking
from app.kernel.web.rendering import environment, in_language, render, url

SATURDAY = datetime(2026, 10, 10, 1, 30, tzinfo=UTC)
SUNDAY_END = datetime(2026, 10, 11, 10, 0, tzinfo=UTC)


def test_vietnamese():
    assert wording.date_vi(SATURDAY) == "Thứ Bảy, 10/10/2026"
    assert wording.date_vi(date(2026, 10, 5)) == "Thứ Hai, 05/10/2026"
    assert wording.day_vi(SATURDAY) == "T7 10/10"
    assert wording.day_vi(date(2026, 10, 11)) == "CN 11/10"
    assert wording.time_vi(SATURDAY) == "08:30"
    assert wording.range_vi(SATURDAY, SATURDAY.replace(hour=4, minute=0)) == "08:30–11:00, Thứ Bảy, 10/10/2026"
    assert wording.range_vi(SATURDAY, SUNDAY_END) == "08:30, Thứ Bảy, 10/10/2026 – 17:00, Chủ Nhật, 11/10/2026"
    assert wording.days_vi(date(2026, 10, 5), date(2026, 10, 11)) == "05–11/10/2026"
    assert wording.number_vi(1234567) == "1.234.567"
    assert wording.number_vi(10.77) == "10,77"


def test_english():
    with speaking("en"):
        assert wording.date_vi(SATURDAY) == "Saturday, 10 October 2026"
        assert wording.day_vi(SATURDAY) == "Sat 10 Oct"
        assert wording.days_vi(date(2026, 10, 5), date(2026, 10, 11)) == "5–11 October 2026"
        assert wording.number_vi(1234.5) == "1,234.5"


def test_times_are_those_of_the_edition():
    with wording.zone_of(SimpleNamespace(zone="Europe/Brussels")):
        assert wording.time_vi(SATURDAY) == "03:30"
    assert wording.time_vi(SATURDAY) == "08:30"


def test_a_text_that_falls_back_says_its_language():
    assert wording.both(Text("Khai mạc <b>", "Opening")) == "Khai mạc &lt;b&gt;"
    with speaking("en"):
        assert wording.both(Text("Khai mạc", "Opening")) == "Opening"
        assert wording.both(Text("Khai <mạc>")) == '<span lang="vi">Khai &lt;mạc&gt;</span>'
        assert wording.plain(Text("Khai mạc")) == "Khai mạc"
        assert wording.paragraphs(Text("một\nhai\n\nba <i>")) == '<p lang="vi">một<br>hai</p><p lang="vi">ba &lt;i&gt;</p>'


def test_links_keep_the_language_and_stay_inside_the_site():
    assert url("/2026/programme", day="t2", q="", pillar=["a", "b"], page=None) == "/2026/programme?day=t2&pillar=a&pillar=b"
    assert url("/") == "/?lang=vi"
    assert url("//evil.vn/x") == "/evil.vn/x"
    assert url("/2026/a b?x=1#phần") == "/2026/a%20b?x=1#ph%E1%BA%A7n"
    assert url("#agenda") == "#agenda"
    with speaking("en"):
        assert url("/2026/programme") == "/2026/programme?lang=en"
        assert url("/") == "/?lang=en"
    assert in_language("en") == "/?lang=en"


def test_one_and_many():
    with speaking("en"):
        env = environment()
        seen = env.from_string('{{ ngettext("Có %(num)s mục cần xem lại", "Có %(num)s mục cần xem lại", n) }}')
        assert seen.render(n=1) == "1 field needs another look"
        assert seen.render(n=2) == "2 fields need another look"
        assert ngettext("Có %(num)s mục cần xem lại", "Có %(num)s mục cần xem lại", 3) == "3 fields need another look"
    assert ngettext("%(n)s chỗ", "%(n)s chỗ", 3) == "3 chỗ"


def test_a_browser_s_languages():
    assert best_language("en-GB,en;q=0.9,vi;q=0.8") == "en"
    assert best_language("fr,vi;q=0.3,en;q=0.2") == "vi"
    assert best_language("ja") == "vi"
    assert best_language("en;q=zero,,;q=") == "vi"


def test_what_is_written_into_a_message_is_escaped():
    env = environment()
    html = env.from_string('{% autoescape true %}{{ _("Trang %(page)s trên %(last)s", page=x, last=2) }}{% endautoescape %}').render(
        x="<b>"
    )
    assert html == "Trang &lt;b&gt; trên 2"


def test_a_block_alone_has_what_its_template_imports():
    from app.kernel.web.rendering import render_block

    context = {"sentence": "Không tìm thấy", "code": 404, "details": {}}
    assert "<html" in render("errors/error.html", context)
    block = render_block("errors/error.html", "main", context)
    assert "Không tìm thấy" in block
    assert "<html" not in block
