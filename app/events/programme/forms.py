"""What organisers type: an edition, a venue with its rooms, a taxonomy, a publication. The activity's form is `activity_form`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Self
from zoneinfo import available_timezones

import msgspec

from app.events.programme.editions import slug_is_usable
from app.events.programme.model import EditionInfo, Term
from app.events.programme.places import RoomSpec, VenueSpec
from app.events.programme.queries import EditionView, VenueView
from app.kernel.text import Text as BothLanguages
from app.kernel.web.accent import is_colour
from app.kernel.web.fields import BothText, Checkbox, Choice, Choices, Field, Hidden, Integer, Number, Revision, Text
from app.kernel.web.forms import Form, Value
from app.kernel.web.i18n import N_
from app.kernel.web.moments import Date
from app.kernel.web.wording import plain

MOST_ROWS = 120
"""Rows that a form of repeated lines takes; more than any venue has rooms."""

EDITION_STATES: Choices = (
    ("draft", N_("Bản nháp")),
    ("open", N_("Đã mở")),
    ("running", N_("Đang diễn ra")),
    ("archived", N_("Lưu trữ")),
)


class EditionFields(msgspec.Struct):
    """What the form of an edition holds."""

    slug: str
    name: BothLanguages
    theme: BothLanguages
    locality: BothLanguages
    time_zone: str
    starts_on: date
    ends_on: date
    main_day: date | None
    accent: str
    state: str
    like: str
    revision: int

    @property
    def info(self) -> EditionInfo:
        """The edition as it was typed."""
        return EditionInfo(
            self.slug, self.name, self.theme, self.locality, self.time_zone, self.starts_on, self.ends_on, self.main_day, self.accent
        )


class EditionForm(Form[EditionFields]):
    """An edition. A new one says its address and which edition it takes venues and taxonomies from."""

    slug = Text(N_("Địa chỉ"), longest=40, required=False, hint=N_("Phần đầu của mọi đường dẫn, ví dụ 2026. Không đổi được về sau."))
    name = BothText(N_("Tên"), longest=200)
    theme = BothText(N_("Chủ đề"), longest=300, required=False)
    locality = BothText(N_("Địa phương"), longest=200, required=False)
    starts_on = Date(N_("Ngày bắt đầu"))
    ends_on = Date(N_("Ngày kết thúc"))
    main_day = Date(N_("Ngày chính"), required=False)
    time_zone = Text(N_("Múi giờ"), longest=64, hint=N_("Tên theo chuẩn IANA, ví dụ Asia/Ho_Chi_Minh."))
    accent = Text(N_("Màu nhấn"), longest=7, required=False, hint=N_("Dạng #00695c; màu khó đọc sẽ được chỉnh cho dễ đọc."))
    state = Choice(N_("Trạng thái"), choices=EDITION_STATES, required=False)
    like = Choice(N_("Lấy danh mục và địa điểm của"), required=False)
    revision = Revision()

    def check(self) -> None:
        """The rules that an edition must keep."""
        slug = self.parsed.get("slug")
        if slug is not None and (slug or "like" in self._choices) and not slug_is_usable(slug):
            self.fail("slug", N_("Chỉ dùng chữ thường, số và gạch nối; một số từ được hệ thống giữ lại."))
        first, last, main = self.parsed.get("starts_on"), self.parsed.get("ends_on"), self.parsed.get("main_day")
        if first and last and last < first:
            self.fail("ends_on", N_("Ngày kết thúc không thể trước ngày bắt đầu."))
        elif first and last and main and not first <= main <= last:
            self.fail("main_day", N_("Ngày chính phải nằm trong kỳ tổ chức."))
        zone = self.parsed.get("time_zone")
        if zone and zone not in available_timezones():
            self.fail("time_zone", N_("Không có múi giờ này."))
        accent = self.parsed.get("accent")
        if accent and not is_colour(accent):
            self.fail("accent", N_("Màu phải có dạng #00695c."))

    @classmethod
    def editing(cls, edition: EditionView) -> Self:
        """The form of an edition that exists."""
        return cls.of(edition.info, time_zone=edition.zone, state=edition.state, revision=edition.revision)


def tell_stored(
    form: Form[Any], stored: Form[Any], names: Iterable[str] | None = None, message: str = N_("Hiện đang lưu là: %(stored)s")
) -> None:
    """Say beside each input that differs what is stored now; saving once more is then on purpose.

    `names`: only these fields. The form takes over the stored revision.
    """
    for name in form.all_fields if names is None else names:
        if name not in form or name not in stored or form[name].type == "hidden":
            continue
        for part in stored[name].parts:
            if part.values != form[part.name].values:
                chosen = ", ".join(str(plain(one.label)) for one in part.choices if one.selected)
                form.fail(part.name, message, stored=chosen or part.value or "—")
    form.raw["revision"] = stored.raw["revision"]


# --- repeated lines --------------------------------------------------------------------------------------------------


def rows_of(data: Any, prefix: str) -> list[int]:
    """The rows that were sent, by the numbers in their names (`r3_vi`), in order; at most `MOST_ROWS`."""
    names = data.keys() if hasattr(data, "keys") else data
    pattern = re.compile(rf"{prefix}(\d{{1,4}})_")
    return sorted({int(found[1]) for name in names if (found := pattern.match(str(name)))})[:MOST_ROWS]


def pressed(data: Any, name: str) -> str | None:
    """The value of a button of the form, none when another was pressed."""
    value = data.get(name) if hasattr(data, "get") else None
    return value if isinstance(value, str) else None


def with_rows(data: Any, prefix: str) -> tuple[list[int], bool]:
    """The rows after "add a row" and "remove this row", and whether one of the two was pressed."""
    rows = rows_of(data, prefix)
    if (removed := pressed(data, f"{prefix}_remove")) is not None:
        return [row for row in rows if str(row) != removed], True
    if pressed(data, f"{prefix}_add") is not None and len(rows) < MOST_ROWS:
        return [*rows, max(rows, default=-1) + 1], True
    return rows, False


class RowsForm(Form[Value]):
    """A form with lines that can be added and taken away, with or without script; `prefix` begins their inputs' names."""

    prefix = ""

    @property
    def rows(self) -> list[int]:
        """The rows it has."""
        return rows_of(self.more_fields, self.prefix)

    def without_faults(self) -> Self:
        """The same as typed: a row was added or removed, nothing was to be saved yet."""
        more = {name: self.all_fields[name] for name in self.more_fields}
        return type(self)(self.raw, choices=self._choices, fields=more, zone=self.zone)


