"""Form fields for days and times: what browsers' own pickers send, and what people type (10/10/2026, 8h30)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from typing_extensions import override

from app.kernel.web.fields import Choices, Field, Wrong, WrongPart
from app.kernel.web.i18n import N_, Lazy


def _read_date(text: str) -> date:
    patterns = (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})")
    for pattern in patterns:
        if found := re.fullmatch(pattern, text, re.ASCII):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    raise Wrong(N_("Ngày chưa đúng, ví dụ: 10/10/2026"))


def _read_time(text: str) -> time:
    if found := re.fullmatch(r"(?P<h>\d{1,2})\s*[:hH.]\s*(?P<m>\d{2})?(?::\d{2})?", text, re.ASCII):
        hour, minute = int(found["h"]), int(found["m"] or 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Wrong(N_("Giờ chưa đúng, ví dụ: 08:30"))


class Date(Field):
    """A calendar day: 2026-10-10 from the browser's own picker, 10/10/2026 typed. Years 1900 to 2199."""

    type = "date"
    empty: Any = None

    def __init__(self, label: str = "", *, longest: int = 20, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)

    @override
    def convert(self, text: str) -> date:
        value = _read_date(text)
        if not 1900 <= value.year <= 2199:
            raise Wrong(N_("Ngày chưa đúng, ví dụ: 10/10/2026"))
        return value

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        return {name: [value.isoformat()] if value else []}


class Time(Field):
    """A time of day: 08:30, 8h30."""

    type = "time"
    empty: Any = None

    def __init__(self, label: str = "", *, longest: int = 10, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)

    @override
    def convert(self, text: str) -> time:
        return _read_time(text)

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        return {name: [f"{value:%H:%M}"] if value else []}


class Instant(Field):
    """A moment: a date and a time input (`<name>_date`, `<name>_time`), local in the form's zone, kept in UTC."""

    type = "instant"
    empty: Any = None

    @override
    def parts(self, name: str) -> dict[str, Field]:
        return {
            f"{name}_date": Date(N_("Ngày"), required=self.required, hint=self.hint),
            f"{name}_time": Time(N_("Giờ"), required=self.required),
        }

    @override
    def parse(self, name: str, raw: Mapping[str, list[str]], choices: Choices | None) -> Any:
        values: dict[str, Any] = {}
        faults: dict[str, Lazy] = {}
        for part_name, part in self.parts(name).items():
            try:
                values[part_name] = part.parse(part_name, raw, None)
            except Wrong as wrong:
                faults[part_name] = wrong.message
        if faults:
            raise WrongPart(faults)
        day, hour = values[f"{name}_date"], values[f"{name}_time"]
        if day is None and hour is None:
            return self.empty
        if day is None or hour is None:
            raise WrongPart({f"{name}_{'date' if day is None else 'time'}": Lazy(N_("Xin điền cả ngày và giờ."))})
        return datetime.combine(day, hour, tzinfo=self.zone).astimezone(UTC)

    @override
    def show(self, name: str, value: Any) -> dict[str, list[str]]:
        if value is None:
            return {f"{name}_date": [], f"{name}_time": []}
        there = value.astimezone(self.zone)
        return {f"{name}_date": [f"{there:%Y-%m-%d}"], f"{name}_time": [f"{there:%H:%M}"]}
