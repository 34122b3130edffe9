"""People as the programme names them: the bare name, with honorific and function beside it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from app.kernel.actor import Actor
from app.kernel.database import row, rows, run, unit_of_work
from app.kernel.errors import NotFound
from app.kernel.ids import uuid7
from app.kernel.text import Text, fold, nfc, person_sort_text
from app.kernel.web.i18n import N_

_CHUNK = 400


class PersonSpec(msgspec.Struct, frozen=True):
    """A person as a file or a form names them. `id` when it is already known who that is."""

    name: str
    title: str = ""
    post: Text = Text("")
    unit: UUID | None = None
    id: UUID | None = None


async def ensure_people(specs: Sequence[PersonSpec], *, by: Actor, match_names: bool = True) -> list[UUID]:
    """Make sure these people exist as named; returns their ids in the order of `specs`.

    With an `id` that exists, that person is brought up to date. Without one, somebody of the same name and unit is
    taken to be the same person; `match_names=False` makes a new one each time (a file whose own ids tell namesakes
    apart). An empty title, post or unit leaves the stored one alone. Takes part in the caller's unit of work.
    """
    wanted = [_clean(spec) for spec in specs]
    created: list[str] = []
    updated: list[str] = []
    ids: list[UUID] = []
    async with unit_of_work(by, joins=True, unaudited="nothing differed") as work:
        stored = await _stored(wanted)
        named = {(person.name, person.unit): person for person in reversed(list(stored.values()))} if match_names else {}
        for spec in wanted:
            before = stored.get(spec.id) if spec.id else None
            if before is None and match_names:
                before = named.get((spec.name, spec.unit)) or (None if spec.unit else _only_namesake(named, spec.name))
            if before is None:
                person = msgspec.structs.replace(spec, id=spec.id or uuid7())
                await _insert(person)
                created.append(str(person.id))
            else:
                person = PersonSpec(
                    spec.name, spec.title or before.title, _either(spec.post, before.post), spec.unit or before.unit, before.id
                )
                if person != before:
                    await _update(person)
                    updated.append(str(person.id))
            assert person.id is not None
            stored[person.id] = person
            if match_names:
                named[person.name, person.unit] = person
            ids.append(person.id)
        if created or updated:
            work.record("people.imported", "people", after={"created": created, "updated": updated})
    return ids


async def update_person(person: UUID, spec: PersonSpec, *, by: Actor) -> None:
    """Correct one person's name, title, post or unit.

    Raises:
        NotFound: there is no such person.
    """
    async with unit_of_work(by) as work:
        if await row("SELECT id FROM person WHERE id = {}", person) is None:
            raise NotFound(N_("Không tìm thấy người này."))
        await _update(msgspec.structs.replace(_clean(spec), id=person))
        work.record("person.updated", f"person:{person}")


def person_search_text(spec: PersonSpec) -> str:
    """What a search for a person looks into."""
    return fold(f"{spec.name} {spec.title} {spec.post.vi} {spec.post.en}")[:900]


def _clean(spec: PersonSpec) -> PersonSpec:
    post = Text(nfc(spec.post.vi.strip())[:300], nfc(spec.post.en.strip())[:300])
    return PersonSpec(" ".join(nfc(spec.name).split())[:200], nfc(spec.title.strip())[:100], post, spec.unit, spec.id)


def _either(new: Text, old: Text) -> Text:
    return Text(new.vi or old.vi, new.en or old.en)


def _only_namesake(named: dict[tuple[str, UUID | None], PersonSpec], name: str) -> PersonSpec | None:
    """A file that says no unit means the one person of that name, if there is exactly one."""
    found = [person for (other, _), person in named.items() if other == name]
    return found[0] if len(found) == 1 else None


async def _stored(specs: Sequence[PersonSpec]) -> dict[UUID, PersonSpec]:
    """Everybody who could be meant, by id, oldest first."""
    columns = "SELECT id, name, title, post_vi, post_en, unit FROM person WHERE"
    found = []
    for attribute, values in (("id", [s.id for s in specs if s.id]), ("name", sorted({s.name for s in specs}))):
        for start in range(0, len(values), _CHUNK):
            chunk = values[start : start + _CHUNK]
            found += await rows(f"{columns} {attribute} IN ({', '.join(['{}'] * len(chunk))})", *chunk)
    people = {
        one["id"]: PersonSpec(one["name"], one["title"], Text(one["post_vi"], one["post_en"]), one["unit"], one["id"]) for one in found
    }
    return dict(sorted(people.items()))


async def _insert(person: PersonSpec) -> None:
    await run(
        "INSERT INTO person (name, title, post_vi, post_en, unit, search_text, sort_text, id) VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        *_values(person),
        person.id,
    )


async def _update(person: PersonSpec) -> None:
    await run(
        "UPDATE person SET name = {}, title = {}, post_vi = {}, post_en = {}, unit = {}, search_text = {}, sort_text = {} WHERE id = {}",
        *_values(person),
        person.id,
    )


def _values(person: PersonSpec) -> tuple[str | UUID | None, ...]:
    return (
        person.name, person.title, person.post.vi, person.post.en, person.unit,
        person_search_text(person), person_sort_text(person.name)[:500],
    )  # fmt: skip
