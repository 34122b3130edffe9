"""Changes as people read them, in both languages."""

from __future__ import annotations

import msgspec
import pytest

from app.events.programme.compare import compare_weeks
from app.events.programme.model import Speaker
from app.events.programme.wording import FIELDS, KINDS, change_lines
from app.kernel.text import Text
from app.kernel.web.i18n import speaking
from tests.events.weeks import HALL, STUDIO, activity, session, week

TOUR = activity(32, "Tham quan cảng", session("cang", 4, "09:00", "11:00"))


def told(before, after, *, language="vi", organiser=False):
    """Every sentence about the one change."""
    (change,) = compare_weeks(week(before) if before else None, week(after))
    with speaking(language):
        return [line.text for line in change_lines(change, for_organisers=organiser)]


@pytest.mark.parametrize(
    ("after", "vietnamese", "english"),
    [
        (
            activity(32, "Tham quan cảng", session("cang", 5, "09:00", "11:00")),
            "Dời từ 09:00–11:00, Thứ Năm, 08/10/2026 sang 09:00–11:00, Thứ Sáu, 09/10/2026.",
            "Moved from 09:00–11:00, Thursday, 8 October 2026 to 09:00–11:00, Friday, 9 October 2026.",
        ),
        (
            activity(32, "Tham quan cảng", session("cang", 4, "09:00", "11:00", STUDIO)),
            "Chuyển từ Hội trường lớn, Trung tâm Hội nghị thành phố đến Phòng thí nghiệm AI, Trung tâm Khởi nghiệp.",
            "Moved from Grand Hall, City Convention Centre to AI Lab, Trung tâm Khởi nghiệp.",
        ),
        (
            msgspec.structs.replace(TOUR, status="cancelled"),
            "Hủy buổi 09:00–11:00, Thứ Năm, 08/10/2026.",
            "Cancelled: 09:00–11:00, Thursday, 8 October 2026.",
        ),
        (
            msgspec.structs.replace(TOUR, status="postponed"),
            "Hoãn buổi 09:00–11:00, Thứ Năm, 08/10/2026, chưa có ngày mới.",
            "Postponed without a new date: 09:00–11:00, Thursday, 8 October 2026.",
        ),
        (msgspec.structs.replace(TOUR, gone=True), "Không còn trong chương trình.", "No longer in the programme."),
        (
            activity(32, "Thăm cảng", *TOUR.sessions, slug=TOUR.slug),
            "Đổi tên: “Tham quan cảng” thành “Thăm cảng”.",
            "Renamed from “Tham quan cảng” to “Thăm cảng”.",
        ),
        (
            msgspec.structs.replace(TOUR, speakers=(Speaker("An"),), summary=Text("Xe đưa đón")),
            "Sửa tóm tắt, diễn giả.",
            "Edited: summary, speakers.",
        ),
    ],
)
def test_a_change_is_one_sentence(after, vietnamese, english):
    assert told(TOUR, after) == [vietnamese]
    assert told(TOUR, after, language="en") == [english]


def test_a_new_activity_says_when_and_where():
    assert told(None, TOUR) == ["Hoạt động mới: 09:00–11:00, Thứ Năm, 08/10/2026 · Hội trường lớn, Trung tâm Hội nghị thành phố."]


def test_what_readers_cannot_see_is_told_to_organisers_alone():
    hidden = msgspec.structs.replace(TOUR, allow_overlap=True)
    assert told(TOUR, hidden) == []
    assert told(TOUR, hidden, organiser=True) == ["Sửa cho phép trùng phòng."]


def test_one_day_of_several():
    days = [session(f"ngay-{day}", day, "09:00", "17:00", number=day) for day in (1, 2, 3)]
    exhibition = activity(3, "Triển lãm", *days)
    wet = activity(3, "Triển lãm", days[0], msgspec.structs.replace(days[1], status="cancelled"), days[2])
    assert told(exhibition, wet) == ["Hủy buổi 09:00–17:00, Thứ Ba, 06/10/2026."]
    assert told(wet, exhibition) == ["Diễn ra trở lại: 09:00–17:00, Thứ Ba, 06/10/2026 · Hội trường lớn, Trung tâm Hội nghị thành phố."]
    longer = activity(3, "Triển lãm", *days, session("ngay-4", 4, "09:00", "17:00", number=4))
    assert told(exhibition, longer) == ["Thêm buổi 09:00–17:00, Thứ Năm, 08/10/2026 · Hội trường lớn, Trung tâm Hội nghị thành phố."]


def test_a_hall_with_a_new_name():
    hall = msgspec.structs.replace(HALL, room=Text("Hội trường Biển Đông"))
    assert told(TOUR, activity(32, "Tham quan cảng", session("cang", 4, "09:00", "11:00", hall))) == [
        "Địa điểm nay ghi là: Hội trường Biển Đông, Trung tâm Hội nghị thành phố."
    ]


def test_only_the_english_title_changed():
    english = msgspec.structs.replace(TOUR, title=Text("Tham quan cảng", "Port tour"))
    assert told(TOUR, english) == ["Tên bằng ngôn ngữ kia nay là “Port tour”."]
    assert told(TOUR, english, language="en") == ["Renamed from “Tham quan cảng” to “Port tour”."]


def test_every_kind_and_field_has_a_name():
    with speaking("en"):
        from app.kernel.web.i18n import _, missing

        missing.clear()
        for name in (*KINDS.values(), *FIELDS.values()):
            assert _(name)
        assert missing == set()
