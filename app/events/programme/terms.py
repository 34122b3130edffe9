"""Taxonomies: pillars, emulation contents, audiences, types, accessibility. Rows of an edition, never enums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from app.events.programme.model import Term
from app.kernel.actor import Actor
from app.kernel.database import Conflict, rows, run, run_many, unit_of_work
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import uuid7
from app.kernel.text import nfc
from app.kernel.web.i18n import N_

TAXONOMIES: Final[Mapping[str, str]] = {
    "type": N_("Loại hình"),
    "pillar": N_("Trụ cột"),
    "content": N_("Nội dung thi đua"),
    "audience": N_("Đối tượng tham dự"),
    "accessibility": N_("Hỗ trợ tiếp cận"),
}
"""The taxonomies that an activity's form knows, with what they are called. Others may exist beside them."""

CODE, NAME = 60, 300
"""The longest code and name, in characters."""


class TermInUse(Refused):
    """Activities carry the term."""

    def __init__(self, code: str) -> None:
        super().__init__(N_("Mục “%(code)s” đang được hoạt động sử dụng nên không xóa được."), code=code)


async def ensure_terms(edition: UUID, terms: Mapping[str, Sequence[Term]], *, by: Actor, rename: bool = True) -> None:
    """Make sure these terms exist, by taxonomy, and are named so; new ones go to the end, in the order given.

    An import adds and renames, it does not delete; a missing English name leaves the stored one. Takes part in the
    importer's unit of work.
    """
    async with unit_of_work(by, joins=True, unaudited="nothing differed") as work:
        found = await rows("SELECT id, taxonomy, code, vi, en, position FROM term WHERE edition = {}", edition)
        known = {(one["taxonomy"], one["code"]): one for one in found}
        last: dict[str, int] = {}
        for one in found:
            last[one["taxonomy"]] = max(last.get(one["taxonomy"], 0), one["position"])
        created: list[tuple[object, ...]] = []
        renamed: list[tuple[object, ...]] = []
        for taxonomy, several in terms.items():
            for term in several:
                code, vi, en = nfc(term.code.strip())[:CODE], term.name.vi[:NAME], term.name.en[:NAME]
                stored = known.get((taxonomy, code))
                if stored is None:
                    last[taxonomy] = last.get(taxonomy, 0) + 1
                    created.append((uuid7(), edition, taxonomy, code, vi, en, last[taxonomy]))
                    known[taxonomy, code] = {"id": None, "vi": vi, "en": en}
                elif rename and stored["id"] is not None and (stored["vi"], stored["en"]) != (vi, en or stored["en"]):
                    renamed.append((vi, en or stored["en"], stored["id"]))
        await run_many("INSERT INTO term (id, edition, taxonomy, code, vi, en, position) VALUES ({}, {}, {}, {}, {}, {}, {})", created)
        await run_many("UPDATE term SET vi = {}, en = {} WHERE id = {}", renamed)
        if created or renamed:
            work.record("terms.ensured", f"edition:{edition}", after={"created": len(created), "renamed": len(renamed)})


async def save_terms(edition: UUID, taxonomy: str, terms: Sequence[Term], *, by: Actor) -> None:
    """Make this taxonomy exactly so: names and order as given; terms that are not named any more are removed.

    Raises:
        TermInUse: an activity carries a term that would be removed.
        NotFound: there is no such taxonomy.
    """
    if taxonomy not in TAXONOMIES:
        raise NotFound(N_("Không tìm thấy danh mục này."))
    async with unit_of_work(by) as work:
        found = await rows(
            "SELECT id, code, vi, en FROM term WHERE edition = {} AND taxonomy = {} ORDER BY position, code", edition, taxonomy
        )
        known = {one["code"]: one for one in found}
        kept = {term.code for term in terms}
        for code, one in known.items():
            if code not in kept:
                try:
                    await run("DELETE FROM term WHERE id = {}", one["id"])
                except Conflict:
                    raise TermInUse(code) from None
        for position, term in enumerate(terms, 1):
            stored = known.get(term.code)
            if stored is None:
                await run(
                    "INSERT INTO term (id, edition, taxonomy, code, vi, en, position) VALUES ({}, {}, {}, {}, {}, {}, {})",
                    uuid7(), edition, taxonomy, nfc(term.code)[:CODE], term.name.vi, term.name.en, position,
                )  # fmt: skip
            else:
                await run(
                    "UPDATE term SET vi = {}, en = {}, position = {} WHERE id = {}", term.name.vi, term.name.en, position, stored["id"]
                )
        work.record(
            "terms.saved",
            f"edition:{edition}",
            before={taxonomy: {one["code"]: [one["vi"], one["en"]] for one in found}},
            after={taxonomy: {term.code: [term.name.vi, term.name.en] for term in terms}},
        )
