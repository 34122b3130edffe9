"""Whatever is typed into whichever field: a sentence beside it and the text kept, or it is stored and shown safely.

The forms are found by walking through the site; a new form is in this test by being linked.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest

from app.events.programme.model import UnitRef
from app.kernel.database import engine_name, rows
from app.kernel.text import Text
from app.kernel.web import limits
from app.kernel.web.access import declared
from tests.accounts.staff import PASSWORD
from tests.events.factories import a_session, an_activity, edit, publish, reread
from tests.security.forms_seen import Control, SeenForm, SeenPage, encoded, folded, path_of
from tests.security.site_walk import SCRIPT, Found, Routes, Site, is_html, judge, walk
from tests.security.test_matrix import ELSEWHERE_NAMED, Reader, filled, seat
from tests.security.town import Quarter, Town, build

FAMILY = "👩‍👩‍👧‍👦"

UNUSABLE: dict[str, str | bytes] = {
    "NUL": "a\x00b",
    "control characters": "a\x01\x1b[31m\x7f\x85b",
    "right-to-left override": "abc\u202egpj.exe",
    "lone surrogates and what is not UTF-8": b"a\xed\xa0\x80\xffb",
}
"""What no field takes."""
ODD: dict[str, str | bytes] = {
    "over-long": "ệ" * 10_000,
    "empty": "",
    "unseen": " \u200b\u2060\u00a0",
    "not a day": "2026-13-45T99:99",
    "a huge number": "9" * 40,
    "HTML": unicodedata.normalize("NFD", SCRIPT),
    "a template, SQL": "{{ 7*7 }}%(x)s%s${x}'; DROP TABLE account; --",
    "a header": "a\r\nSet-Cookie: a=b",
    "letters of the world": f"{FAMILY} مرحبا שלום",
    "unknown choice": "no-such-choice",
}
"""What some fields take and others do not."""
SENT_OTHERWISE = {"a file": b"", "twice": "", "missing": ""}
TO_CHOOSE = ("NUL", "lone surrogates and what is not UTF-8", "empty", "HTML", "over-long", "unknown choice")
"""Where there is nothing to type the rest would come to the same."""

BESIDE = {"latitude": "longitude", "phone": "email", "new": "again"}
"""Fields that belong together: where the sentence about the one may stand as well."""
MADE_TO_FIT = {"slug", "code"}
"""Addresses and codes are made of what was typed."""
# Which of address and password is wrong is nobody's business, so the sentence is about both.
ABOUT_BOTH = {"/sign-in"}
# What a made-up address and code do not open, and publishing with a clash, which is allowed only at the end.
NEVER = {
    "/sign-in",
    "/{edition}/find-ticket/by-code",
    "/manage/{edition}/publish",
    "/manage/{edition}/activities/{number}/publish",
}
UNREADABLE = {"NUL", "lone surrogates and what is not UTF-8", "a file"}

# Ends the session under the test.
LEFT_OUT = {"/sign-out", "/manage/account/sign-out-everywhere"}
# Has a colour for every name, so that a page of any edition has one.
ANY_NAME = {"/{edition}/accent.css"}
NUMBERS = itertools.count(1)


async def busy_town() -> Town:
    """The town with what else shows a form: something unpublished that clashes, something withdrawn, somebody who waits."""
    town = await build()
    for quarter in (town.here, town.elsewhere):
        (talk,) = await rows("SELECT id FROM activity WHERE edition = {} AND number = {}", quarter.edition.id, int(quarter.path["number"]))
        await edit(quarter.edition, talk["id"], capacity=100_000)
        quarter.edition = await reread(quarter.edition)
        await publish(quarter.edition)
    here = town.here.edition
    host = UnitRef("SKHCN", Text(""))
    await an_activity(here, "Trùng phòng, chưa công bố", a_session(5), host=host)
    return town


# --- filling them in -------------------------------------------------------------------------------------------------

TYPED = {
    "phone": "0901 234 567", "password": PASSWORD, "present": PASSWORD, "new": PASSWORD + " mới", "again": PASSWORD + " mới",
    "starts_on": "2028-10-05", "ends_on": "2028-10-11", "gates": "Cổng Bắc / North gate",
}  # fmt: skip
BY_KIND = {"date": "2026-10-06", "time": "09:00", "tel": "0901 234 567"}


def valid(control: Control) -> list[str]:
    """What somebody would type who means it, where the page has nothing yet."""
    if any(control.values) and control.kind != "password":
        return control.values
    number = next(NUMBERS)
    if control.name == "email":
        return [f"khach{number}@example.vn"]
    if control.name in ("code", "slug") or folded(control.name).endswith("_code"):
        return [f"m{number}"]
    if control.name in TYPED:
        return [TYPED[control.name]]
    if not control.required and not control.name.endswith("_vi"):
        return control.values
    if control.options:
        return [next(one for one in control.options if one)] if control.kind != "checkbox" else control.options[:1]
    return [BY_KIND.get(control.kind, "12" if control.inputmode else f"Thử {number}")]


def pairs_of(form: SeenForm) -> list[tuple[str, str]]:
    """The whole form, filled in rightly."""
    return [(name, value) for name, one in form.controls.items() for value in valid(one)] + [one for one in form.buttons[:1] if one[0]]


async def send(found: Found, pairs: list[tuple[str, str | bytes]]) -> httpx.Response:
    limits.forget_all()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await found.browser.post(found.form.action, content=encoded(pairs), headers=headers)


async def send_file(found: Found, pairs: list[tuple[str, str]], name: str) -> httpx.Response:
    limits.forget_all()
    parts = [(one, (None, value)) for one, value in pairs] + [(name, ("ảnh.png", b"\x89PNG\x00\xff", "image/png"))]
    return await found.browser.post(found.form.action, files=parts)


@dataclass
class Tally:
    """What was asked and what came of it."""

    forms: int = 0
    requests: int = 0
    refused: int = 0
    accepted: int = 0
    tried: set[tuple[str, str]] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


async def one_form(found: Found, tally: Tally) -> None:
    """Every field of it with everything bad, the others as they should be."""
    tally.forms += 1
    for name, control in list(found.form.controls.items()):
        if (found.route, folded(name)) in tally.tried:
            continue
        tally.tried.add((found.route, folded(name)))
        every = {**UNUSABLE, **ODD, **SENT_OTHERWISE}
        chosen = every if control.is_typed or control.kind == "password" else [*TO_CHOOSE, *SENT_OTHERWISE]
        for what in chosen:
            bad = every[what]
            pairs: list[tuple[str, str | bytes]] = list(pairs_of(found.form))
            others = [pair for pair in pairs if pair[0] != name]
            if what == "a file":
                answer = await send_file(found, others, name)
            elif what == "twice":
                answer = await send(found, [(name, "no-such-choice"), *pairs, (name, FAMILY)])
            else:
                answer = await send(found, others if what == "missing" else [*others, (name, bad)])
            tally.requests += 1
            here = f"{found.route} · {name} · {what}"
            tally.wrong += [f"{here}: {one}" for one in judge(answer)]
            if answer.status_code >= 400:
                tally.refused += 1
                tally.wrong += [f"{here}: {one}" for one in refusal(found, control, what, bad, others, answer)]
            else:
                tally.accepted += 1
                tally.taken.add(found.route)
                tally.wrong += [f"{here}: {one}" for one in await acceptance(found, control, what, bad)]
                if name not in found.form.controls:
                    break  # what was asked for is done: the form is gone


def refusal(
    found: Found, control: Control, what: str, bad: str | bytes, others: list[tuple[str, str | bytes]], answer: httpx.Response
) -> list[str]:
    """What a refusal owes: the form again, a sentence beside the field, everything as it was typed."""
    page = SeenPage(answer.text)
    if control.kind == "hidden" or not found.form.controls:
        return [] if page.alerts else ["says nothing"]
    again = page.form(found.form)
    if again is None or control.name not in again.controls:
        return [f"{answer.status_code} without the form"]
    wrong = []
    shown = again.controls[control.name]
    beside = again.controls.get(BESIDE.get(control.name, control.name), shown)
    if answer.status_code != 422:
        # What was typed is right in itself; the state of things is against it.
        if (what in UNUSABLE or what == "a file") and control.is_typed:
            wrong.append(f"{answer.status_code}, not 422")
        if not page.alerts:
            wrong.append("says nothing")
    elif not (page.fault(shown) or page.fault(beside) or (found.route in ABOUT_BOTH and page.alerts and what not in UNREADABLE)):
        wrong.append(f"no sentence beside the field, but: {page.alerts[:120]!r}")
    if isinstance(bad, str) and what not in ("a file", "twice", "missing") and shown.is_typed:
        kept = bad.replace("\x00", "\ufffd")
        if shown.values[-1:] != [kept] and [one.replace("\r\n", "\n") for one in shown.values[-1:]] != [kept.replace("\r\n", "\n")]:
            wrong.append(f"kept {str(shown.values)[:60]} instead of what was typed")
    sent = [(name, value) for name, value in others if again.controls.get(name) and again.controls[name].kind not in ("password", "hidden")]
    lost = Counter(sent) - Counter((one.name, value) for one in again.controls.values() for value in one.values)
    if lost:
        wrong.append(f"lost what else was typed: {str(dict(lost))[:120]}")
    return wrong


async def acceptance(found: Found, control: Control, what: str, bad: str | bytes) -> list[str]:
    """It was taken: never what nobody can use. The page is opened anew, for its revision, and shows the text in NFC if it has the field."""
    nobody_can_use_it = what in UNUSABLE or what == "a file" or (control.required and what in ("empty", "missing", "unseen"))
    wrong = ["was taken"] if nobody_can_use_it and control.is_typed else []
    before = found.form
    answer = await found.browser.get(found.page)
    wrong += judge(answer)
    again = SeenPage(answer.text).form(found.form) if is_html(answer) else None
    if again is None:
        found.form = SeenForm(before.action, before.method)
        return wrong
    again.action = again.action or found.page
    found.form = again
    now = again.controls.get(control.name)
    if now and now.is_typed and any(control.values) and what in ("HTML", "letters of the world") and control.name not in MADE_TO_FIT:
        assert isinstance(bad, str)
        stored = unicodedata.normalize("NFC", bad)
        if now.values != [stored]:
            wrong.append(f"was taken and is now {str(now.values)[:80]}")
    return wrong


async def seats(house, town: Town) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """A visitor and an administrator."""
    return house.visitor(), await seat(house, town, Reader("administrator", True))


async def whole_site(town: Town, site: Site, routes: Routes, visitor: httpx.AsyncClient, office: httpx.AsyncClient) -> list[str]:
    """Walk through all of it, first as a visitor, then as an administrator."""
    wrong = await walk(site, routes, visitor, ["/", "/sign-in", f"/t/{town.here.path['token']}"])
    return wrong + await walk(site, routes, office, ["/manage/"])


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_field_of_every_form(house):
    town = await busy_town()
    visitor, office = await seats(house, town)
    routes, site, tally = Routes(house.app), Site(), Tally()
    tally.wrong += await whole_site(town, site, routes, visitor, office)
    forms = [one for one in site.forms.values() if one.route not in LEFT_OUT]
    # Every route that a page's form can be sent to was met, but for the buttons of rows.
    for one in sorted(forms, key=lambda one: all(control.kind == "hidden" for control in one.form.controls.values())):
        await one_form(one, tally)
        if one.form.controls and one.route not in tally.taken and (await send(one, [*pairs_of(one.form)])).status_code < 400:
            tally.taken.add(one.route)
    # Now that all of it is stored: publish it, and read everything once more, feeds and exports too.
    (publishing,) = [one for one in forms if one.route == "/manage/{edition}/publish"][:1]
    tally.wrong += await acceptance(publishing, Control("", "hidden"), "", "")
    seal = [pair for pair in publishing.form.filled() if pair[0] == "seal"]
    answer = await send(publishing, [*seal, ("allow_overlap", "1"), ("note", ODD["HTML"])])
    if answer.status_code != 303:
        tally.wrong.append(f"publishing what was taken: {answer.status_code} {SeenPage(answer.text).alerts[:200]}")
    tally.wrong += await whole_site(town, Site(), routes, visitor, office)
    tally.wrong += await not_composed()
    assert tally.wrong == [], "\n".join(tally.wrong)
    # A form that never took anything was never filled in rightly.
    assert {route for route, _name in tally.tried} - tally.taken == NEVER
    assert tally.forms > 35
    assert len(tally.tried) > 150
    assert tally.refused > 1200
    assert tally.accepted > 500


async def not_composed() -> list[str]:
    """Columns in which something stands that is not NFC."""
    catalogue = {
        "sqlite": "SELECT name AS name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "postgresql": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    }
    wrong = set()
    for table in await rows(catalogue[engine_name()]):
        for found in await rows(f'SELECT * FROM "{table["name"]}"'):
            wrong |= {
                f"{table['name']}.{column} is not NFC: {value[:60]!r}"
                for column, value in found.items()
                if isinstance(value, str) and not unicodedata.is_normalized("NFC", value)
            }
    return sorted(wrong)


async def test_every_body_that_no_browser_sends(house):
    """A route that reads a form is given what is none: it says so in a page."""
    town = await build()
    _, office = await seats(house, town)
    bodies: dict[str, tuple[str, bytes]] = {
        "broken multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="),
        "no boundary": ("multipart/form-data", b"--x"),
        "JSON": ("application/json", b'{"name": {"a": [1]}}'),
        "broken JSON": ("application/json", b"{"),
        "unknown charset": ("application/x-www-form-urlencoded; charset=no-such", b"name=a"),
        "an unknown kind": ("a;b\x80;", b"\xff"),
        "5,000 fields": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
        "too much": ("application/x-www-form-urlencoded", b"a=" + b"1" * 12_500_000),
    }
    wrong = []
    for line in declared(house.app):
        if line.method != "POST" or line.path in LEFT_OUT or line.path.startswith("/api/"):
            continue
        for what, (kind, body) in bodies.items():
            limits.forget_all()
            answer = await office.post(filled(line.path, town.here), content=body, headers={"content-type": kind.encode("latin-1")})
            wrong += [f"{line.path} · {what}: {one}" for one in judge(answer)]
    assert wrong == [], "\n".join(wrong)


async def test_every_filter_and_search(house):
    town = await busy_town()
    visitor, office = await seats(house, town)
    routes, site = Routes(house.app), Site()
    wrong = await whole_site(town, site, routes, visitor, office)
    names: dict[str, tuple[str, set[str]]] = {}
    for path, known in site.queries.items():
        names.setdefault(routes.of("GET", path), (path, set()))[1].update(known)
    for found in site.searches.values():
        names.setdefault(found.route, (path_of(found.form), set()))[1].update(found.form.controls)
    asked = 0
    for path, known in names.values():
        for name in sorted(known):
            for what, bad in {**UNUSABLE, **ODD}.items():
                limits.forget_all()
                asked += 1
                pairs = [(name, bad), (name, "a")] if what == "unknown choice" else [(name, bad)]
                answer = await office.get(f"{path}?{encoded(pairs).decode()[:20_000]}")
                wrong += [f"{path} · {name} · {what}: {one}" for one in judge(answer)]
    assert wrong == [], "\n".join(wrong)
    assert asked > 500


async def test_malformed_addresses(house):
    """Every parameter of every address, read and written to, with what was never given out."""
    town = await build()
    visitor, office = await seats(house, town)
    never = [
        str(uuid4()), "00000000-0000-0000-0000-000000000000", "..%2F..%2Fetc%2Fpasswd", "%00", "a" * 5000, "9" * 40, "-1", "0", "1.5",
        "%ff%fe", "%ED%A0%80", "%F0%9F%91%A9", "%3Cscript%3Ealert(1)%3C/script%3E", "%D9%A3", "%20", "%0d%0aSet-Cookie:%20a=b", "%E2%80%AE",
        "a%2Fb", "{edition}", "%25s",
    ]  # fmt: skip
    foreign = {**town.elsewhere.path, "edition": town.elsewhere.edition.slug}
    wrong, asked = [], 0
    for line in declared(house.app):
        method = "GET" if line.method == "ANY" else line.method
        for name in re.findall(r"\{(\w+)", line.path):
            for value in never:
                parts = town.here.path | ELSEWHERE_NAMED.get(line.path, {}) | {name: value}
                address = re.sub(r"\{(\w+)\}", lambda found, parts=parts: parts[found[1]], line.path)
                limits.forget_all()
                answer = await office.request(method, address)
                asked += 1
                wrong += [f"{method} {line.path} · {name} · {value[:40]}: {one}" for one in judge(answer)]
                if answer.status_code < 300 and line.path not in ANY_NAME and value != ELSEWHERE_NAMED.get(line.path, {}).get(name):
                    wrong.append(f"{method} {line.path} · {name} · {value[:40]}: {answer.status_code}")
            if method == "GET" and name in foreign:
                answer = await office.get(filled(line.path, Quarter(town.here.edition, {}, {**town.here.path, name: foreign[name]})))
                wrong += [f"{method} {line.path} · {name} of another edition: {one}" for one in judge(answer)]
    nowhere = ("no-such", "2026/no-such", "manage/no-such/", "api/no-such", "api/v1/no-such", "static/no-such", "%2e%2e/a", "a/" * 2500)
    for address in nowhere:
        for browser in (visitor, office):
            answer = await browser.get(f"/{address}")
            wrong += [f"{address[:40]}: {one}" for one in judge(answer)]
            if answer.status_code < 400 and answer.status_code != 303:
                wrong.append(f"{address[:40]}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


async def test_wrong_methods(house):
    """Every address says in a page what it takes."""
    town = await build()
    _, office = await seats(house, town)
    taken: dict[str, set[str]] = {}
    for line in declared(house.app):
        taken.setdefault(line.path, set()).add(line.method)
    wrong = []
    for path, methods in taken.items():
        if "ANY" in methods:
            continue
        may = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"):
            if method in may and method != "OPTIONS":
                continue
            answer = await office.request(method, filled(path, town.here))
            expected = 204 if method == "OPTIONS" else 405
            if method != "HEAD":
                wrong += [f"{method} {path}: {one}" for one in judge(answer)]
            if answer.status_code != expected:
                wrong.append(f"{method} {path}: {answer.status_code}")
            elif expected == 405 and not methods <= set(answer.headers.get("allow", "").split(", ")):
                wrong.append(f"{method} {path}: allows {answer.headers.get('allow')!r}, takes {methods}")
    assert wrong == [], "\n".join(wrong)
