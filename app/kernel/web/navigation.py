"""The organisers' navigation: one list to which every room adds its own pages, cut to what the reader may enter.

    enter(N_("Hoạt động"), "/manage/{edition}/activities", allow("organiser", anywhere=["unit_editor"]), icon="calendar", position=20)

`{edition}` in a path makes it a page of an edition: it is shown on that edition's pages and, for every edition that the
reader may work in, on `/manage/`. The access is the very guard of the page, so a link never leads to a refusal.

A room that has something waiting for somebody says so on `/manage/`:

    @waiting
    async def failed_mail(account: Account) -> list[Need]: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from app.kernel.web import access, visit
from app.kernel.web.access import Access, Account, Scope
from app.kernel.web.i18n import _

EDITION = "{edition}"


class Entry(msgspec.Struct, frozen=True):
    """One page that people go to on purpose."""

    label: str
    path: str
    access: Access
    icon: str
    position: int

    @property
    def of_edition(self) -> bool:
        """Whether it is a page of one edition."""
        return EDITION in self.path


class Link(msgspec.Struct, frozen=True):
    """One line of the navigation as the layout draws it; a heading has no `href`."""

    label: str
    href: str = ""
    icon: str = "list"
    current: bool = False
    count: int = 0


class Need(msgspec.Struct, frozen=True):
    """Something that waits for the reader: a sentence, where to see to it, how urgent."""

    text: str
    href: str = ""
    tone: Literal["warn", "stop", "info"] = "warn"


Waiting = Callable[[Account], Awaitable[list[Need]]]

_entries: dict[str, Entry] = {}
_waiting: list[Waiting] = []
_offers: list[tuple[str, str, str, str]] = []


def enter(label: str, path: str, needs: Access, *, icon: str = "list", position: int = 50) -> Entry:
    """Add a page to the navigation; `label` is a msgid, smaller positions come first. Again with the same path: replaced."""
    entry = Entry(label, path, needs, icon, position)
    _entries[path] = entry
    return entry


def offer(kind: str, label: str, path: str, *, icon: str = "list") -> None:
    """Show a public page of an edition (`{edition}` in its path) at home to those whose role of this kind opens no page of its own."""
    if (door := (kind, label, path, icon)) not in _offers:
        _offers.append(door)


def offers(account: Account, *, edition: Any) -> list[Link]:
    """The public pages that this account's roles in `edition` are about, `{edition}` still in their paths."""
    scopes = edition_scopes(edition)
    held = {role.kind for role in account.roles if role.reaches(scopes)}
    return [Link(label, path, icon) for kind, label, path, icon in _offers if kind in held]


def waiting(function: Waiting) -> Waiting:
    """Register what may wait for an account."""
    if function not in _waiting:
        _waiting.append(function)
    return function


async def needs_of(account: Account) -> list[Need]:
    """Everything that waits for this account."""
    return [need for function in _waiting for need in await function(account)]


def entries(account: Account | None, *, edition: Any = None) -> list[Entry]:
    """The pages this account may enter: the house's, or those of `edition` (anything with `id` and `slug`)."""
    if account is None:
        return []
    scopes = [] if edition is None else edition_scopes(edition)
    shown = [entry for entry in _entries.values() if entry.of_edition == (edition is not None)]
    return sorted((one for one in shown if _opens(one.access, account, scopes)), key=lambda one: (one.position, one.path))


def edition_scopes(edition: Any) -> list[Scope]:
    """The scopes by which roles may name an edition."""
    return [Scope("edition", str(edition.id)), Scope("edition", str(edition.slug))]


def _leads_to(href: str, path: str) -> bool:
    """Whether `path` is this page or one below it; an address that ends in "/" is only itself."""
    # Litestar hands paths over without their last slash.
    return path.rstrip("/") == href.rstrip("/") or (not href.endswith("/") and path.startswith(f"{href}/"))


def _opens(needs: Access, account: Account, scopes: list[Scope]) -> bool:
    return needs.kind in ("public", "signed_in") or (needs.kind == "roles" and needs.admits(account, "GET", scopes))


def navigation(edition: Any = None) -> list[Link]:
    """The lines at the left of a manage page, for whoever reads it; templates call it."""
    from app.kernel.web.rendering import url  # rendering offers this very function to templates

    here = visit.current()
    path = here.path if here else ""
    account = access.current_account()
    if account is None:
        return []
    slug = str(edition.slug) if edition is not None else ""
    own = entries(account, edition=edition) if edition is not None else []
    house = entries(account)
    best = max((found for one in (*own, *house) if _leads_to(found := one.path.replace(EDITION, slug), path)), key=len, default="")

    def line(entry: Entry) -> Link:
        href = entry.path.replace(EDITION, slug)
        return Link(_(entry.label), url(href), entry.icon, href == best)

    links = [line(entry) for entry in own]
    if own and house:
        links.append(Link(_("Toàn hệ thống")))
    return links + [line(entry) for entry in house]
