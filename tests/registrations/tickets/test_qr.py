"""The square that gets people in, read back by a real decoder."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image

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


def test_it_is_the_smallest_square_that_holds_it(code):
    assert len(qr.matrix(code)) == 25  # version 2
    assert len(qr.png(code)) < 2_500
