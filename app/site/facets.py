"""How many activities each further choice would leave: the counts in the filter sheet. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import tzinfo
from uuid import UUID

import msgspec

from app.events.programme.filters import Entry, Filter
from app.events.programme.model import Activity, Session
from app.kernel.text import Text, sort_text
from app.kernel.web.i18n import N_

FACETS: tuple[tuple[str, str], ...] = (
    ("pillar", N_("Trụ cột")),
    ("type", N_("Loại hình")),
    ("audience", N_("Dành cho")),
    ("venue", N_("Địa điểm")),
    ("unit", N_("Đơn vị")),
)
"""The facets of the sheet in their order, with their msgids. Days have their own strip."""


class Choice(msgspec.Struct, frozen=True):
    """One value that can be ticked, and how many activities would answer."""

    value: str
    label: Text
    count: int
    chosen: bool


class Facet(msgspec.Struct, frozen=True):
    """One group of choices. `label` is a msgid."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """What is ticked in it."""
        return tuple(choice for choice in self.choices if choice.chosen)


def facets(
    entries: Sequence[Entry], wanted: Filter, zone: tzinfo, language: str, *, found: Collection[UUID] | None = None
) -> tuple[Facet, ...]:
    """All facets over the public `entries`. A count obeys the other facets, not its own: it says what ticking would bring.

    Values keep the order of the alphabet of their names in `language`. A chosen value that nothing has stays, with 0.
    """
    made = []
    for name, label in FACETS:
        others = wanted.without(name)
        names: dict[str, Text] = {}
        answering: dict[str, set[UUID]] = {}
        for entry in entries:
            answers = (found is None or entry.activity.id in found) and others.matches(entry.activity, entry.session, zone)
            for value, text in dict(_values(name, entry.activity, entry.session)).items():
                names.setdefault(value, text)
                if answers:
                    answering.setdefault(value, set()).add(entry.activity.id)
        chosen = getattr(wanted, name)
        for value in chosen:
            names.setdefault(value, Text(value))
        choices = [Choice(value, text, len(answering.get(value, ())), value in chosen) for value, text in names.items()]
        choices.sort(key=lambda choice: sort_text(choice.label.get(language)))
        made.append(Facet(name, label, tuple(choices)))
    return tuple(made)


def _values(name: str, activity: Activity, session: Session) -> Iterator[tuple[str, Text]]:
    """What a session has under this facet: code and name."""
    if name == "pillar":
        yield from ((term.code, term.name) for term in activity.pillars)
    elif name == "type":
        yield (activity.type.code, activity.type.name)
    elif name == "audience":
        yield from ((term.code, term.name) for term in activity.audiences)
    elif name == "unit":
        for unit in (activity.host, *activity.co_hosts, *(site.unit for site in session.sites)):
            yield (unit.code, unit.name)
    elif name == "venue":
        for place in (session.place, *(site.place for site in session.sites)):
            if place is not None:
                yield (place.venue_code, place.venue)
