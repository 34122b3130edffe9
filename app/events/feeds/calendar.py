"""The week as iCalendar (RFC 5545, 7986). Pure.

One VEVENT is one session of one published revision: its UID never changes and does not know our address, DTSTAMP and
LAST-MODIFIED are the revision's, SEQUENCE rises with time, place, title and status. What was cancelled stays, marked, with
the reason. The same week gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDDDTypes, vDuration, vText, vUri

from app.events.feeds.zones import timezone
from app.events.programme.filters import Entry, Filter, select, shown_start
from app.events.programme.model import Activity, Place, Session, SessionStatus, Week
from app.kernel.web.i18n import _, speaking
from app.kernel.web.wording import date_vi, range_vi, zone_of

_REFRESH = timedelta(hours=1)


def calendar_of(week: Week, *, language: str, instance: str, base_url: str, wanted: Filter | None = None) -> bytes:
    """The whole week, or what `wanted` asks for, as one calendar. `instance` is the installation's lasting name."""
    return CalendarMaker(week, language=language, instance=instance, base_url=base_url).feed(wanted or Filter())


class CalendarMaker:
    """Makes calendars of one week in one language. Each event is written once and serves all feeds it appears in.

    `earlier`, a maker of another version of the same edition, lends the events that did not change since.
    """

    def __init__(self, week: Week, *, language: str, instance: str, base_url: str, earlier: CalendarMaker | None = None) -> None:
        self.week = week
        self.language = language
        self._instance = instance
        self._home = f"{base_url.rstrip('/')}/{week.edition.slug}"
        self._tail = "?lang=en" if language == "en" else ""
        self._zone = ZoneInfo(week.edition.zone)
        # By uid and number of the revision, which is frozen: the same two give the same event.
        self._events: dict[tuple[UUID, int], bytes] = {}
        if earlier is not None and earlier._frame() == self._frame():
            here = {(session.uid, revision.number) for revision in week.revisions for session in revision.activity.sessions}
            self._events = {key: event for key, event in earlier._events.items() if key in here}

    def _frame(self) -> tuple[str, str, str, str]:
        """All that goes into an event beside its revision."""
        return (self._home, self._instance, self.language, self._zone.key)

    def feed(self, wanted: Filter) -> bytes:
        """The sessions that `wanted` asks for; where nothing is found, an empty calendar. Unlisted ones are not in it."""
        with speaking(self.language), zone_of(self.week.edition):
            name = " · ".join([self.week.edition.name.get(self.language), *self._chosen(wanted)])
            return self._calendar(select(self.week, wanted), name, "/programme", "/calendar.ics", wanted.query())

    def activity(self, slug: str) -> bytes | None:
        """The sessions of one activity, unlisted or not; none when the week does not have it."""
        for revision in self.week.revisions:
            activity = revision.activity
            if activity.slug == slug and activity.status != "draft":
                page = f"/activities/{slug}"
                entries = [Entry(revision, session) for session in activity.sessions]
                with speaking(self.language), zone_of(self.week.edition):
                    return self._calendar(entries, activity.title.get(self.language), page, f"{page}/calendar.ics", [])
        return None

    # --- the calendar ------------------------------------------------------------------------------------------------

    def _calendar(self, entries: Sequence[Entry], name: str, page: str, path: str, query: list[tuple[str, str]]) -> bytes:
        # What never had a time cannot be an event.
        timed = [(entry, start) for entry in entries if (start := shown_start(entry.session)) is not None]
        calendar = Calendar()
        calendar.add("prodid", "-//Ngay So//Programme//VI")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        for known_as in ("name", "x-wr-calname"):
            calendar.add(known_as, vText(name))
        if theme := self.week.edition.theme.get(self.language):
            for known_as in ("description", "x-wr-caldesc"):
                calendar.add(known_as, vText(theme))
        asked = urlencode([*query, *([("lang", "en")] if self.language == "en" else [])])
        calendar.add("url", vUri(f"{self._home}{page}{self._tail}"))
        calendar.add("source", vUri(f"{self._home}{path}" + (f"?{asked}" if asked else "")))
        calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(_REFRESH))
        calendar.add("x-wr-timezone", vText(self.week.edition.zone))
        if timed:
            calendar.add("last-modified", max(entry.revision.modified_at for entry, _start in timed))
            starts = [start for _entry, start in timed]
            calendar.add_component(timezone(self.week.edition.zone, min(starts), max(starts)))
        frame = calendar.to_ical()
        end = b"END:VCALENDAR\r\n"
        assert frame.endswith(end)
        return b"".join((frame.removesuffix(end), *(self._event(entry) for entry, _start in timed), end))

    def _chosen(self, wanted: Filter) -> Iterator[str]:
        """What the filter stands for, in words; codes that the week does not have say nothing."""
        names: dict[tuple[str, str], str] = {}
        for revision in self.week.revisions:
            activity = revision.activity
            places = [place for session in activity.sessions for place in (session.place, *(site.place for site in session.sites)) if place]
            units = [activity.host, *activity.co_hosts, *(site.unit for session in activity.sessions for site in session.sites)]
            names |= {("pillar", term.code): term.name.get(self.language) for term in activity.pillars}
            names |= {("audience", term.code): term.name.get(self.language) for term in activity.audiences}
            names |= {("unit", unit.code): unit.name.get(self.language) for unit in units}
            names |= {("venue", place.venue_code): place.venue.get(self.language) for place in places}
            names["type", activity.type.code] = activity.type.name.get(self.language)
            names |= {("day", start.date().isoformat()): date_vi(start) for start in map(self._start, activity.sessions) if start}
        for key in wanted.query():
            if key in names:
                yield names[key]

    # --- one event ---------------------------------------------------------------------------------------------------

    def _event(self, entry: Entry) -> bytes:
        key = (entry.session.uid, entry.revision.number)
        event = self._events.get(key)
        if event is None:
            event = self._events[key] = self._made(entry).to_ical()
        return event

    def _made(self, entry: Entry) -> Event:
        activity, session, modified = entry.activity, entry.session, entry.revision.modified_at
        status = activity.status_of(session)
        address = f"{self._home}/activities/{activity.slug}{self._tail}"
        event = Event()
        event.add("uid", f"{session.uid}@{self._instance}")
        event.add("dtstamp", modified)
        event.add("last-modified", modified)
        event.add("sequence", session.sequence)
        event.add("status", "CONFIRMED" if status == "confirmed" else "CANCELLED")
        event.add("summary", vText(self._titled(activity, status)))
        start, end = self._start(session), self._end(session)
        assert start is not None
        event.add("dtstart", vDDDTypes(start))
        if end is not None and end > start:
            event.add("dtend", vDDDTypes(end))
        if (place := session.place) is not None:
            event.add("location", vText(self._location(place)))
            if place.latitude is not None and place.longitude is not None:
                event.add("geo", (place.latitude, place.longitude))
            if place.url:
                event.add("conference", vUri(place.url), parameters={"VALUE": "URI"})
        categories = [activity.type.name, *(pillar.name for pillar in activity.pillars)]
        event.add("categories", list(dict.fromkeys(name.get(self.language) for name in categories)))
        # An open door blocks nobody's day, and neither does what does not take place.
        event.add("transp", "TRANSPARENT" if status != "confirmed" or activity.registration == "walk_in" else "OPAQUE")
        event.add("class", "PUBLIC")
        event.add("url", vUri(address))
        event.add("description", vText("\n\n".join([*self._changes(activity, session, status), *self._about(activity, session), address])))
        return event

    def _titled(self, activity: Activity, status: SessionStatus) -> str:
        """The title; many clients show no STATUS, so what does not take place says so in front."""
        title = activity.title.get(self.language)
        if status == "confirmed":
            return title
        return _("[Hủy] %(title)s", title=title) if status == "cancelled" else _("[Hoãn] %(title)s", title=title)

    def _start(self, session: Session) -> datetime | None:
        start = shown_start(session)
        return start.astimezone(self._zone) if start else None

    def _end(self, session: Session) -> datetime | None:
        end = session.ends_at if session.starts_at else session.previous_ends_at
        return end.astimezone(self._zone) if end else None

    def _location(self, place: Place) -> str:
        """Room, venue, address: enough to find it for somebody who only sees the calendar."""
        parts = (part.get(self.language) for part in (place.room, place.venue, place.address))
        return ", ".join(dict.fromkeys(part for part in parts if part))

    def _changes(self, activity: Activity, session: Session, status: SessionStatus) -> Iterator[str]:
        """What readers must know first: that it does not take place, or where it was moved from, and why."""
        reason = activity.change_reason.get(self.language)
        if status == "cancelled":
            yield _("Đã hủy. Lý do: %(reason)s", reason=reason) if reason else _("Đã hủy.")
        elif status == "postponed":
            yield _("Hoãn, chưa có ngày mới. Lý do: %(reason)s", reason=reason) if reason else _("Hoãn, chưa có ngày mới.")
        else:
            moved = []
            before, until = session.previous_starts_at, session.previous_ends_at
            if before is not None and (before, until) != (session.starts_at, session.ends_at):
                moved.append(_("Dời từ %(before)s.", before=range_vi(before, until)))
            was, place = session.previous_place, session.place
            if was is not None and place is not None and was.key != place.key:
                moved.append(_("Chuyển từ %(place)s.", place=self._location(was)))
            if moved:
                yield " ".join([*moved, *([_("Lý do: %(reason)s", reason=reason)] if reason else [])])

    def _about(self, activity: Activity, session: Session) -> Iterator[str]:
        """What it is, who holds it, who speaks, where else it is seen."""
        if activity.summary.vi:
            yield activity.summary.get(self.language)
        facts = [_("Chủ trì: %(unit)s", unit=activity.host.name.get(self.language))]
        if activity.co_hosts:
            facts.append(_("Phối hợp: %(units)s", units=", ".join(unit.name.get(self.language) for unit in activity.co_hosts)))
        if activity.speakers:
            named = ", ".join(f"{speaker.title} {speaker.name}".strip() for speaker in activity.speakers)
            facts.append(_("Diễn giả: %(people)s", people=named))
        if session.sites:
            facts.append(_("Điểm cầu: %(units)s", units=", ".join(site.unit.name.get(self.language) for site in session.sites)))
        if session.place is not None and session.place.url:
            facts.append(_("Trực tuyến: %(address)s", address=session.place.url))
        yield "\n".join(facts)
