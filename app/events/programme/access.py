"""What the guards must know of the programme: which scopes an edition and an activity lie in, and what roles can be about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.accounts.queries import unit_scopes
from app.accounts.scopes import ScopeChoice, scope_directory
from app.events.programme import queries
from app.events.programme.queries import EditionView
from app.kernel.database import row, rows
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.kernel.web.access import Scope, allow, resolver
from app.kernel.web.i18n import N_
from app.kernel.web.navigation import edition_scopes

ORGANISERS = allow("organiser", resource="edition")
"""Who plans and publishes this edition."""

PLANNERS = allow("organiser", resource="edition", anywhere=["unit_editor"])
"""Lists of an edition: unit editors see what their own units host, so the handler narrows down."""

NEW_ACTIVITY = allow("organiser", resource="edition", anywhere=["unit_editor"], read_only_for_auditor=False)
"""The form of a new activity: for who may send it, so not for auditors."""

NEW_OF_EDITION = allow("organiser", resource="edition", read_only_for_auditor=False)
"""Other empty forms of an edition."""

EDITORS = allow("organiser", "unit_editor", resource="activity")
"""One activity: the organisers, and editors of the unit that hosts it."""

ORGANISERS_OF_ONE = allow("organiser", resource="activity_of_edition")
"""What only organisers do to one activity (publish it)."""

LARGEST_NUMBER = 2_147_483_647
"""Numbers in addresses beyond this cannot be anybody's."""


async def edition_here(slug: str) -> EditionView:
    """The edition that the path names.

    Raises:
        NotFound
    """
    found = await queries.edition(slug)
    if found is None:
        raise NotFound(N_("Không tìm thấy kỳ tổ chức này."))
    return found


@resolver("edition")
async def _edition(path: Mapping[str, Any]) -> list[Scope] | None:
    found = await queries.edition(str(path["edition"]))
    return edition_scopes(found) if found else None


@resolver("activity")
async def _activity(path: Mapping[str, Any]) -> list[Scope] | None:
    """An activity lies in its edition and with its host: the unit, whoever carries it on, and the units above."""
    found = await _found(path)
    if found is None:
        return None
    edition, host = found
    return [*edition_scopes(edition), *await unit_scopes([host])]


@resolver("activity_of_edition")
async def _activity_of_edition(path: Mapping[str, Any]) -> list[Scope] | None:
    found = await _found(path)
    return edition_scopes(found[0]) if found else None


async def _found(path: Mapping[str, Any]) -> tuple[EditionView, UUID] | None:
    number = int(path["number"])
    edition = await queries.edition(str(path["edition"]))
    if edition is None or not 0 < number <= LARGEST_NUMBER:
        return None
    found = await row("SELECT host FROM activity WHERE edition = {} AND number = {}", edition.id, number)
    return (edition, found["host"]) if found else None


@scope_directory("edition")
async def _editions() -> list[ScopeChoice]:
    return [ScopeChoice(str(one.id), one.slug, one.name) for one in await queries.editions()]


@scope_directory("venue")
async def _venues() -> list[ScopeChoice]:
    found = await rows(
        "SELECT venue.id, venue.code, venue.vi, venue.en, edition.slug FROM venue JOIN edition ON edition.id = venue.edition "
        "ORDER BY edition.starts_on DESC, venue.position, venue.code"
    )
    return [
        ScopeChoice(
            str(one["id"]),
            f"{one['slug']}/{one['code']}",
            Text(f"{one['vi']} ({one['slug']})", f"{one['en'] or one['vi']} ({one['slug']})"),
        )
        for one in found
    ]
