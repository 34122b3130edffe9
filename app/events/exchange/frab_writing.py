"""From our programme to a frab schedule. Pure.

The format has no cancelled and no undated events: only confirmed sessions with a time are written, and unlisted
activities are left out. One event is one session. Events of one activity share their `url` up to the `#`, which is how
`frab_reading` finds them again; their `id` is the activity's number, raised by a round amount for every further session.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.events.exchange.frab import GENERATOR, FrabDay, FrabEvent, FrabPerson, FrabRoom, FrabSchedule, FrabTrack
from app.events.exchange.programme_file import stand_in
from app.events.programme.model import Activity, Place, Session, Week
from app.kernel.text import slugify

_LONGEST_MINUTES = 99 * 60 + 59
"""What `HH:MM` can say. A longer session is cut in `duration`; JSON says its `end` besides."""


def schedule_of(
    week: Week, *, base_url: str, language: str = "vi", capacities: Mapping[tuple[str, str], int] | None = None
) -> FrabSchedule:
    """The week in this format, with links to the pages under `base_url`. Capacities are by venue and room code."""
    edition, zone = week.edition, ZoneInfo(week.edition.zone)
    home = f"{base_url.rstrip('/')}/{edition.slug}"
    acronym = acronym_of(edition.slug)
    activities = [revision.activity for revision in week.revisions if shown(revision.activity)]
    placed = [(activity, session) for activity in activities for session in activity.sessions if scheduled(activity, session)]
    labels = room_labels(session.place for _, session in placed)
    ids, slugs = _numbers(activities), _Slugs(acronym)
    events = [
        _event(activity, session, labels, ids[activity.number, session.number], slugs, home, language, zone) for activity, session in placed
    ]
    events.sort(key=lambda event: (datetime.fromisoformat(event.date), event.room, int(event.id)))
    first = edition.starts_on or (date.fromisoformat(events[0].day) if events else date(2000, 1, 1))
    days = sorted({date.fromisoformat(event.day) for event in events}) or [first]
    tracks = dict.fromkeys(event.track for event in events if event.track)
    places = {labels[session.place.key]: session.place for _, session in placed if session.place}
    return FrabSchedule(
        version=str(week.version),
        acronym=acronym,
        title=edition.name.get(language),
        start=first.isoformat(),
        end=(edition.ends_on or days[-1]).isoformat(),
        events=tuple(events),
        days=tuple(_day(number, day, zone) for number, day in enumerate(days, start=1)),
        rooms=tuple(
            FrabRoom(name, str(room_guid(edition.slug, place)), (capacities or {}).get(place.key), _described(place, language))
            for name, place in sorted(places.items())
        ),
        tracks=tuple(FrabTrack(track, _track_slug(track)) for track in tracks),
        zone=edition.zone,
        url=f"{home}/programme",
        base_url=f"{home}/",
        color=edition.accent,
        generator=GENERATOR,
    )


def shown(activity: Activity) -> bool:
    """Whether the public may see it in a list."""
    return not activity.unlisted and activity.status != "draft"


def scheduled(activity: Activity, session: Session) -> bool:
    """Whether the format can say this session: it takes place, at a known time."""
    return session.starts_at is not None and activity.status_of(session) == "confirmed"


def acronym_of(slug: str) -> str:
    """The edition's acronym by the format's rule: small letters, digits and underscores, at least four."""
    acronym = re.sub(r"[^a-z0-9]+", "_", slug).strip("_")
    return acronym if len(acronym) >= 4 else f"ngayso_{acronym}"


def room_labels(places: Iterable[Place | None]) -> dict[tuple[str, str], str]:
    """What each room is called in a format without venues: its name, with the venue where there are several."""
    known = {place.key: place for place in places if place}
    several = len({place.venue_code for place in known.values()}) > 1
    called: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, place in known.items():
        called[room_label(place, with_venue=several)].append(key)
    return {key: label if len(keys) == 1 else f"{label} ({key[1] or key[0]})" for label, keys in called.items() for key in keys}


def room_label(place: Place, *, with_venue: bool) -> str:
    """One room's name for lists: "Hội trường lớn", or "Hội trường lớn, Trung tâm Hội nghị"."""
    room = place.room.vi or place.room_code
    if not room:
        return place.venue.vi
    return f"{room}, {place.venue.vi}" if with_venue else room


def room_guid(edition: str, place: Place) -> UUID:
    """A room's guid: the same in every export of an edition, so that a reader recognises a renamed room."""
    return stand_in("room", edition, *place.key)


def _numbers(activities: list[Activity]) -> dict[tuple[int, int], int]:
    """The `id` of each session by (activity's number, session's number)."""
    highest = max((activity.number for activity in activities), default=0)
    step = 10 ** max(6, len(str(highest)))
    return {
        (activity.number, session.number): activity.number + (session.number - 1) * step
        for activity in activities
        for session in activity.sessions
    }


class _Slugs:
    """Slugs by the format's rule, each once in the file."""

    def __init__(self, acronym: str) -> None:
        self.acronym = acronym
        self._taken: set[str] = set()

    def of(self, activity: Activity, session: Session, number: int) -> str:
        own = slugify(activity.slug, longest=100)
        own = own if len(own) >= 4 else f"activity-{own or number}"
        slug = f"{self.acronym}-{own}" + (f"-{session.number}" if session.number > 1 else "")
        if slug in self._taken:
            slug = f"{slug}-{number}"
        self._taken.add(slug)
        return slug


def _event(
    activity: Activity,
    session: Session,
    labels: dict[tuple[str, str], str],
    number: int,
    slugs: _Slugs,
    home: str,
    language: str,
    zone: ZoneInfo,
) -> FrabEvent:
    assert session.starts_at is not None
    starts = session.starts_at.astimezone(zone)
    ends = max(starts, (session.ends_at or session.starts_at).astimezone(zone))
    minutes = min(int((ends - starts).total_seconds()) // 60, _LONGEST_MINUTES)
    return FrabEvent(
        line=0,
        guid=str(session.uid),
        id=str(number),
        room=labels[session.place.key] if session.place else "",
        title=activity.title.get(language),
        date=starts.isoformat(timespec="seconds"),
        start=starts.strftime("%H:%M"),
        duration=f"{minutes // 60:02}:{minutes % 60:02}",
        end=ends.isoformat(timespec="seconds"),
        day=starts.date().isoformat(),
        type=activity.type.name.get(language),
        track=activity.pillars[0].name.get(language) if activity.pillars else "",
        language=activity.language,
        abstract=activity.summary.get(language),
        description=activity.description.get(language),
        slug=slugs.of(activity, session, number),
        url=f"{home}/activities/{activity.slug}" + (f"#{session.number}" if session.number > 1 else ""),
        persons=tuple(
            FrabPerson(speaker.name, speaker.foreign_id if re.fullmatch(r"\d{1,18}", speaker.foreign_id, re.ASCII) else "")
            for speaker in activity.speakers
        ),
        links=activity.links,
    )


def _day(number: int, day: date, zone: ZoneInfo) -> FrabDay:
    starts = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    return FrabDay(number, day.isoformat(), starts.isoformat(timespec="seconds"), ends.isoformat(timespec="seconds"))


def _described(place: Place, language: str) -> str:
    parts = (place.venue.get(language) if place.room_code else "", place.address.get(language))
    return ", ".join(part for part in parts if part)


def _track_slug(track: str) -> str:
    """A slug where the name yields one that the format allows (it begins with a letter)."""
    slug = slugify(track, longest=60)
    return slug if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", slug) else ""
