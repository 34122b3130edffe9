"""Editing the draft week. Nothing here is seen outside before `publishing` makes it so.

Every edit carries the revision it was opened with; whoever comes second is told what changed instead of overwriting it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from app.events.programme import queries
from app.events.programme.drafts import load_draft
from app.events.programme.model import Activity, Place, Revision, Session
from app.events.programme.published import load_week
from app.events.programme.queries import EditionView
from app.events.programme.writing import withdraw_activities, write_activities
from app.kernel.actor import Actor
from app.kernel.database import Conflict, rows, run, unit_of_work
from app.kernel.errors import NotFound, Refused, Stale
from app.kernel.text import Text
from app.kernel.web.i18n import N_

# Names of people are not for the audit's entries.
_PERSONAL = frozenset({"speakers"})


class ActivityChanged(Stale):
    """Somebody else changed the activity since it was opened: `changed` names the fields (as in `model.Activity`)."""

    def __init__(self, changed: list[str], who: Sequence[str] = ()) -> None:
        by = ", ".join(who)
        message = (
            N_("%(who)s vừa sửa hoạt động này. Xin xem lại rồi lưu.") if by else N_("Hoạt động này vừa được người khác sửa. Xin xem lại.")
        )
        super().__init__(message, changed=changed, who=by)
        self.who = tuple(who)


class ActivityUnknown(NotFound):
    """There is no such activity in this edition."""

    def __init__(self) -> None:
        super().__init__(N_("Không tìm thấy hoạt động này."))


class ReasonNeeded(Refused):
    """The public is told why."""

    def __init__(self) -> None:
        super().__init__(N_("Xin nêu lý do để công chúng biết."))


class PublishedStays(Refused):
    """What was published cannot become a draft again; it can be cancelled or withdrawn."""

    def __init__(self) -> None:
        super().__init__(N_("Hoạt động đã công bố không thể trở lại bản nháp; hãy hủy hoặc rút khỏi chương trình."))


class WrongHours(Refused):
    """A session ends before it starts, or has only one of the two."""

    def __init__(self) -> None:
        super().__init__(N_("Giờ kết thúc phải sau giờ bắt đầu."))


async def create_activity(edition: EditionView, activity: Activity, *, by: Actor) -> Revision:
    """Add an activity to the draft. Number 0 and an empty slug are chosen here; ids and uids are the caller's.

    Raises:
        UnknownCode: it names a unit, term or room that the edition does not have.
        WrongHours
    """
    _check(activity)
    async with unit_of_work(by) as work:
        # Two new activities at once would take the same number: the edition's row makes them queue.
        await run("UPDATE edition SET revision = revision WHERE id = {}", edition.id)
        await write_activities(edition.id, [activity], by=by, at=work.at)
        stored = await load_draft(activity.id)
        assert stored is not None
        work.record("activity.created", f"activity:{activity.id}", after={"number": stored.activity.number, "title": activity.title})
        work.touch(f"drafts:{edition.slug}")
    return stored


async def update_activity(edition: EditionView, activity: Activity, *, revision: int, by: Actor) -> Revision:
    """Make the draft hold this value, if nobody changed it since `revision`.

    Raises:
        ActivityChanged: somebody was faster.
        PublishedStays, WrongHours, UnknownCode, ActivityUnknown
    """
    return await _edit(edition, activity.id, lambda _: activity, revision=revision, by=by, action="activity.edited")


async def place_session(
    edition: EditionView,
    activity: UUID,
    session: UUID,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    place: Place | None,
    revision: int,
    by: Actor,
) -> Revision:
    """Give one session its time and place; only the codes of `place` are looked at.

    Raises:
        ActivityChanged, ActivityUnknown, WrongHours, UnknownCode
    """

    def placed(draft: Activity) -> Activity:
        if all(one.uid != session for one in draft.sessions):
            raise ActivityUnknown
        return _with_session(draft, session, lambda one: msgspec.structs.replace(one, starts_at=starts_at, ends_at=ends_at, place=place))

    return await _edit(edition, activity, placed, revision=revision, by=by, action="session.placed")


async def set_status(
    edition: EditionView,
    activity: UUID,
    status: Literal["confirmed", "postponed", "cancelled"],
    *,
    reason: Text | None = None,
    session: UUID | None = None,
    revision: int,
    by: Actor,
) -> Revision:
    """Cancel, postpone or confirm an activity, or one `session` of it. What hurts readers needs a reason.

    Raises:
        ReasonNeeded, ActivityChanged, ActivityUnknown
    """
    reason = reason or Text("")
    if status != "confirmed" and not reason.vi.strip():
        raise ReasonNeeded

    def changed(draft: Activity) -> Activity:
        told = msgspec.structs.replace(draft, change_reason=reason)
        if session is None:
            return msgspec.structs.replace(told, status=status)
        if all(one.uid != session for one in draft.sessions):
            raise ActivityUnknown
        return _with_session(told, session, lambda one: msgspec.structs.replace(one, status=status))

    what = "session" if session else "activity"
    return await _edit(edition, activity, changed, revision=revision, by=by, action=f"{what}.{status}")


async def withdraw_activity(edition: EditionView, activity: UUID, *, revision: int, by: Actor) -> bool:
    """Take an activity out of the draft: gone with the next publication, or deleted if it was never published (True).

    Raises:
        ActivityChanged, ActivityUnknown
        Refused: something else depends on it.
    """
    try:
        async with unit_of_work(by) as work:
            before = await _held(edition, activity, revision)
            deleted = await withdraw_activities([activity], at=work.at)
            action = "activity.deleted" if deleted else "activity.withdrawn"
            work.record(action, f"activity:{activity}", before={"number": before.activity.number, "title": before.activity.title})
            work.touch(f"drafts:{edition.slug}")
    except Conflict:
        raise Refused(N_("Hoạt động đã có dữ liệu khác gắn vào nên không xóa được.")) from None
    return bool(deleted)


async def restore_activity(edition: EditionView, activity: UUID, *, revision: int, by: Actor) -> Revision:
    """Bring a withdrawn activity back into the draft."""
    return await _edit(
        edition, activity, lambda draft: msgspec.structs.replace(draft, gone=False), revision=revision, by=by, action="activity.restored"
    )


async def restore_version(edition: EditionView, number: int, *, by: Actor) -> int:
    """Make the draft what version `number` showed; activities published since are withdrawn, unpublished drafts stay.

    Nothing is public before it is published again, and sequences go on rising. Returns how many activities were written.

    Raises:
        NotFound: there is no such version.
    """
    week = await load_week(edition.id, number)
    if week is None:
        raise NotFound(N_("Không tìm thấy phiên bản này."))
    async with unit_of_work(by) as work:
        then = [revision.activity for revision in week.revisions]
        await write_activities(edition.id, then, by=by, at=work.at, missing="add")
        published = await rows("SELECT id FROM activity WHERE edition = {} AND published_at IS NOT NULL", edition.id)
        later = {one["id"] for one in published} - {activity.id for activity in then}
        await withdraw_activities(sorted(later), at=work.at)
        work.record("programme.restored", f"edition:{edition.id}", after={"version": number, "withdrawn": len(later)})
        work.touch(f"drafts:{edition.slug}")
    return len(then)


# --- what every edit does --------------------------------------------------------------------------------------------


async def _edit(
    edition: EditionView, activity: UUID, change: Callable[[Activity], Activity], *, revision: int, by: Actor, action: str
) -> Revision:
    async with unit_of_work(by) as work:
        before = await _held(edition, activity, revision)
        after = change(before.activity)
        _check(after)
        if after.status == "draft" and before.activity.status != "draft" and await _was_published(activity):
            raise PublishedStays
        await write_activities(edition.id, [after], by=by, at=work.at)
        stored = await load_draft(activity)
        assert stored is not None
        differing = _differences(before.activity, stored.activity)
        work.record(
            action,
            f"activity:{activity}",
            before=_kept(before.activity, differing),
            after={"revision": stored.number, "fields": differing, **_kept(stored.activity, differing)},
        )
        work.touch(f"drafts:{edition.slug}")
    return stored


async def _held(edition: EditionView, activity: UUID, revision: int) -> Revision:
    """The draft as `revision` left it, its row ours until the commit."""
    held = await run(
        "UPDATE activity SET updated_at = updated_at WHERE id = {} AND edition = {} AND revision = {} RETURNING id",
        activity,
        edition.id,
        revision,
    )
    found = await load_draft(activity)
    if not held:
        known = await queries.activity(activity)
        if found is None or known is None or known.edition != edition.id:
            raise ActivityUnknown
        raise await _changed_since(activity, revision)
    assert found is not None
    return found


async def _was_published(activity: UUID) -> bool:
    known = await queries.activity(activity)
    return known is not None and known.published_at is not None


async def _changed_since(activity: UUID, revision: int) -> ActivityChanged:
    """What others did since, as the audit tells it. Edits of many at once (imports) name no fields."""
    entries = await rows(
        "SELECT actor_label, changes FROM audit_entry WHERE subject = {} ORDER BY at DESC, id DESC LIMIT 50", f"activity:{activity}"
    )
    fields: dict[str, None] = {}
    who: dict[str, None] = {}
    for entry in reversed(entries):
        after = msgspec.json.decode(entry["changes"]).get("after") or {}
        if after.get("revision", 0) > revision:
            fields |= dict.fromkeys(after.get("fields", ()))
            who[entry["actor_label"]] = None
    return ActivityChanged(list(fields), [label for label in who if label])


def _check(activity: Activity) -> None:
    for session in activity.sessions:
        if (session.starts_at is None) != (session.ends_at is None):
            raise WrongHours
        if session.starts_at is not None and session.ends_at is not None and session.ends_at < session.starts_at:
            raise WrongHours


def _with_session(activity: Activity, uid: UUID, change: Callable[[Session], Session]) -> Activity:
    return msgspec.structs.replace(activity, sessions=tuple(change(one) if one.uid == uid else one for one in activity.sessions))


def _differences(before: Activity, after: Activity) -> list[str]:
    return [name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)]


def _kept(activity: Activity, fields: Sequence[str]) -> dict[str, object]:
    """What the audit keeps of these fields; of people only how many."""
    return {
        name: len(getattr(activity, name)) if name in _PERSONAL else msgspec.to_builtins(getattr(activity, name), str_keys=True)
        for name in fields
    }