class VenueFields(msgspec.Struct):
    """What the form of a venue holds, its rooms apart."""

    name: BothLanguages
    address: BothLanguages
    code: str
    latitude: float | None
    longitude: float | None
    url: str
    revision: int


class VenueForm(RowsForm[VenueFields]):
    """A venue and, as rows, its rooms."""

    prefix = "r"

    name = BothText(N_("Tên"), longest=300)
    address = BothText(N_("Địa chỉ"), longest=400, required=False)
    code = Text(N_("Mã"), longest=60, required=False, hint=N_("Để trống thì được tạo từ tên. Không đổi được về sau."))
    latitude = Number(N_("Vĩ độ"), least=-90, most=90, required=False)
    longitude = Number(N_("Kinh độ"), least=-180, most=180, required=False)
    url = Text(N_("Đường dẫn (địa điểm trực tuyến)"), longest=500, required=False)
    revision = Revision()

    @classmethod
    def with_rooms(cls, data: Any) -> tuple[Self, bool]:
        """The form as sent, and whether a row was added or removed instead of saving."""
        rows, changed = with_rows(data, "r")
        return cls.read(data, fields=_room_fields(rows)), changed

    @classmethod
    def editing(cls, venue: VenueView | None) -> Self:
        """The form of a venue, with one empty row when it has no rooms."""
        rooms = venue.rooms if venue else ()
        rows = list(range(max(len(rooms), 0 if venue else 1)))
        filled: dict[str, Any] = {}
        for row, room in zip(rows, rooms, strict=False):
            filled |= {f"r{row}_code": room.code, f"r{row}_vi": room.name.vi, f"r{row}_en": room.name.en, f"r{row}_capacity": room.capacity}
        return cls.of(venue or {}, fields=_room_fields(rows), **filled)

    def check(self) -> None:
        """A room that has anything has a name; addresses are addresses; coordinates come in pairs."""
        for row in self.rows:
            if not self.parsed.get(f"r{row}_vi") and any(self.parsed.get(f"r{row}_{part}") for part in ("en", "capacity")):
                self.fail(f"r{row}_vi", N_("Phòng cần có tên."))
        url = self.parsed.get("url")
        if url and not re.fullmatch(r"https?://[^\s<>\"]+", url):
            self.fail("url", N_("Đường dẫn bắt đầu bằng https:// hoặc http://"))
        if (self.parsed.get("latitude") is None) != (self.parsed.get("longitude") is None):
            self.fail("longitude", N_("Xin điền cả vĩ độ và kinh độ."))

    @property
    def spec(self) -> VenueSpec:
        """The venue as it was typed; empty rows are no rooms."""
        typed, more = self.value, self.more
        rooms = tuple(
            RoomSpec(more[f"r{row}_code"] or "", BothLanguages(more[f"r{row}_vi"], more[f"r{row}_en"]), more[f"r{row}_capacity"])
            for row in self.rows
            if more[f"r{row}_vi"]
        )
        return VenueSpec(typed.code, typed.name, typed.address, typed.latitude, typed.longitude, typed.url, rooms)


