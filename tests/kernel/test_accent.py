"""Every edition has its own colour; whatever an organiser likes, the public must be able to read it."""

from __future__ import annotations

import re

import pytest

from app.kernel.web import accent


def test_contrast_is_that_of_the_guidelines() -> None:
    assert accent.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert accent.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", ["#00695C", "#FFEB3B", "#FFFFFF", "#000000", "#9E1B1B", "#B3E5FC", "#1A237E", "#808080", "#B08D2E"])
def test_links_and_buttons_can_be_read_in_both_themes(colour: str) -> None:
    """Canary yellow links on paper would be the organiser's fault and the reader's trouble."""
    css = accent.accent_css(colour)
    found = re.findall(r"--accent:(#\w{6});--on-accent:(#\w{6});--accent-soft:(#\w{6})", css)
    assert len(found) == 2
    for (tint, on, soft), papers in zip(found, (["#FBFAF7", "#FFFFFF", "#F3F2ED"], ["#0E1726", "#16223A", "#0A111D"]), strict=True):
        assert accent.contrast(on, tint) >= 4.5
        assert accent.contrast(tint, soft) >= 4.5
        for paper in papers:
            assert accent.contrast(tint, paper) >= 4.5


def test_a_colour_that_reads_already_is_kept() -> None:
    assert "--accent:#00695C" in accent.accent_css("#00695C")


@pytest.mark.parametrize("text", ["", "red", "#fff", "#00695C;}*{display:none", "url(x)"])
def test_what_is_no_colour_never_reaches_the_style_sheet(text: str) -> None:
    assert accent.accent_css(text) == ""
