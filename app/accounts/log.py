"""The audit log as people read it: who did what to what, when, newest first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from app.accounts import queries
from app.kernel.clock import VIETNAM
from app.kernel.database import rows
from app.kernel.text import Text
from app.kernel.web.i18n import N_

PAGE = 100

Namer = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Text]]]

_words: dict[str, str] = {}
_namers: dict[str, Namer] = {}


def names_subjects(kind: str) -> Callable[[Namer], Namer]:
    """Register how the subjects "kind:<id>" of the log are called; what has no name is shown as it is stored."""

    def register(namer: Namer) -> Namer:
        _namers[kind] = namer
        return namer

    return register


def name_actions(words: Mapping[str, str]) -> None:
    """Say what this room's audit actions are called (msgids); an action without a name is shown as it is stored."""
    _words.update(words)


def action_names() -> dict[str, str]:
    """All named actions with their msgids."""
    return dict(_words)


class LogLine(msgspec.Struct, frozen=True):
    """One entry. `before` and `after` are what the use case recorded; `personal` is blank where a person was erased."""

    id: UUID
    at: datetime
    actor_kind: str
    actor: str
    action: str
    subject: str
    about: Text | None
    note: str
    before: str
    after: str
    personal: tuple[tuple[str, str], ...]
    sealed: bool


class LogPage(msgspec.Struct, frozen=True):
    """Some lines, and the id to go on before; none at the end."""

    lines: tuple[LogLine, ...]
    next: UUID | None


async def log_page(*, q: str = "", action: str = "", day: date | None = None, before: UUID | None = None) -> LogPage:
    """The newest entries; `q` is part of an actor's name or address, or the beginning of a subject ("account:…")."""
    clauses, args = ["1 = 1"], list[Any]()
    if q:
        actors = [str(one.id) for one in await queries.accounts(q=q)][:200]
        clauses.append(f"(subject LIKE {{}} ESCAPE '!' OR actor_id IN ({', '.join(['{}'] * len(actors)) or 'NULL'}))")
        args += [q.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%", *actors]
    if action:
        clauses.append("action = {}")
        args.append(action)
    if day:
        midnight = datetime.combine(day, time(), VIETNAM)
        clauses.append("at >= {} AND at < {}")
        args += [midnight, midnight + timedelta(days=1)]
    if before:
        clauses.append("id < {}")
        args.append(before)
    found = await rows(f"SELECT * FROM audit_entry WHERE {' AND '.join(clauses)} ORDER BY id DESC LIMIT {{}}", *args, PAGE + 1)
    shown = found[:PAGE]
    personal: dict[UUID, list[tuple[str, str]]] = {}
    if shown:
        marks = ", ".join(["{}"] * len(shown))
        for one in await rows(
            f"SELECT entry, field, value FROM audit_personal WHERE entry IN ({marks}) ORDER BY field",
            *(line["id"] for line in shown),
        ):
            personal.setdefault(one["entry"], []).append((one["field"], one["value"]))
    about = await _named([one["subject"] for one in shown])
    lines = []
    for one in shown:
        changes = msgspec.json.decode(one["changes"])
        lines.append(
            LogLine(
                one["id"],
                one["at"],
                one["actor_kind"],
                one["actor_label"] or one["actor_id"],
                one["action"],
                one["subject"],
                about.get(one["subject"]),
                one["note"],
                _readable(changes.get("before")),
                _readable(changes.get("after")),
                tuple(personal.get(one["id"], ())),
                one["seal_seq"] is not None,
            )
        )
    return LogPage(tuple(lines), shown[-1]["id"] if len(found) > PAGE else None)


def as_id(text: str) -> UUID | None:
    """The id that a text is, else none."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def _named(subjects: Sequence[str]) -> dict[str, Text]:
    """The names of those subjects that some room can name, one question for each kind."""
    ids: dict[str, list[UUID]] = {}
    for kind, _colon, identity in (subject.partition(":") for subject in sorted(set(subjects))):
        if kind in _namers and (known := as_id(identity)) is not None:
            ids.setdefault(kind, []).append(known)
    return {f"{kind}:{key}": name for kind, wanted in ids.items() for key, name in (await _namers[kind](wanted)).items()}


@names_subjects("account")
async def _accounts(ids: Sequence[UUID]) -> dict[UUID, Text]:
    return {one.id: Text(one.name) for one in await queries.accounts(ids=ids)}


@names_subjects("unit")
async def _units(ids: Sequence[UUID]) -> dict[UUID, Text]:
    return {key: one.name for key, one in (await queries.units_by_id(ids)).items()}


@names_subjects("person")
async def _people(ids: Sequence[UUID]) -> dict[UUID, Text]:
    return {key: Text(one.name) for key, one in (await queries.people_by_id(ids)).items()}


def _readable(value: Any) -> str:
    """JSON as lines of "name: value"; nothing for nothing."""
    if value in (None, "", {}, []):
        return ""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_inline(one)}" for name, one in value.items())
    return _inline(value)


def _inline(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 2000 else text[:2000] + "…"


name_actions(
    {
        "account.created": N_("Mở tài khoản"),
        "account.renamed": N_("Sửa tài khoản"),
        "account.disabled": N_("Khóa tài khoản"),
        "account.enabled": N_("Mở lại tài khoản"),
        "account.password_changed": N_("Đổi mật khẩu"),
        "account.password_reset": N_("Đặt lại mật khẩu"),
        "role.granted": N_("Giao vai trò"),
        "role.revoked": N_("Thu hồi vai trò"),
        "sign_in.opened": N_("Đăng nhập"),
        "sign_in.refused": N_("Đăng nhập không thành công"),
        "sign_in.closed": N_("Đăng xuất"),
        "sign_in.closed_everywhere": N_("Đăng xuất mọi thiết bị"),
        "unit.created": N_("Thêm đơn vị"),
        "unit.updated": N_("Sửa đơn vị"),
        "unit.merged": N_("Sáp nhập đơn vị"),
        "units.imported": N_("Nhập danh sách đơn vị"),
        "unit_kinds.imported": N_("Nhập loại đơn vị"),
        "people.imported": N_("Nhập danh sách người"),
        "person.updated": N_("Sửa thông tin người"),
        # The kernel's own; it cannot know of this page.
        "mail.retried": N_("Gửi lại thư"),
        "mail.test": N_("Gửi thư thử"),
    }
)
