"""Pages keep the content security policy, and every word of them can be translated."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import files, where

TEMPLATES = files("templates", ".html")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label|aria-description|label)\s*=\s*\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
# Names and signs that are the same in every language.
SAME_EVERYWHERE = {
    "Ngày",
    "Số",
    "API",
    "CSV",
    "HTML",
    "ICS",
    "JSON",
    "OpenAPI",
    "PDF",
    "QR",
    "URL",
    "UTF",
    "Android",
    "iPhone",
    "iCalendar",
    "webcal",
}
# &nbsp; and its kin are signs, not words.
ENTITY = re.compile(r"&#?\w+;")


def without_jinja(text: str) -> str:
    """The text with every Jinja construct blanked out, line breaks kept."""
    return JINJA.sub(lambda found: " " + "\n" * found.group().count("\n"), text)


def is_spoken(word: str) -> bool:
    """Whether people would read it. A class name that a macro builds is small ASCII; a sentence has a capital or a mark."""
    return word not in SAME_EVERYWHERE and not (word.isascii() and word.islower())


@pytest.mark.parametrize("template", TEMPLATES, ids=where)
def test_no_inline_script_or_style(template):
    text = template.read_text(encoding="utf-8")
    plain = without_jinja(text)
    assert re.findall(r"<script(?![^>]*\b(?:src|type=\"application/(?:ld\+)?json\"))[^>]*>", text) == []
    assert re.findall(r"<style\b", plain) == [], "styles live in static/css"
    if "mail" not in template.parts:
        assert re.findall(r"\sstyle\s*=", plain) == [], "no style attributes: the policy forbids them"
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", plain) == [], "no inline event handlers"
    assert re.findall(r"(?:src|href)\s*=\s*[\"']https?://", plain) == [], "nothing is loaded from elsewhere"


@pytest.mark.parametrize("template", TEMPLATES, ids=where)
def test_every_word_goes_through_gettext(template):
    plain = without_jinja(template.read_text(encoding="utf-8"))
    spoken = [word for text in SPOKEN.findall(plain) for word in WORD.findall(text)]
    words = WORD.findall(ENTITY.sub(" ", TAG.sub(" ", plain))) + spoken
    assert [word for word in words if is_spoken(word)] == []