def _room_fields(rows: Sequence[int]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for row in rows:
        found[f"r{row}_code"] = Hidden(longest=60)
        found[f"r{row}_vi"] = Text(N_("Tên phòng"), longest=300, required=False, lang="vi")
        found[f"r{row}_en"] = Text(N_("Tiếng Anh"), longest=300, required=False, lang="en")
        found[f"r{row}_capacity"] = Integer(N_("Sức chứa"), most=1_000_000, required=False)
    return found


class TermsFields(msgspec.Struct):
    """What the form of a taxonomy holds besides its rows: nothing."""


class TermsForm(RowsForm[TermsFields]):
    """One taxonomy as rows: code, Vietnamese, English."""

    prefix = "t"

    @classmethod
    def with_terms(cls, data: Any) -> tuple[Self, bool]:
        """The form as sent, and whether a row was added or removed instead of saving."""
        rows, changed = with_rows(data, "t")
        return cls.read(data, fields=_term_fields(rows)), changed

    @classmethod
    def editing(cls, terms: Sequence[Term]) -> Self:
        """The form of these terms."""
        filled: dict[str, Any] = {}
        for row, term in enumerate(terms):
            filled |= {f"t{row}_code": term.code, f"t{row}_vi": term.name.vi, f"t{row}_en": term.name.en}
        return cls.of({}, fields=_term_fields(range(len(terms))), **filled)

    def check(self) -> None:
        """Each row has a code of its own and a name."""
        seen: set[str] = set()
        for row in self.rows:
            code, name = self.parsed.get(f"t{row}_code"), self.parsed.get(f"t{row}_vi")
            if not code and not name:
                continue
            if not name:
                self.fail(f"t{row}_vi", N_("Xin điền mục này."))
            if not code:
                self.fail(f"t{row}_code", N_("Xin điền mục này."))
            elif code in seen:
                self.fail(f"t{row}_code", N_("Mã này đã có ở dòng trên."))
            seen.add(code or "")

    @property
    def terms(self) -> list[Term]:
        """The terms as typed; empty rows are none."""
        more: Mapping[str, Any] = self.more
        return [
            Term(more[f"t{row}_code"], BothLanguages(more[f"t{row}_vi"], more[f"t{row}_en"])) for row in self.rows if more[f"t{row}_code"]
        ]


def _term_fields(rows: Sequence[int]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for row in rows:
        found[f"t{row}_code"] = Text(N_("Mã"), longest=60, required=False)
        found[f"t{row}_vi"] = Text(N_("Tiếng Việt"), longest=300, required=False, lang="vi")
        found[f"t{row}_en"] = Text(N_("Tiếng Anh"), longest=300, required=False, lang="en")
    return found


class PublishFields(msgspec.Struct):
    """What publishing needs to be told."""

    note: str
    allow_overlap: bool
    seal: str


class PublishForm(Form[PublishFields]):
    """The button that publishes, with what was previewed."""

    note = Text(N_("Ghi chú cho lần công bố này"), longest=500, required=False, hint=N_("Chỉ Ban Tổ chức thấy."))
    allow_overlap = Checkbox(N_("Vẫn công bố dù trùng phòng"), hint=N_("Hai hoạt động sẽ cùng ghi một phòng, một giờ."))
    seal = Hidden(longest=64)
