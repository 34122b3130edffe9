"""Editions: one a year, each with its own taxonomies and venues, everything public below its slug."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import available_timezones

import msgspec

from app.events.programme import queries
from app.events.programme.model import EditionInfo
from app.events.programme.places import copy_venues
from app.events.programme.queries import EditionView
from app.events.programme.starter import STARTER_TERMS
from app.events.programme.terms import ensure_terms
from app.kernel.actor import Actor
from app.kernel.database import Conflict, run, unit_of_work
from app.kernel.errors import NotFound, Refused, Stale
from app.kernel.ids import uuid7
from app.kernel.text import nfc
from app.kernel.web.i18n import N_

# First path segments that the server keeps for itself, and words that will read wrong as a year's name.
# fmt: off
RESERVED = frozenset(
    {
        ".well-known", "about", "account", "accounts", "activities", "admin", "api", "apple-app-site-association", "assets", "audit",
        "auth", "awards", "backup", "calendar", "certificates", "changes", "contact", "demo", "devices", "docs", "edition", "editions",
        "embed", "en", "events", "exhibitors", "export", "favicon.ico", "feeds", "files", "floor", "gate", "gates", "go", "health",
        "help", "honours", "humans.txt", "icon", "import", "index", "invite", "journey", "lang", "live", "login", "logout", "mail",
        "manage", "manifest", "media", "metrics", "my", "needs", "new", "null", "offline", "openapi", "outbox", "p", "posting",
        "privacy", "programme", "public", "registrations", "robots.txt", "s", "schedule", "schema", "search", "security",
        "security.txt", "service-worker", "settings", "setup", "share", "sign-in", "sign-out", "signin", "signout", "sitemap",
        "sitemap.xml", "solutions", "stage", "static", "status", "sw", "sw.js", "t", "ticket", "tickets", "tls", "trust", "undefined",
        "unit", "units", "user", "users", "verify", "vi", "well-known", "www",
    }
)
# fmt: on
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class SlugTaken(Refused):
    """Another edition has this address."""

    def __init__(self, slug: str) -> None:
        super().__init__(N_("Đã có kỳ tổ chức mang địa chỉ %(slug)s."), slug=slug)


class SlugUnusable(Refused):
    """The address is reserved for the server itself, or is no address at all."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            N_("Địa chỉ “%(slug)s” không dùng được: chỉ gồm chữ thường, số, gạch nối, và không trùng từ của hệ thống."), slug=slug
        )


class ZoneUnknown(Refused):
    """There is no such time zone."""

    def __init__(self, zone: str) -> None:
        super().__init__(N_("Không có múi giờ “%(zone)s”."), zone=zone)


class EditionChanged(Stale):
    """Somebody else changed the edition since the form was opened."""

    def __init__(self, changed: list[str]) -> None:
        super().__init__(N_("Kỳ tổ chức này vừa được người khác sửa. Xin xem lại rồi lưu."), changed=changed)


def slug_is_usable(slug: str) -> bool:
    """Whether an edition may live under this address."""
    return bool(_SLUG.fullmatch(slug)) and slug not in RESERVED


async def create_edition(info: EditionInfo, *, by: Actor, like: EditionView | None = None, bare: bool = False) -> EditionView:
    """Add an edition. Its taxonomies come from `like` (with its venues) or from the starter set; `bare`: it has none yet.

    Takes part in an importer's unit of work.

    Raises:
        SlugUnusable, SlugTaken, ZoneUnknown, Refused (days the wrong way round)
    """
    info = _checked(info)
    edition = uuid7()
    try:
        async with unit_of_work(by, joins=True) as work:
            await run(
                "INSERT INTO edition (slug, name_vi, name_en, theme_vi, theme_en, locality_vi, locality_en, zone, starts_on, ends_on, "
                "main_day, accent, id, state, published_version, revision, created_at) "
                "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 'draft', 0, 1, {})",
                *_values(info),
                edition,
                work.at,
            )
            work.record("edition.created", f"edition:{edition}", after=info)
            if not bare:
                terms: Mapping[str, Sequence[object]] = STARTER_TERMS
                if like is not None:
                    await copy_venues(like.id, edition)
                    terms = await queries.terms(like.id)
                await ensure_terms(edition, terms, by=by)  # type: ignore[arg-type]
    except Conflict as conflict:
        raise _explained(conflict, info) from None
    found = await queries.edition_by_id(edition)
    assert found is not None
    return found


async def update_edition(edition: UUID, info: EditionInfo, *, state: str | None = None, revision: int, by: Actor) -> None:
    """Change an edition that was read at `revision`. Readers see name, theme and days with the next publication.

    The slug is the first one for ever: links and calendars carry it.

    Raises:
        EditionChanged: somebody was faster; carries the names of the fields that differ.
        NotFound, ZoneUnknown, Refused
    """
    async with unit_of_work(by) as work:
        before = await queries.edition_by_id(edition)
        if before is None:
            raise NotFound(N_("Không tìm thấy kỳ tổ chức này."))
        info = _checked(msgspec.structs.replace(info, slug=before.slug), known=True)
        state = state or before.state
        if state != before.state and (state == "draft" or before.published_version == 0):
            raise Refused(N_("Kỳ tổ chức chỉ mở sau lần công bố đầu tiên, và đã mở thì không trở lại bản nháp."))
        stored = await run(
            "UPDATE edition SET slug = {}, name_vi = {}, name_en = {}, theme_vi = {}, theme_en = {}, locality_vi = {}, locality_en = {}, "
            "zone = {}, starts_on = {}, ends_on = {}, main_day = {}, accent = {}, state = {}, revision = revision + 1 "
            "WHERE id = {} AND revision = {} RETURNING revision",
            *_values(info),
            state,
            edition,
            revision,
        )
        if not stored:
            raise EditionChanged([name for name in info.__struct_fields__ if getattr(info, name) != getattr(before.info, name)])
        work.record("edition.updated", f"edition:{edition}", before=(before.info, before.state), after=(info, state))


def _checked(info: EditionInfo, *, known: bool = False) -> EditionInfo:
    slug = nfc(info.slug.strip())
    if not known and not slug_is_usable(slug):
        raise SlugUnusable(slug)
    if info.zone not in available_timezones():
        raise ZoneUnknown(info.zone)
    starts_on, ends_on = info.starts_on, info.ends_on
    if starts_on is None or ends_on is None:
        raise Refused(N_("Kỳ tổ chức cần ngày bắt đầu và ngày kết thúc."))
    if ends_on < starts_on:
        raise Refused(N_("Ngày kết thúc không thể trước ngày bắt đầu."))
    if info.accent and not re.fullmatch(r"#[0-9a-fA-F]{6}", info.accent):
        raise Refused(N_("Màu nhấn phải có dạng #00695c."))
    return msgspec.structs.replace(info, slug=slug, accent=info.accent.lower())


def _values(info: EditionInfo) -> tuple[str | date | None, ...]:
    return (
        info.slug, info.name.vi, info.name.en, info.theme.vi, info.theme.en, info.locality.vi, info.locality.en, info.zone,
        info.starts_on, info.ends_on, info.main_day, info.accent,
    )  # fmt: skip


def _explained(conflict: Conflict, info: EditionInfo) -> Exception:
    return SlugTaken(info.slug) if conflict.kind == "unique" and "slug" in conflict.constraint else conflict
