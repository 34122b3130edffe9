"""Changes of the programme in the reader's words: for the preview, the page of changes, Atom, mails and "copy for Zalo".

with zone_of(week.edition):
    for line in change_lines(change):
        line.kind, line.text      # "moved", "Dời từ 09:00–11:00, Thứ Năm, 08/10/2026 sang …"
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.events.programme.compare import Change, ChangeKind, SessionChange
from app.events.programme.model import Place, Session
from app.kernel.web.i18n import N_, _, language, ngettext
from app.kernel.web.wording import plain, range_vi

KINDS: Final[dict[ChangeKind, str]] = {
    "new": N_("Thêm mới"),
    "returned": N_("Diễn ra trở lại"),
    "gone": N_("Rút khỏi chương trình"),
    "cancelled": N_("Hủy"),
    "postponed": N_("Hoãn"),
    "moved": N_("Dời lịch"),
    "renamed": N_("Đổi tên"),
    "changed": N_("Sửa nội dung"),
}
"""What each kind of change is called."""

FIELDS: Final[dict[str, str]] = {
    "slug": N_("địa chỉ trang"),
    "host": N_("đơn vị chủ trì"),
    "co_hosts": N_("đơn vị phối hợp"),
    "type": N_("loại hình"),
    "summary": N_("tóm tắt"),
    "description": N_("giới thiệu"),
    "pillars": N_("trụ cột"),
    "contents": N_("nội dung thi đua"),
    "audiences": N_("đối tượng"),
    "accessibility": N_("hỗ trợ tiếp cận"),
    "mode": N_("hình thức"),
    "capacity": N_("sức chứa"),
    "registration": N_("cách đăng ký"),
    "status": N_("trạng thái"),
    "change_reason": N_("lý do thay đổi"),
    "allow_overlap": N_("cho phép trùng phòng"),
    "unlisted": N_("ẩn khỏi danh sách"),
    "agenda": N_("chương trình chi tiết"),
    "speakers": N_("diễn giả"),
    "links": N_("liên kết"),
    "language": N_("ngôn ngữ"),
    "title": N_("tên hoạt động"),
    "sessions": N_("thời gian và địa điểm"),
    "gone": N_("rút khỏi chương trình"),
}
"""What each field of an activity is called inside a sentence."""

_UNSEEN = frozenset({"allow_overlap", "unlisted", "change_reason", "status"})
"""Fields that only organisers are told of: readers see the reason itself, and what became of the activity."""


class ChangeLine(msgspec.Struct, frozen=True):
    """One sentence about one change."""

    kind: ChangeKind
    text: str


def change_lines(change: Change, *, for_organisers: bool = False) -> list[ChangeLine]:
    """What became of an activity, one sentence each, in the reader's language and the zone that pages show.

    For readers, edits they cannot see are left out; the list may be empty then.
    """
    lines: list[ChangeLine] = []
    for kind in change.kinds:
        if kind == "renamed":
            lines.append(ChangeLine(kind, _renamed(change)))
        elif kind == "moved":
            lines += [ChangeLine(kind, text) for one in change.sessions for text in _moves(one, several=len(change.sessions) > 1)]
        elif kind == "changed":
            lines += [ChangeLine(kind, text) for text in _edits(change, for_organisers=for_organisers)]
        else:
            lines += [ChangeLine(kind, text) for text in _state(change, kind)]
    return lines


def field_names(fields: tuple[str, ...] | list[str]) -> str:
    """Fields of an activity as a list in a sentence: "tóm tắt, diễn giả"."""
    return ", ".join(_(FIELDS[name]) for name in fields if name in FIELDS)


def when(session: Session) -> str:
    """The hours of a session in words."""
    return range_vi(session.starts_at, session.ends_at) if session.starts_at else _("chưa xếp giờ")


def where(place: Place | None) -> str:
    """The place in words: "Hội trường lớn, Trung tâm Hội nghị"."""
    if place is None:
        return _("chưa có địa điểm")
    spoken = language()
    return ", ".join(part for part in (place.room.get(spoken), place.venue.get(spoken)) if part)


TOLD: Final[dict[str, Any]] = {"change_lines": change_lines, "kinds": KINDS}
"""What templates that tell changes must be given: page("…", **TOLD)."""


def _state(change: Change, kind: ChangeKind) -> list[str]:
    told = [one for one in change.sessions if one.kind == kind or (kind == "cancelled" and one.kind == "gone")]
    # A single session, or all of them: the activity itself is meant.
    if kind == "new":
        where_and_when = [f"{when(one.after)} · {where(one.after.place)}" for one in change.sessions[:3]]
        more = len(change.sessions) - 3
        if more > 0:
            where_and_when.append(ngettext("và %(n)s buổi nữa", "và %(n)s buổi nữa", more))
        return [_("Hoạt động mới: %(sessions)s.", sessions="; ".join(where_and_when)) if where_and_when else _("Hoạt động mới.")]
    if kind == "returned":
        return [_("Diễn ra trở lại: %(when)s · %(where)s.", when=when(one.after), where=where(one.after.place)) for one in told] or [
            _("Hoạt động diễn ra trở lại.")
        ]
    if kind == "gone":
        return [_("Không còn trong chương trình.")]
    if kind == "postponed":
        return [_("Hoãn buổi %(when)s, chưa có ngày mới.", when=when(one.before or one.after)) for one in told] or [
            _("Hoãn, chưa có ngày mới.")
        ]
    return [_("Hủy buổi %(when)s.", when=when(one.before or one.after)) for one in told] or [_("Hủy hoạt động.")]


def _renamed(change: Change) -> str:
    before, after = plain(change.title_before), plain(change.title)
    if before == after:
        # Only the other language's title differs.
        other = change.title.en if language() == "vi" else change.title.vi
        return _("Tên bằng ngôn ngữ kia nay là “%(title)s”.", title=other) if other else _("Bỏ tên bằng ngôn ngữ kia.")
    return _("Đổi tên: “%(before)s” thành “%(after)s”.", before=before, after=after)


def _moves(change: SessionChange, *, several: bool) -> list[str]:
    before, after = change.before, change.after
    if before is None:
        return []
    lines = []
    if change.moved_time:
        if before.starts_at is None:
            lines.append(_("Xếp lịch: %(when)s.", when=when(after)))
        else:
            lines.append(_("Dời từ %(before)s sang %(after)s.", before=when(before), after=when(after)))
    if change.moved_place:
        if several and not change.moved_time:
            text = _(
                "Buổi %(when)s chuyển từ %(before)s đến %(after)s.", when=when(after), before=where(before.place), after=where(after.place)
            )
        elif before.place is None:
            text = _("Địa điểm: %(place)s.", place=where(after.place))
        else:
            text = _("Chuyển từ %(before)s đến %(after)s.", before=where(before.place), after=where(after.place))
        lines.append(text)
    return lines


def _edits(change: Change, *, for_organisers: bool) -> list[str]:
    lines = []
    added = [one for one in change.sessions if one.kind == "new"]
    lines += [_("Thêm buổi %(when)s · %(where)s.", when=when(one.after), where=where(one.after.place)) for one in added]
    renamed_place = [one for one in change.sessions if one.before and one.kind == "changed" and one.rises and not change.title_before]
    lines += [_("Địa điểm nay ghi là: %(place)s.", place=where(one.after.place)) for one in renamed_place[:3]]
    fields = [name for name in change.fields if for_organisers or name not in _UNSEEN]
    if change.has("moved", "cancelled", "postponed"):
        fields = [name for name in fields if name != "change_reason"]
    if fields:
        lines.append(_("Sửa %(fields)s.", fields=field_names(fields)))
    elif for_organisers and not lines:
        lines.append(_("Sửa chi tiết của buổi."))
    return lines
