"""Every page that a link leads to, in every role and both languages: no incident, no dead end, no word left untranslated."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from app.kernel.web import i18n, limits
from app.kernel.web.access import declared
from tests.security.test_matrix import Reader, seat
from tests.security.town import build

# Streams, and what is bytes for machines only.
NOT_PAGES = re.compile(r"^/(static/|live|metrics|health/|manage/mail/[^/]+/files/)")
# Parts that a page of ours asks for by itself while it is open.
FRAGMENTS = {"/manage/{edition}/checkpoints/{checkpoint}/devices/{device}/state"}
MOST = 400
EVERYBODY = (
    Reader("administrator", True),
    Reader("auditor", True),
    Reader("organiser", True),
    Reader("organiser", False),
    Reader("unit_editor", True),
    Reader("gate_supervisor", True),
    Reader("gate_steward", True),
    Reader("press", True),
    Reader("", True),
)


def links(page: str, here: str) -> set[str]:
    """Addresses of ours that this page leads to by a link or a form that asks (GET)."""
    found = re.findall(r'<(?:a\b[^>]*?\bhref|form method="get"[^>]*?\baction|iframe\b[^>]*?\bsrc)="([^"]*)"', page)
    addresses = set()
    for one in found:
        address = urlsplit(urljoin(here, unescape(one)))
        if address.scheme in ("", "http") and address.netloc in ("", "ngayso.test"):
            addresses.add(address.path + (f"?{address.query}" if address.query else ""))
    return {one for one in addresses if not NOT_PAGES.match(one)}


def shape(address: str) -> tuple[str, frozenset[str]]:
    """Addresses that differ only in the values of their filters are one page to the crawl, three of them are enough."""
    url = urlsplit(address)
    return url.path, frozenset(part.partition("=")[0] for part in url.query.split("&") if part)


@dataclass
class Walk:
    """What came of following links: addresses that failed, and the paths that opened."""

    wrong: list[str] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)


async def crawl(browser, start: list[str]) -> Walk:
    """Follow every link from `start`."""
    waiting, seen, walk = list(start), set(start), Walk()
    shapes: dict[tuple[str, frozenset[str]], int] = {}
    came_from = dict.fromkeys(start, "the start")
    while waiting and len(seen) < MOST * 5:
        address = waiting.pop()
        of_this_shape = shapes.get(shape(address), 0)
        if of_this_shape >= 3 or sum(shapes.values()) >= MOST:
            continue
        shapes[shape(address)] = of_this_shape + 1
        limits.forget_all()
        answer = await browser.get(address)
        if answer.status_code >= 400:
            walk.wrong.append(f"{address} → {answer.status_code} (from {came_from[address]})")
            continue
        walk.opened.add(urlsplit(address).path)
        target = answer.headers.get("location", "")
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        for one in links(answer.text, address) if is_page else {target} if target.startswith("/") else set():
            if one not in seen:
                seen.add(one)
                came_from[one] = address
                waiting.append(one)
    assert sum(shapes.values()) < MOST, "the crawl did not come to an end: raise MOST or fold its addresses"
    return walk


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_link_of_everybody_leads_somewhere(house, language):
    """A link that a page shows opens for whoever sees it, in the language of the page."""
    town = await build()
    i18n.missing.clear()
    walk = await crawl(house.visitor(), [f"/?lang={language}", f"/sign-in?lang={language}"])
    wrong = [f"visitor: {one}" for one in walk.wrong]
    for reader in EVERYBODY if language == "vi" else EVERYBODY[:3]:
        walk = await crawl(await seat(house, town, reader), [f"/manage/?lang={language}"])
        wrong += [f"{reader.name}: {one}" for one in walk.wrong]
    assert wrong == []
    assert sorted(i18n.missing) == []


async def test_an_administrator_finds_every_page_by_links(house):
    """A page of the desk that nothing leads to is a page that nobody finds."""
    town = await build()
    walk = await crawl(await seat(house, town, Reader("administrator", True)), ["/manage/"])
    lost = []
    for line in declared(house.app):
        if line.method == "GET" and line.path.startswith("/manage") and line.path not in FRAGMENTS and not NOT_PAGES.match(line.path):
            pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(line.path)) + "/?")
            if not any(pattern.fullmatch(path) for path in walk.opened):
                lost.append(line.path)
    assert lost == []
