"""A week as our own YAML: complete, in an order people can read, the same bytes for the same week. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from app.events.exchange.programme_file import Entry, FileRoom, FileUnit, FileVenue, Key, ProgrammeFile
from app.events.exchange.week_reading import SOURCE, TAXONOMIES
from app.events.programme.model import Activity, Place, Session, Site, Speaker, Term, UnitRef, Week
from app.kernel.text import Text

_HEAD = "# Một tuần của Ngày Số. Định dạng: sample/README.md / One week of Ngày Số; the format is described there.\n"

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def file_of(
    week: Week,
    *,
    terms: dict[str, tuple[Term, ...]] | None = None,
    unit_kinds: Iterable[Term] = (),
    units: Iterable[FileUnit] = (),
    venues: Iterable[FileVenue] = (),
) -> ProgrammeFile:
    """The week as a file says it. What it refers to is collected from it; `terms`, `units`, `venues` add the rest.

    What left the programme is left out: a file is a plan, not a history.
    """
    activities = [msgspec.structs.replace(r.activity, sessions=_present(r.activity)) for r in week.revisions if not r.activity.gone]
    activities.sort(key=lambda activity: activity.number)
    all_terms: dict[str, dict[str, Term]] = {name: {t.code: t for t in (terms or {}).get(name, ())} for name in TAXONOMIES.values()}
    all_units = {unit.code: unit for unit in units}
    all_venues = {venue.place.venue_code: venue for venue in venues}
    for activity in activities:
        for taxonomy, used in _terms_of(activity).items():
            for term in used:
                all_terms[taxonomy].setdefault(term.code, term)
        for unit in _units_of(activity):
            all_units.setdefault(unit.code, FileUnit(unit.code, unit.name, "khac"))
        for place in _places_of(activity):
            venue = all_venues.setdefault(place.venue_code, FileVenue(bare(place)))
            if place.room_code and all(room.code != place.room_code for room in venue.rooms):
                rooms = (*venue.rooms, FileRoom(place.room_code, place.room))
                all_venues[place.venue_code] = msgspec.structs.replace(venue, rooms=rooms)
    return ProgrammeFile(
        kind="week",
        source=SOURCE,
        edition=week.edition,
        entries=tuple(_entry(activity) for activity in activities),
        terms={name: tuple(used.values()) for name, used in all_terms.items()},
        unit_kinds=tuple(unit_kinds),
        units=tuple(all_units.values()),
        venues=tuple(all_venues.values()),
        ours=True,
    )


def bare(place: Place) -> Place:
    """The venue of a place, without the room."""
    return msgspec.structs.replace(place, room_code="", room=Text(""))


def write_week_yaml(file: ProgrammeFile) -> bytes:
    """The file's bytes, UTF-8."""
    edition, zone = file.edition, ZoneInfo(file.edition.zone or "UTC")
    units = {unit.name: unit.code for unit in reversed(file.units)}
    document = {
        "meta": _filled(
            edition=edition.slug,
            name=_both(edition.name),
            theme=_both(edition.theme),
            locality=_both(edition.locality),
            week_start=edition.starts_on.isoformat() if edition.starts_on else None,
            week_end=edition.ends_on.isoformat() if edition.ends_on else None,
            main_day=edition.main_day.isoformat() if edition.main_day else None,
            timezone=edition.zone,
            accent=edition.accent,
        ),
        "enums": {name: [_term(term) for term in file.terms.get(ours, ())] for name, ours in TAXONOMIES.items()}
        | {"unit_kind": [_term(kind) for kind in file.unit_kinds]},
        "units": [_filled(code=u.code, kind=u.kind, parent=u.parent, **_inline(u.name)) for u in file.units],
        "venues": [_venue(venue) for venue in file.venues],
        "activities": [_activity(entry, zone, units) for entry in file.entries],
    }
    return (_HEAD + yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=140)).encode()


# --- what an activity refers to --------------------------------------------------------------------------------------


def _present(activity: Activity) -> tuple[Session, ...]:
    return tuple(session for session in activity.sessions if not session.gone)


def _entry(activity: Activity) -> Entry:
    identity = f"A{activity.number:02}"
    return Entry(activity, tuple(Key(identity, n) for n in range(1, len(activity.sessions) + 1)))


def _terms_of(activity: Activity) -> dict[str, tuple[Term, ...]]:
    return {
        "type": (activity.type,),
        "pillar": activity.pillars,
        "content": activity.contents,
        "audience": activity.audiences,
        "accessibility": activity.accessibility,
    }


def _units_of(activity: Activity) -> list[UnitRef]:
    return [activity.host, *activity.co_hosts, *(site.unit for session in activity.sessions for site in session.sites)]


