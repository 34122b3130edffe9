"""What is left of a text when it is only text: HTML from other systems becomes paragraphs, lists and addresses. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from app.events.exchange.programme_file import clean, clean_url

_TAG = re.compile(
    r"</?(?:p|br|a|b|i|u|ul|ol|li|em|strong|h[1-6]|div|span|code|pre|blockquote|img|hr|table|tr|td|th|tbody|thead|dl|dt|dd|sup|sub|del|small"
    r"|figure|figcaption|iframe|script|style|input|label|section|article|kbd|video|audio|source|details|summary)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_PARAGRAPHS: Final = frozenset(
    (
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "blockquote",
        "pre",
        "table",
        "hr",
        "dl",
        "section",
        "article",
        "figure",
        "details",
    )
)
_LINES: Final = frozenset(("br", "tr", "dt", "dd", "figcaption", "summary"))
_SILENT: Final = frozenset(("script", "style", "iframe"))

SUMMARY_LONGEST: Final = 400
"""Characters. A longer abstract is a description, and its beginning the summary: lists show summaries whole."""

_TEASER = 280


def plain(value: str | None) -> str:
    """The text without its tags, where it has any; a lone `<` in ordinary prose is left alone."""
    if not value or "<" not in value or not _TAG.search(value):
        return clean(value)
    reader = _Reader()
    reader.feed(value)
    reader.close()
    return clean(reader.text())


def summary_and_description(subtitle: str, abstract: str, description: str) -> tuple[str, str]:
    """Our two texts from the three of the exchange formats. Given its own result, it changes nothing."""
    if len(abstract) <= SUMMARY_LONGEST:
        return "\n".join(part for part in (subtitle, abstract) if part), description
    whole = f"{abstract}\n\n{description}" if description else abstract
    return subtitle or teaser(abstract), whole


def teaser(text: str) -> str:
    """The first sentences of a text, at most some 280 characters."""
    first = " ".join(text.split("\n\n", 1)[0].split())
    if len(first) <= _TEASER:
        return first
    cut = first[:_TEASER]
    ends = [found.end() for found in re.finditer(r"[.!?…](?=\s)", cut)]
    if ends and ends[-1] >= _TEASER // 3:
        return cut[: ends[-1]]
    return cut.rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


class _Reader(HTMLParser):
    """Collects text; block elements become blank lines, list items dashes, links keep their address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[int] = []  # 0: dashes, else the next number
        self._silent = 0
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in ("ul", "ol"):
            self._break("\n" if self._lists else "\n\n")
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._break("\n")
            number = self._lists[-1] if self._lists else 0
            self._out.append("  " * (len(self._lists) - 1) + (f"{number}. " if number else "- "))
            if number:
                self._lists[-1] += 1
        elif tag in _PARAGRAPHS:
            self._verbatim += tag == "pre"
            # A paragraph that opens a list item stays beside its dash.
            if not self._after_dash():
                self._break("\n\n")
        elif tag in _LINES:
            self._break("\n")
        elif tag == "a":
            self._links.append((clean_url(dict(attrs).get("href")), len(self._out)))
        elif tag == "img" and (text := (dict(attrs).get("alt") or "").strip()):
            self._out.append(text)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._break("\n" if self._lists else "\n\n")
        elif tag in _PARAGRAPHS:
            self._verbatim = max(0, self._verbatim - (tag == "pre"))
            self._break("\n" if self._lists else "\n\n")
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            shown = "".join(self._out[start:]).strip()
            bare = address.split("://", 1)[-1].rstrip("/")
            if address and shown.split("://", 1)[-1].rstrip("/") != bare:
                self._out.append(f" ({address})" if shown else address)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._verbatim:
            self._out.append(data)
            return
        text = re.sub(r"\s+", " ", data)
        if text.startswith(" ") and self._at_line_start():
            text = text[1:]
        if text:
            self._out.append(text)

    def text(self) -> str:
        """All of it."""
        return "".join(self._out)

    def _at_line_start(self) -> bool:
        return not self._out or self._out[-1].endswith(("\n", " "))

    def _after_dash(self) -> bool:
        return bool(self._lists) and bool(self._out) and bool(re.fullmatch(r"\s*(?:-|\d+\.) ", self._out[-1]))

    def _break(self, kind: str) -> None:
        if self._out:
            self._out.append(kind)
