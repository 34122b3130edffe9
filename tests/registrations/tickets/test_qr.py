"""The square that gets people in, read back by a real decoder."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData, lost_point

from app.registrations.tickets import qr
from app.registrations.tickets.codes import new_code


@pytest.fixture
def code():
    return new_code()


def test_the_picture_reads_as_the_code(code):
    with Image.open(io.BytesIO(qr.png(code))) as picture:
        assert picture.width == picture.height >= 600
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [code]


def test_the_drawing_on_the_page_has_the_same_modules(code):
    drawn = qr.svg(code)
    dark = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawn.split('fill="#000"')[1])
        for step in range(int(length))
    }
    expected = {(x + qr.QUIET, y + qr.QUIET) for y, line in enumerate(qr.matrix(code)) for x, is_dark in enumerate(line) if is_dark}
    assert dark == expected
    assert len(drawn) < 8_000


def test_the_short_cuts_draw_what_the_library_draws_the_long_way():
    """Module for module the library's drawing under the mask that loses the fewest points, all eight drawn and counted."""
    for _ in range(12):
        code = new_code()
        drawn = []
        for mask in range(8):
            drawing = QRCode(version=2, error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=mask)
            drawing.add_data(QRData(code, mode=MODE_ALPHA_NUM))
            drawing.make(fit=False)
            drawn.append([[bool(module) for module in line] for line in drawing.get_matrix()])
        assert [list(line) for line in qr.matrix(code)] == min(drawn, key=lost_point)


def test_the_penalty_counts_as_the_library_does():
    drawn = qr.matrix(new_code())
    assert qr.penalty(qr._packed(drawn), qr._packed(qr._turned(drawn))) == lost_point([list(line) for line in drawn])


def test_picture_and_file_are_the_same_pixels(code):
    with Image.open(io.BytesIO(qr.png(code))) as picture:
        assert picture.convert("L").tobytes() == qr.image(code).convert("L").tobytes()


def test_it_is_the_smallest_square_that_holds_it(code):
    assert len(qr.matrix(code)) == 25  # version 2
    assert len(qr.png(code)) < 2_500