def _places_of(activity: Activity) -> list[Place]:
    sessions = activity.sessions
    places = [place for session in sessions for place in (session.place, session.previous_place)]
    places += [site.place for session in sessions for site in session.sites]
    return [place for place in places if place is not None]


# --- writing ---------------------------------------------------------------------------------------------------------


def _filled(**values: Any) -> dict[str, Any]:
    """Without what is empty: an absent field reads the same."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {}) and value is not False}


def _inline(text: Text) -> dict[str, str]:
    return {"vi": text.vi} | ({"en": text.en} if text.en else {})


def _both(text: Text) -> dict[str, str] | None:
    return _inline(text) if text.vi else None


def _term(term: Term) -> dict[str, str]:
    return {"code": term.code, **_inline(term.name)}


def _venue(venue: FileVenue) -> dict[str, Any]:
    place = venue.place
    located = place.latitude is not None and place.longitude is not None
    return _filled(
        id=place.venue_code,
        name=_both(place.venue),
        address=_both(place.address),
        location={"lat": place.latitude, "lon": place.longitude} if located else None,
        url=place.url,
        rooms=[{"id": room.code, **_inline(room.name), **_filled(capacity=room.capacity)} for room in venue.rooms],
    )


def _activity(entry: Entry, zone: ZoneInfo, units: dict[Text, str]) -> dict[str, Any]:
    activity = entry.activity
    sessions = activity.sessions
    # One ordinary session is written with its activity; several stand in a list.
    alone = len(sessions) == 1 and sessions[0].number == 1 and sessions[0].status == "confirmed"
    return _filled(
        id=entry.keys[0].guid if entry.keys else f"A{activity.number:02}",
        number=activity.number,
        slug=activity.slug,
        type=activity.type.code,
        title=_both(activity.title),
        host_unit=activity.host.code,
        co_hosts=[unit.code for unit in activity.co_hosts],
        **(_session(sessions[0], zone) if alone else {}),
        mode=activity.mode,
        capacity=activity.capacity,
        registration=activity.registration,
        audience=[term.code for term in activity.audiences],
        pillars=[term.code for term in activity.pillars],
        emulation_content=[term.code for term in activity.contents],
        accessibility=[term.code for term in activity.accessibility],
        status=activity.status,
        change_reason=_both(activity.change_reason),
        changed_at=_instant(activity.changed_at, zone),
        summary=_both(activity.summary),
        description=_both(activity.description),
        sessions=[] if alone else [_session(session, zone) | {"number": session.number} for session in sessions],
        agenda=_agenda(activity, zone),
        speakers=[_speaker(speaker, units) for speaker in activity.speakers],
        links=list(activity.links),
        language=activity.language,
        allow_overlap=activity.allow_overlap,
        unlisted=activity.unlisted,
    )


def _session(session: Session, zone: ZoneInfo) -> dict[str, Any]:
    place, before = session.place, session.previous_place
    return _filled(
        uid=str(session.uid),
        venue=place.venue_code if place else None,
        room=place.room_code if place else None,
        start=_instant(session.starts_at, zone),
        end=_instant(session.ends_at, zone),
        prev_start=_instant(session.previous_starts_at, zone),
        prev_end=_instant(session.previous_ends_at, zone),
        prev_venue=before.venue_code if before else None,
        prev_room=before.room_code if before else None,
        status=session.status if session.status != "confirmed" else None,
        satellite_sites=[_site(site) for site in session.sites],
    )


def _site(site: Site) -> Any:
    if site.place is None and site.capacity is None:
        return site.unit.code
    place = site.place
    return _filled(
        unit=site.unit.code,
        venue=place.venue_code if place else None,
        room=place.room_code if place else None,
        capacity=site.capacity,
    )


def _agenda(activity: Activity, zone: ZoneInfo) -> list[dict[str, Any]]:
    first = min((session.starts_at for session in activity.sessions if session.starts_at), default=None)
    day = first.astimezone(zone).date() if first else None
    lines = []
    for item in activity.agenda:
        at = item.starts_at.astimezone(zone)
        clock = at.strftime("%H:%M") if at.date() == day and not at.second else at.isoformat()
        lines.append({"at": clock, "min": item.minutes, **_inline(item.title)})
    return lines


def _speaker(speaker: Speaker, units: dict[Text, str]) -> dict[str, Any]:
    return _filled(
        id=speaker.foreign_id,
        name=speaker.name,
        title=speaker.title,
        post=_both(speaker.post),
        unit=units.get(speaker.unit) or _both(speaker.unit),
    )


def _instant(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return instant.astimezone(zone).isoformat() if instant else None
