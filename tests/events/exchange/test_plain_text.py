"""Texts from other systems lose their markup and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events.exchange.plain_text import SUMMARY_LONGEST, plain, summary_and_description, teaser
from app.events.exchange.programme_file import clean, clean_line, clean_url


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Một.</p>\n<p>Hai &amp; ba.</p>", "Một.\n\nHai & ba."),
        ("<p>a<br>b<br/>c</p>", "a\nb\nc"),
        ("<ul><li>một</li><li><p>hai</p></li></ul>sau", "- một\n- hai\n\nsau"),
        ("<ol>\n<li>một</li>\n<li>hai</li>\n</ol>", "1. một\n2. hai"),
        ('<a href="https://x.vn/a">bài</a> và <a href="https://x.vn">x.vn</a>', "bài (https://x.vn/a) và x.vn"),
        ('<a href="javascript:alert(1)">bấm</a>', "bấm"),
        ("<script>alert(1)</script><style>p{}</style><p>còn lại</p>", "còn lại"),
        ("<pre>  a\n    b</pre>", "a\n    b"),
        ("<p>chưa đóng <b>thẻ", "chưa đóng thẻ"),
        ("2 < 3 và 5 > 4", "2 < 3 và 5 > 4"),
        ("if (a<b) return", "if (a<b) return"),
        ("&amp; để nguyên", "&amp; để nguyên"),
        ('<img src="x" onerror="alert(1)" alt="ảnh">', "ảnh"),
        ("", ""),
    ],
)
def test_markup_becomes_paragraphs_lists_and_addresses(html: str, text: str) -> None:
    assert plain(html) == text


def test_short_abstracts_are_summaries_and_long_ones_descriptions() -> None:
    assert summary_and_description("Phụ đề", "Ngắn.", "Dài.") == ("Phụ đề\nNgắn.", "Dài.")
    long = "Câu đầu tiên nói đủ điều cần nói về cả bài này, không hơn không kém. " + "Rồi còn nhiều nữa. " * 40
    summary, description = summary_and_description("", long.strip(), "Thêm.")
    assert summary.startswith("Câu đầu tiên")
    assert len(summary) <= SUMMARY_LONGEST
    assert description == f"{long.strip()}\n\nThêm."


@given(st.text(), st.text(), st.text())
@settings(max_examples=150, deadline=None)
def test_taken_twice_is_taken_once(subtitle: str, abstract: str, description: str) -> None:
    once = summary_and_description(clean_line(subtitle), clean(abstract), clean(description))
    assert summary_and_description("", *once) == once or len(once[0]) > SUMMARY_LONGEST


@given(st.text())
@settings(max_examples=150, deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert len(clean_line(text, 40)) <= 40
    assert "\x00" not in clean(text)
    assert len(teaser(text)) <= 300


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_an_address_is_safe_or_nothing(text: str) -> None:
    for address in (text, f"https://x.vn/{text}", f"http://{text}", f"https://x.vn/?q={text}#{text}"):
        made = clean_url(address)
        assert made == "" or made.startswith(("http://", "https://"))
        assert made.isascii()
        assert not set(made) & set(' "<>\\^`{|}\n')
        assert clean_url(made) == made
