"""What each page of the shop window shows, made from a published week. Pure but for the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.events.programme.filters import Filter, select
from app.events.programme.model import Activity, EditionInfo, Revision, Session
from app.events.programme.published import PublishedWeek
from app.kernel.web.i18n import language
from app.kernel.web.rendering import url
from app.registrations.tickets.queries import Seats
from app.site.days import Day, by_day, by_venue, folded, strip
from app.site.facets import facets
from app.site.grid import grid
from app.site.happening import Happening, ends_at
from app.site.linked_data import event, map_address, script_json
from app.site.reading import Reading, highlights

VIEWS = ("list", "venue", "grid")

Context = Mapping[str, Any]


def landing(week: PublishedWeek, read: Reading, going_on: Happening, at: datetime, base_url: str) -> Context:
    """The theme, what is on and next, the week day by day."""
    edition = week.edition
    today = read.today(at)
    held = {day.date: day for day in by_day(read.entries, read.zone)}
    days = [(one, highlights(held[one.date].entries) if one.date in held else ()) for one in strip(read.entries, edition, read.zone, today)]
    first, last = edition.starts_on, edition.ends_on
    return {
        "section": "",
        "today": today,
        "going_on": going_on,
        "days": days,
        "phase": "before" if first and today < first else "after" if last and today > last else "during",
        "days_left": (first - today).days if first and today < first else 0,
        "total": len({entry.activity.id for entry in read.entries}),
        "venues": len({entry.session.place.venue_code for entry in read.entries if entry.session.place}),
        "units": len({entry.activity.host.code for entry in read.entries}),
        "canonical": f"{base_url}/{week.slug}/",
        "webcal": webcal(base_url, f"/{week.slug}/calendar.ics"),
    }


def one_day(wanted: Filter, read: Reading, edition: EditionInfo, today: date) -> Filter:
    """The plan shows one day: the one asked for, else today, else the first of the edition."""
    if wanted.day:
        return msgspec.structs.replace(wanted, day=wanted.day[:1])
    days = [one.date for one in strip(read.entries, edition, read.zone, today)]
    chosen = today if today in days else edition.starts_on or (days[0] if days else today)
    return msgspec.structs.replace(wanted, day=(chosen.isoformat(),))


def programme(
    week: PublishedWeek, read: Reading, wanted: Filter, view: str, today: date, path: str, base_url: str, *, found: Collection[UUID] | None
) -> Context:
    """The list by day, by venue, or the plan of one day, with the strip of days and the filter sheet."""
    chosen = select(week.week, wanted, found=found)
    any_day = select(week.week, wanted.without("day"), found=found)
    context: dict[str, Any] = {
        "section": "programme",
        "wanted": wanted,
        "view": view,
        "today": today,
        "path": path,
        "strip": strip(any_day, week.edition, read.zone, today),
        "facets": facets(read.entries, wanted, read.zone, language(), found=found),
        "count": len({entry.activity.id for entry in chosen}),
        "of": len({entry.activity.id for entry in read.entries}),
        "link": _linker(path, wanted, view),
        "feed": url(f"/{week.slug}/calendar.ics", **_query(wanted)),
        "webcal": webcal(base_url, url(f"/{week.slug}/calendar.ics", **_query(wanted))),
        "canonical": base_url + path,
    }
    if view == "grid":
        day = _as_date(wanted.day[0] if wanted.day else "")
        context["day"] = day
        context["grid"] = grid(chosen, day, read.zone, language()) if day else None
    elif view == "venue":
        context["venues"] = by_venue(chosen, read.zone, language())
    else:
        past, coming = folded(chosen, read.zone, today) if wanted.is_empty else ((), chosen)
        context["past"] = by_day(past, read.zone)
        context["past_count"] = len({entry.activity.id for entry in past})
        context["days"] = by_day(coming, read.zone)
        context["folded"] = {day.date for day in context["past"]}
    return context


def _query(wanted: Filter) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in wanted.query():
        found.setdefault(name, []).append(value)
    return found


def _linker(path: str, wanted: Filter, view: str) -> Callable[..., str]:
    """`link(day=…)`, `link(view=…)`, `link(drop=("pillar", code))`: this page with one thing different."""

    def link(*, drop: tuple[str, str] | None = None, **changed: str) -> str:
        query: dict[str, Any] = _query(wanted)
        if view != "list":
            query["view"] = [view]
        if drop:
            query[drop[0]] = [value for value in query.get(drop[0], []) if value != drop[1]]
        for name, value in changed.items():
            query[name] = [value] if value and (name, value) != ("view", "list") else []
        return url(path, **query)

    return link


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def activity(week: PublishedWeek, revision: Revision, address: str, *, over: bool = False) -> Context:
    """One activity, its sessions in the order of time."""
    shown = revision.activity
    sessions = sorted(shown.sessions, key=_session_order)
    return {
        "section": "programme",
        "activity": shown,
        "revision": revision,
        "over": over,
        "sessions": sessions,
        "places": _places(sessions),
        "canonical": address,
        "linked_data": script_json(event(shown, address=address, language=language(), zone=ZoneInfo(week.zone))),
        "map_address": map_address,
        "agenda_days": _agenda_days(shown, week),
        "webcal": webcal(address, f"/{week.slug}/activities/{shown.slug}/calendar.ics"),
    }


def _session_order(session: Session) -> tuple[bool, float, int]:
    start = session.starts_at or session.previous_starts_at
    return (start is None, start.timestamp() if start else 0, session.number)


def _places(sessions: list[Session]) -> list[Any]:
    """The different places of an activity, each once."""
    return list({session.place.key: session.place for session in sessions if session.place}.values())


def _agenda_days(shown: Activity, week: PublishedWeek) -> list[tuple[date, list[Any]]]:
    """Agenda lines under their local days: an activity of several days says which."""
    found: dict[date, list[Any]] = {}
    for item in sorted(shown.agenda, key=lambda one: one.starts_at):
        found.setdefault(item.starts_at.astimezone(ZoneInfo(week.zone)).date(), []).append(item)
    return list(found.items())


def changes(week: PublishedWeek, added: Mapping[UUID, datetime]) -> Context:
    """Every listed activity that readers must know to be different from what was announced, the latest change first.

    `added`: when activities were first published that the first version did not have.
    """
    told = [
        revision
        for revision in week.listed
        if revision.activity.status != "draft"
        and (_is_moved(revision.activity) or _has_fallen(revision.activity) or revision.activity.id in added)
    ]
    new = {r.activity.id for r in told if r.activity.id in added and not (_is_moved(r.activity) or _has_fallen(r.activity))}

    def moment(revision: Revision) -> datetime:
        shown = revision.activity
        return added[shown.id] if shown.id in new else shown.changed_at or revision.modified_at

    told.sort(key=moment, reverse=True)
    return {"section": "changes", "changed": [(one, moment(one), one.activity.id in new) for one in told], "canonical": ""}


def _is_moved(shown: Activity) -> bool:
    return any(session.previous_starts_at or session.previous_place for session in shown.sessions)


def _has_fallen(shown: Activity) -> bool:
    return any(shown.status_of(session) != "confirmed" for session in shown.sessions) or shown.public_status != "confirmed"


def is_over(shown: Activity, at: datetime) -> bool:
    """Whether its last session has ended."""
    timed = [session for session in shown.sessions if session.starts_at is not None]
    return bool(timed) and all(ends_at(session) <= at for session in timed)


def seats_shown(week: PublishedWeek, full: Mapping[UUID, Seats]) -> list[tuple[int, int]]:
    """(number of the activity, places left) for every listed activity that takes registrations and has a limit."""
    return [
        (revision.activity.number, left)
        for revision in week.listed
        if (known := full.get(revision.activity.id)) is not None and (left := known.left) is not None
    ]


def webcal(base_url: str, path: str) -> str:
    """The address that makes a phone subscribe to a calendar instead of downloading it once."""
    return f"webcal://{urlsplit(base_url).netloc}{path}"


__all__ = ["VIEWS", "Day", "activity", "changes", "is_over", "landing", "one_day", "programme", "seats_shown", "webcal"]
