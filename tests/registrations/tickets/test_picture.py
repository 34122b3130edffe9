"""The ticket in a phone's gallery: everything on it, however long the names."""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image, ImageFont

from app.kernel.paths import STATIC
from app.registrations.tickets.codes import new_code
from app.registrations.tickets.picture import WIDTH, Face, _broken, draw

FONT = ImageFont.truetype(STATIC / "fonts" / "BeVietnamPro-Regular.ttf", 40)


def face(**more: object) -> Face:
    known = {
        "edition": "Tuần lễ Chuyển đổi số 2026",
        "title": "Dữ liệu mở cho mọi người",
        "when": ("14:00–16:30, Thứ Sáu, 09/10/2026",),
        "where": ("Hội trường lớn · Trung tâm Hội nghị thành phố", "Số 1 đường Hải Đăng"),
        "holder": "Nguyễn Thị Ánh",
        "kind": "Người tham dự",
        "code": new_code(),
        "slug": "du-lieu-mo",
    }
    return Face(**{**known, **more})  # type: ignore[arg-type]


def test_the_longest_names_still_leave_a_square_that_reads():
    shown = face(
        title="PHIÊN TOÀN THỂ: CHUYỂN ĐỔI SỐ ẤN TƯỢNG " * 8,
        holder="Công Tằng Tôn Nữ Thị Huyền Trang Phương Thảo Nguyên " * 2,
        when=tuple(f"09:00–17:00, Thứ Hai, {day:02}/10/2026" for day in range(5, 12)),
        where=("a" * 300, "b" * 300),
        warning="Đã dời lịch: đây là giờ và nơi mới",
    )
    with Image.open(io.BytesIO(draw(shown))) as picture:
        assert picture.width == WIDTH
        assert picture.height < 3200
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [shown.code]


def test_a_picture_is_small_enough_for_a_full_phone():
    assert len(draw(face())) < 80_000


def test_lines_break_at_spaces_and_end_with_an_ellipsis():
    text = "Chuyển đổi số nhanh hơn, hiệu quả hơn, gần dân hơn"
    lines = _broken(text, FONT, 400, 10)
    assert " ".join(lines) == text
    assert all(FONT.getlength(line) <= 400 for line in lines)
    assert _broken(text, FONT, 400, 2)[-1].endswith("…")
    assert "".join(_broken("x" * 80, FONT, 400, 10)) == "x" * 80
    assert _broken("", FONT, 400, 2) == []


def test_every_vietnamese_letter_is_in_the_typeface():
    letters = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
    nothing = FONT.getmask("\uffff").tobytes() if hasattr(FONT.getmask("\uffff"), "tobytes") else bytes(FONT.getmask("\uffff"))
    for letter in letters + letters.upper() + "–·“”’…0123456789":
        assert bytes(FONT.getmask(letter)) != nothing, letter
