"""Who may do what: every route × nobody and every role × own and foreign scope, really asked for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from app.accounts import queries
from app.accounts.permissions import document
from app.accounts.role_kinds import ROLE_KINDS
from app.accounts.sign_in import open_session
from app.kernel.web import limits
from app.kernel.web.access import Access, declared, faults
from tests.accounts.staff import PASSWORD, hire
from tests.architecture.sources import ROOT
from tests.security.town import Quarter, Town, build


async def test_every_route_says_what_it_needs(house):
    assert faults(house.app) == []


async def test_the_document_is_what_the_router_says(house):
    written = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert written == document(house.app), "run: make permissions"


async def test_roles_named_by_routes_exist(house):
    named = {kind for line in declared(house.app) for kind in (*line.access.kinds, *line.access.anywhere)}
    assert named <= set(ROLE_KINDS)


async def test_only_administrators_and_auditors_are_about_everything(house):
    assert {code for code, kind in ROLE_KINDS.items() if "global" in kind.scopes} == {"administrator", "auditor"}


@dataclass(frozen=True)
class Reader:
    """Somebody with one role (or none), and whether it is about what the paths ask for."""

    kind: str
    own: bool

    @property
    def name(self) -> str:
        return f"{self.kind or 'norole'}-{'own' if self.own else 'foreign'}".replace("_", "-")


def readers(kinds: set[str]) -> list[Reader]:
    return [Reader("", True), Reader("administrator", True), Reader("auditor", True)] + [
        Reader(kind, own) for kind in sorted(kinds) for own in (True, False)
    ]


def expected(needs: Access, method: str, reader: Reader) -> set[str]:
    """What may come of it, by the words of the declaration and nothing else: "in", "out", or both where the page decides."""
    if needs.kind in ("public", "signed_in"):
        return {"in"}
    if needs.kind == "device":
        return {"out"}  # accounts are no devices
    if reader.kind == "administrator":
        return {"in"}
    if reader.kind == "auditor":
        return {"in"} if method in ("GET", "HEAD") and needs.read_only_for_auditor else {"out"}
    if reader.kind in needs.anywhere:
        return {"in", "out"}
    if reader.kind not in needs.kinds:
        return {"out"}
    return {"in"} if reader.own or needs.resource is None else {"out"}


def outcome(status: int, location: str) -> str:
    if status == 303 and location.startswith("/sign-in?"):
        return "out"
    return "out" if status in (401, 403) else "in"


# What takes the session away from under the test, or sends for ever.
LEFT_OUT = {("POST", "/sign-out"), ("POST", "/manage/account/sign-out-everywhere"), ("GET", "/live"), ("POST", "/manage/account/password")}


# Where the use case is stricter than the declaration, and why.
STRICTER = {
    ("unit_editor", "POST", "/manage/{edition}/activities/{number}/withdraw"): "an editor withdraws only what was never published",
}

# A parameter that means something else here than in most addresses.
ELSEWHERE_NAMED = {"/manage/mail/{mail}/files/{number}": {"number": "0"}}


def filled(path: str, quarter: Quarter) -> str:
    """The path with what exists there. A parameter that nobody knows is a thing this town lacks: build one in town.py."""
    known = quarter.path | ELSEWHERE_NAMED.get(path, {})
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: known[found[1]], path)


async def seat(house, town: Town, reader: Reader):
    """A browser in which this reader is signed in."""
    roles = []
    if reader.kind:
        quarter = town.here if reader.own else town.elsewhere
        scope_kind = next(kind for kind in ROLE_KINDS[reader.kind].scopes if kind in quarter.scopes)
        roles = [f"{reader.kind}@{scope_kind}:{quarter.scopes[scope_kind]}" if scope_kind != "global" else reader.kind]
    await hire(reader.name, *roles)
    opened = await open_session(f"{reader.name}@haidang.vn", PASSWORD)
    return house.visitor(cookie=f"ngayso={opened.token}")


async def test_every_route_for_everybody(house):
    town = await build()
    lines = [line for line in declared(house.app) if (line.method, line.path) not in LEFT_OUT]
    kinds = {kind for line in lines for kind in (*line.access.kinds, *line.access.anywhere)} | {"press"}
    wrong: list[str] = []
    asked: Counter[str] = Counter()
    everybody = readers(kinds)
    seats = {reader: await seat(house, town, reader) for reader in everybody}
    nobody = house.visitor()
    # Readers before writers, so that what is asked for is still there when everybody has looked at it.
    for line in sorted(lines, key=lambda line: (line.method != "GET", line.path)):
        method = ("POST" if line.path.startswith("/api/") else "GET") if line.method == "ANY" else line.method
        path = filled(line.path, town.here)
        limits.forget_all()
        answer = await nobody.request(method, path)
        came = outcome(answer.status_code, answer.headers.get("location", ""))
        asked[came] += 1
        if answer.status_code >= 500 or came != ("in" if line.access.kind == "public" else "out"):
            wrong.append(f"nobody: {method} {path} → {answer.status_code}")
        if line.access.kind == "signed_in":
            continue
        for reader, browser in seats.items():
            limits.forget_all()
            answer = await browser.request(method, path)
            came = outcome(answer.status_code, answer.headers.get("location", ""))
            asked[came] += 1
            right = {"out"} if (reader.kind, method, line.path) in STRICTER else expected(line.access, method, reader)
            if answer.status_code >= 500 or came not in right:
                wrong.append(f"{reader.name}: {method} {path} → {answer.status_code}")
            elif method == "GET" and came == "in" and answer.status_code >= 400 and not line.access.anywhere and "{" in line.path:
                wrong.append(f"{reader.name}: {method} {path} is there and answers {answer.status_code}")
    assert wrong == []
    assert asked["in"] > 200
    assert asked["out"] > 200


async def test_a_thing_is_not_reached_through_another_editions_address(house):
    """An organiser of 2026 writes the ids of 2027 into her own addresses: there is nothing there."""
    town = await build()
    browser = await seat(house, town, Reader("organiser", True))
    supervisor = await seat(house, town, Reader("gate_supervisor", True))
    reached = []
    for line in declared(house.app):
        names = set(re.findall(r"\{(\w+)\}", line.path))
        # Numbers, codes and names are given anew in each edition; ids are not.
        foreign = names & {"checkpoint", "gate", "device", "slug"}
        if not line.path.startswith("/manage/{edition}/") or not foreign:
            continue
        path = filled(line.path, Quarter(town.here.edition, {}, town.here.path | {name: town.elsewhere.path[name] for name in foreign}))
        for who, client in (("organiser", browser), ("supervisor", supervisor)):
            answer = await client.request(line.method, path)
            if answer.status_code not in (403, 404):
                reached.append(f"{who}: {line.method} {path} → {answer.status_code}")
    assert reached == []


async def test_the_victim_of_all_those_attempts_is_an_ordinary_account(house):
    """What administrators did to it in the matrix was theirs to do; nobody else's attempt left a trace."""
    town = await build()
    before = await queries.account(UUID(town.here.path["account"]))
    for reader in (Reader("", True), Reader("auditor", True), Reader("organiser", True), Reader("organiser", False)):
        browser = await seat(house, town, reader)
        for line in declared(house.app):
            if line.method == "POST" and line.path.startswith("/manage/accounts"):
                answer = await browser.post(filled(line.path, town.here), data={"kind": "administrator", "scope": "global:"})
                assert answer.status_code == 403
    assert await queries.account(UUID(town.here.path["account"])) == before
