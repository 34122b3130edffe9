"""A walk through the site that notes every form and filter, and judges every answer on its way."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field

import httpx
import icalendar
from lxml import etree

from app.kernel.web import limits
from app.kernel.web.access import declared
from tests.security.forms_seen import SeenForm, SeenPage, folded, path_of
from tests.security.test_crawl import links, shape

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> Tiếng Việt"
ECHOES = ("<script>alert(", "<img src=x")


@dataclass
class Found:
    """A form, the page it stands on, and who opened that page."""

    form: SeenForm
    page: str
    browser: httpx.AsyncClient
    route: str


@dataclass
class Site:
    """Everything that one reader comes to: pages by address, forms by route and fields, GET forms and queries of links."""

    forms: dict[tuple[str, ...], Found] = field(default_factory=dict)
    searches: dict[tuple[str, ...], Found] = field(default_factory=dict)
    queries: dict[str, set[str]] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)


class Routes:
    """Which route an address belongs to."""

    def __init__(self, app: object) -> None:
        self.known = [
            (line.method, line.path, re.compile(re.sub(r"\\\{\w+(:\w+)?\\\}", "[^/]+", re.escape(line.path)) + "/?"))
            for line in declared(app)  # type: ignore[arg-type]
        ]

    def of(self, method: str, path: str) -> str:
        """The route's path; one without parameters wins."""
        fitting = [route for known, route, pattern in self.known if known == method and pattern.fullmatch(path)]
        return min(fitting, key=lambda route: route.count("{"), default=path)


async def walk(site: Site, routes: Routes, browser: httpx.AsyncClient, start: list[str], *, most: int = 260) -> list[str]:
    """Open every page once per route and set of query names, three of a kind; note its forms. Gives what went wrong."""
    waiting, seen, wrong = list(start), set(start), []
    shapes: Counter[tuple[str, frozenset[str]]] = Counter()
    while waiting:
        address = waiting.pop(0)
        path, names = shape(address)
        kind = (routes.of("GET", path), names)
        if shapes[kind] >= 3 or shapes.total() >= most:
            continue
        shapes[kind] += 1
        limits.forget_all()
        answer = await browser.get(address)
        wrong += [f"{address}: {one}" for one in judge(answer)]
        site.pages.append(address)
        site.queries.setdefault(path, set()).update(names)
        if not is_html(answer):
            where = answer.headers.get("location", "")
            more = {where} if where.startswith("/") else set()
        else:
            more = links(answer.text, address)
            for form in SeenPage(answer.text).forms:
                form.action = form.action or address
                route = routes.of(form.method.upper(), path_of(form))
                key = (route, *sorted({folded(name) for name in form.controls}))
                (site.forms if form.method == "post" else site.searches).setdefault(key, Found(form, address, browser, route))
                if form.method == "get":
                    shown = [(one.name, option) for one in form.controls.values() for option in one.options[:12] if option]
                    more |= {f"{path_of(form)}?{name}={option}" for name, option in shown}
        waiting += sorted(more - seen)
        seen |= more
    return wrong


def is_html(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html") and bool(answer.content)


def judge(answer: httpx.Response) -> list[str]:
    """What is wrong with any answer at all: an incident, an echo, an error page that is not the house's, data that cannot be read."""
    wrong = []
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 500:
        wrong.append(f"status {answer.status_code}")
    if kind.endswith(("html", "xml")) and any(echo in answer.text for echo in ECHOES):
        wrong.append("shows markup that was typed")
    if answer.status_code >= 400:
        if kind == "application/problem+json":
            problem = answer.json()
            if problem.get("status") != answer.status_code or not problem.get("detail"):
                wrong.append("a problem without its status or sentence")
        elif kind != "text/html" or '<main id="main"' not in answer.text or "css/app." not in answer.text:
            wrong.append(f"{answer.status_code} is not a page of the house but {kind or 'nothing'}: {answer.text[:80]}")
    elif answer.status_code == 200 and answer.content:
        try:
            if kind.endswith("json"):
                json.loads(answer.content)
            elif kind.endswith("xml"):
                etree.fromstring(answer.content)
            elif kind == "text/calendar":
                icalendar.Calendar.from_ical(answer.content)
        except (ValueError, etree.XMLSyntaxError) as error:
            wrong.append(f"{kind} cannot be read: {error}")
    return wrong
