"""An activity as search engines and calendars of other sites read it: schema.org, JSON-LD. Pure."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from markupsafe import Markup

from app.events.programme.model import Activity, Place, Session, SessionStatus

_SCHEMA: Final = "https://schema.org/"
_STATUS: Final[dict[SessionStatus, str]] = {"confirmed": "EventScheduled", "postponed": "EventPostponed", "cancelled": "EventCancelled"}
_MODE: Final = {
    "onsite": "OfflineEventAttendanceMode",
    "multi_site": "MixedEventAttendanceMode",
    "hybrid": "MixedEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
}


def event(activity: Activity, *, address: str, language: str, zone: tzinfo) -> dict[str, Any]:
    """The activity as a schema.org Event; several sessions become its sub-events. `address` is its absolute URL."""
    timed = [session for session in activity.sessions if session.starts_at is not None and not session.gone]
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": activity.title.get(language),
        "inLanguage": activity.language or "vi",
        "eventStatus": _SCHEMA + _STATUS[activity.public_status],
        "eventAttendanceMode": _SCHEMA + _MODE[activity.mode],
        "organizer": [{"@type": "Organization", "name": unit.name.get(language)} for unit in (activity.host, *activity.co_hosts)],
    }
    if text := (activity.summary.get(language) or activity.description.get(language)):
        found["description"] = text
    if activity.speakers:
        found["performer"] = [{"@type": "Person", "name": speaker.name} for speaker in activity.speakers]
    if activity.capacity:
        found["maximumAttendeeCapacity"] = activity.capacity
    if len(timed) == 1:
        found |= _when_and_where(activity, timed[0], language, zone)
    elif timed:
        starts = [session.starts_at for session in timed if session.starts_at]
        ends = [session.ends_at for session in timed if session.ends_at]
        found["startDate"] = min(starts).astimezone(zone).isoformat()
        if ends:
            found["endDate"] = max(ends).astimezone(zone).isoformat()
        if location := _location(timed[0].place, language):
            found["location"] = location
        found["subEvent"] = [
            {"@type": "Event", "name": found["name"], "url": address, **_when_and_where(activity, session, language, zone)}
            for session in timed
        ]
    return found


def _when_and_where(activity: Activity, session: Session, language: str, zone: tzinfo) -> dict[str, Any]:
    assert session.starts_at is not None
    found: dict[str, Any] = {
        "startDate": session.starts_at.astimezone(zone).isoformat(),
        "eventStatus": _SCHEMA + _STATUS[activity.status_of(session)],
    }
    if session.ends_at:
        found["endDate"] = session.ends_at.astimezone(zone).isoformat()
    if session.previous_starts_at and activity.status_of(session) == "confirmed":
        found["eventStatus"] = _SCHEMA + "EventRescheduled"
        found["previousStartDate"] = session.previous_starts_at.astimezone(zone).isoformat()
    if location := _location(session.place, language):
        found["location"] = location
    return found


def _location(place: Place | None, language: str) -> dict[str, Any]:
    if place is None:
        return {}
    if place.url and not place.address.vi:
        return {"@type": "VirtualLocation", "name": place.venue.get(language), "url": place.url}
    found: dict[str, Any] = {
        "@type": "Place",
        "name": _name(place, language),
        "address": place.address.get(language) or place.venue.get(language),
    }
    if place.latitude is not None and place.longitude is not None:
        found["geo"] = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    return found


def _name(place: Place, language: str) -> str:
    return ", ".join(text for text in (place.room.get(language), place.venue.get(language)) if text)


def script_json(value: Any) -> Markup:
    """JSON that may stand inside a <script> element whatever the texts hold."""
    text = msgspec.json.encode(value).decode()
    for char, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(char, escape)
    return Markup(text)  # noqa: S704  # nothing that could end the element is left


def map_address(place: Place | None) -> str:
    """Where a phone shows the way: the point on a map, or a search for the address. Empty for what is nowhere."""
    if place is None or (place.url and not place.address.vi):
        return ""
    if place.latitude is not None and place.longitude is not None:
        where = f"{place.latitude:.6f},{place.longitude:.6f}"
    else:
        where = ", ".join(text for text in (place.venue.vi, place.address.vi) if text)
    return "https://www.google.com/maps/search/?" + urlencode({"api": "1", "query": where}, quote_via=quote) if where else ""
