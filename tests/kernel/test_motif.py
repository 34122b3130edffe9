"""The 10·10 motif: ornament, but the same ornament for the same thing on every page, ticket and slide."""

from __future__ import annotations

from xml.etree import ElementTree

from app.kernel.web.motif import bits, panel, picture, strip


def test_the_motif_opens_with_the_date_of_the_day() -> None:
    assert bits("2026", 24)[:4] == (1, 0, 1, 0)


def test_the_same_slug_is_drawn_the_same_and_another_differently() -> None:
    assert strip("2026") == strip("2026")
    assert strip("2026") != strip("2027")


def test_a_longer_strip_continues_the_shorter_one() -> None:
    """The ticket's edge shows more signs than the header; they are the same motif."""
    assert bits("le-khai-mac", 48)[:24] == bits("le-khai-mac", 24)


def test_no_sign_repeats_more_than_three_times() -> None:
    for slug in (f"activity-{n}" for n in range(200)):
        row = "".join(map(str, bits(slug, 100)))
        assert "0000" not in row, slug
        assert "1111" not in row, slug


def test_it_is_well_formed_and_needs_no_style_attribute() -> None:
    """The content security policy allows no inline style."""
    for drawing in (strip("2026"), panel("2026"), picture("2026", "#00695C")):
        ElementTree.fromstring(drawing)
        assert "style=" not in drawing


def test_nothing_from_the_slug_reaches_the_markup() -> None:
    assert "script" not in strip("<script>")


def test_a_picture_stands_alone_in_its_colour() -> None:
    drawing = picture("2026", "#00695C")
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawing
    assert "#00695C" in drawing
    assert "currentColor" not in drawing
