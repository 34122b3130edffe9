"""Which terms, venues and rooms of an edition a file means. Pure.

Our own YAML names them by code. Frab files only know names: a type, a track, a room; they are found by guid (in exports
of ours), by name, or added beside what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from app.events.exchange.frab_writing import room_guid, room_label, room_labels
from app.events.exchange.programme_file import ProgrammeFile
from app.events.programme.model import Activity, Place, Session, Site, Term
from app.events.programme.places import RoomSpec, VenueSpec
from app.events.programme.queries import VenueView
from app.kernel.text import fold

_TAXONOMIES = {"type": "type", "pillar": "pillars", "content": "contents", "audience": "audiences", "accessibility": "accessibility"}

PlaceKey = tuple[str, str]


class Meaning(msgspec.Struct, frozen=True):
    """What each of the file's codes stands for in the edition, and what must be added for that."""

    terms: dict[tuple[str, str], str]
    places: dict[PlaceKey, PlaceKey]
    new_terms: dict[str, tuple[Term, ...]]
    new_venues: tuple[VenueSpec, ...]


def meaning_of(file: ProgrammeFile, edition: str, terms: Mapping[str, Sequence[Term]], venues: Sequence[VenueView]) -> Meaning:
    """How to read this file in the edition at this slug, which has these terms and venues."""
    if file.kind == "week":
        specs = tuple(_spec(venue.place, [RoomSpec(r.code, r.name, r.capacity) for r in venue.rooms]) for venue in file.venues)
        return Meaning({}, {}, {taxonomy: tuple(several) for taxonomy, several in file.terms.items()}, specs)
    codes, new_terms = _terms_by_name(file, terms)
    places, new_venues = _rooms_by_name(file, edition, places_of(venues))
    return Meaning(codes, places, new_terms, new_venues)


class Catalogue:
    """What an edition has, to put in place of what a file says."""

    def __init__(self, meaning: Meaning, terms: Mapping[str, Sequence[Term]], venues: Sequence[VenueView]) -> None:
        self._meaning = meaning
        self._terms = {(taxonomy, term.code): term for taxonomy, several in terms.items() for term in several}
        self._places = {place.key: place for place in places_of(venues)}

    def resolved(self, activity: Activity) -> Activity:
        """The activity as the file tells it, with the edition's own terms and places."""
        several = {
            field: tuple(dict.fromkeys(self._term(taxonomy, term) for term in getattr(activity, field)))
            for taxonomy, field in _TAXONOMIES.items()
            if field != "type"
        }
        return msgspec.structs.replace(
            activity, type=self._term("type", activity.type), sessions=tuple(map(self._session, activity.sessions)), **several
        )

    def _term(self, taxonomy: str, term: Term) -> Term:
        return self._terms[taxonomy, self._meaning.terms.get((taxonomy, term.code), term.code)]

    def _session(self, session: Session) -> Session:
        sites = tuple(Site(site.unit, self._place(site.place), site.capacity) for site in session.sites)
        return msgspec.structs.replace(session, place=self._place(session.place), sites=sites)

    def _place(self, place: Place | None) -> Place | None:
        if place is None:
            return None
        return self._places[self._meaning.places.get(place.key, place.key)]


def places_of(venues: Sequence[VenueView]) -> list[Place]:
    """Every venue and every room as a place."""
    places = []
    for venue in venues:
        place = Place(venue.code, venue.name, venue.address, latitude=venue.latitude, longitude=venue.longitude, url=venue.url)
        places += [place, *(msgspec.structs.replace(place, room_code=room.code, room=room.name) for room in venue.rooms)]
    return places


def _terms_by_name(
    file: ProgrammeFile, terms: Mapping[str, Sequence[Term]]
) -> tuple[dict[tuple[str, str], str], dict[str, tuple[Term, ...]]]:
    codes: dict[tuple[str, str], str] = {}
    new: dict[str, tuple[Term, ...]] = {}
    for taxonomy, told in file.terms.items():
        known = terms.get(taxonomy, ())
        taken = {term.code for term in known}
        exactly = {name: term.code for term in reversed(known) for name in (term.name.en, term.name.vi) if name}
        loosely = {fold(name): code for name, code in reversed(exactly.items())}
        # "Workshop" and "workshop" in one file are two terms, because they would be written back as two.
        spoken_for = {exactly[term.name.vi] for term in told if term.name.vi in exactly}
        added = []
        for term in told:
            code = exactly.get(term.name.vi)
            if code is None and (alike := loosely.get(fold(term.name.vi))) not in spoken_for:
                code = alike
            if code is None:
                code = _free(term.code, taken)
                taken.add(code)
                added.append(Term(code, term.name))
            codes[taxonomy, term.code] = code
        new[taxonomy] = tuple(added)
    return codes, new


def _rooms_by_name(file: ProgrammeFile, edition: str, known: Sequence[Place]) -> tuple[dict[PlaceKey, PlaceKey], tuple[VenueSpec, ...]]:
    by_guid = {str(room_guid(edition, place)): place.key for place in known}
    by_label = _labels(known)
    taken = {place.key for place in known}
    meant: dict[PlaceKey, PlaceKey] = {}
    new: list[VenueSpec] = []
    for venue in file.venues:
        here = {place.room.vi: place.key for place in known if place.venue_code == venue.place.venue_code and place.room_code}
        added: list[RoomSpec] = []
        for room in venue.rooms:
            key = by_guid.get(room.guid) or here.get(room.name.vi) or by_label.get(room.name.vi)
            if key is None:
                code = _free(room.code, {code for venue_code, code in taken if venue_code == venue.place.venue_code})
                key = (venue.place.venue_code, code)
                taken.add(key)
                added.append(RoomSpec(code, room.name, room.capacity))
            meant[venue.place.venue_code, room.code] = key
        if added:
            new.append(_spec(venue.place, added))
    return meant, tuple(new)


def _labels(known: Sequence[Place]) -> dict[str, PlaceKey]:
    """What an export of ours may have called each room; names that two rooms share say nothing."""
    called: dict[str, PlaceKey | None] = {}
    several = len({place.venue_code for place in known}) > 1
    written = [(label, key) for key, label in room_labels(known).items()]
    for place in known:
        written.append((room_label(place, with_venue=True), place.key))
        if not several:
            written.append((room_label(place, with_venue=False), place.key))
        if place.room.en:
            written.append((f"{place.room.en}, {place.venue.get('en')}", place.key))
    for label, key in written:
        called[label] = key if called.get(label, key) == key else None
    return {label: key for label, key in called.items() if key is not None}


def _free(code: str, taken: set[str]) -> str:
    free, n = code, 1
    while free in taken:
        n += 1
        free = f"{code}-{n}"
    return free


def _spec(place: Place, rooms: Sequence[RoomSpec]) -> VenueSpec:
    return VenueSpec(place.venue_code, place.venue, place.address, place.latitude, place.longitude, place.url, tuple(rooms))
