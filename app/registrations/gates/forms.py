"""What organisers type about checkpoints, gates and devices."""

from __future__ import annotations

from datetime import datetime

import msgspec
from typing_extensions import override

from app.kernel.text import Text as BothLanguages
from app.kernel.web.forms import BothText, Choice, Form, Instant, LongText, Revision, Text
from app.kernel.web.i18n import N_
from app.registrations.gates.decision import Per

MOST_GATES = 40

PER_CHOICES = (
    (Per.once.value, N_("Một lần cho cả hoạt động")),
    (Per.day.value, N_("Mỗi ngày một lần")),
    (Per.session.value, N_("Mỗi buổi một lần")),
)


class CheckpointValue(msgspec.Struct, frozen=True):
    """A checkpoint as typed. `activity` is the activity's number, empty for every ticket of the edition."""

    name: BothLanguages
    activity: str
    gates: str
    per: str
    opens_at: datetime | None
    closes_at: datetime | None
    revision: int

    @property
    def gate_names(self) -> list[BothLanguages]:
        """One gate a line; an English name may follow a slash: `Cổng Bắc / North gate`."""
        return gate_names(self.gates)


def gate_names(lines: str) -> list[BothLanguages]:
    """The gates of a text of lines."""
    names = []
    for line in lines.splitlines():
        vi, _slash, en = (part.strip() for part in line.partition("/"))
        if vi:
            names.append(BothLanguages(vi, en))
    return names


class CheckpointForm(Form[CheckpointValue]):
    """A new checkpoint, or the hours of one that exists (then without gates)."""

    name = BothText(N_("Tên điểm kiểm soát"), longest=200)
    activity = Choice(N_("Dành cho vé của"), required=False, empty="", hint=N_("Không chọn: mọi vé của kỳ tổ chức (ví dụ quầy ăn trưa)."))
    gates = LongText(
        N_("Các cửa"),
        rows=4,
        longest=2000,
        required=False,
        hint=N_("Mỗi dòng một cửa; tên tiếng Anh sau dấu /, ví dụ: Cổng Bắc / North gate"),
    )
    per = Choice(N_("Mỗi vé được vào"), choices=PER_CHOICES, radio=True, empty="once")
    opens_at = Instant(N_("Mở cửa lúc"), required=False, hint=N_("Để trống: không giới hạn."))
    closes_at = Instant(N_("Đóng cửa lúc"), required=False)
    revision = Revision(required=False)

    @override
    def check(self) -> None:
        opens, closes = self.parsed.get("opens_at"), self.parsed.get("closes_at")
        if opens and closes and closes <= opens:
            self.fail("closes_at", N_("Giờ đóng cửa phải sau giờ mở cửa."))
        names = gate_names(self.parsed.get("gates") or "")
        if any(len(name.vi) > 100 or len(name.en) > 100 for name in names):
            self.fail("gates", N_("Tên một cửa dài quá 100 ký tự."))
        if len(names) > MOST_GATES:
            self.fail("gates", N_("Nhiều nhất %(most)s cửa."), most=MOST_GATES)


class GateValue(msgspec.Struct, frozen=True):
    """The name of one more gate."""

    name: BothLanguages


class GateForm(Form[GateValue]):
    """One more gate."""

    name = BothText(N_("Tên cửa"), longest=100)


class DeviceValue(msgspec.Struct, frozen=True):
    """What a phone is called, so that people know whose it is."""

    name: str


class DeviceForm(Form[DeviceValue]):
    """One more device."""

    name = Text(N_("Tên máy"), longest=100, hint=N_("Để biết máy nào, ví dụ: Máy của Lan"))
