"""A calendar's own time zone is right wherever the event takes place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from app.events.feeds.zones import timezone

OCTOBER = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)


def test_vietnam_has_one_line() -> None:
    lines = timezone("Asia/Ho_Chi_Minh", OCTOBER, OCTOBER + timedelta(days=6)).to_ical().decode().split("\r\n")
    assert lines == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Ho_Chi_Minh",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZNAME:+07",
        "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


@pytest.mark.parametrize(
    "zone", ["Europe/Brussels", "America/Santiago", "Australia/Lord_Howe", "Asia/Ho_Chi_Minh", "UTC", "Africa/Casablanca"]
)
def test_every_hour_of_two_years_reads_as_the_zone_says(zone: str) -> None:
    """Read by another library from the component alone, each instant has the offset that the zone has."""
    component = timezone(zone, OCTOBER, OCTOBER + timedelta(days=6))
    read = icalendar.Timezone.from_ical(component.to_ical())
    assert isinstance(read, icalendar.Timezone)
    own = read.to_tz(lookup_tzid=False)
    tz = ZoneInfo(zone)
    instant = OCTOBER - timedelta(days=360)
    while instant < OCTOBER + timedelta(days=360):
        wall = instant.astimezone(tz)
        assert wall.replace(tzinfo=own).utcoffset() == wall.utcoffset() or wall.fold or _ambiguous(wall), instant
        instant += timedelta(hours=5)


def _ambiguous(wall: datetime) -> bool:
    """Within three hours of a change of the clock, libraries disagree about the wall time itself."""
    return (wall - timedelta(hours=3)).utcoffset() != (wall + timedelta(hours=3)).utcoffset()
