"""One activity of the draft week: written, placed, shown beside what is public, published by itself, withdrawn."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.accounts.queries import units, units_by_id, units_of
from app.events.programme import queries
from app.events.programme.access import EDITORS, NEW_ACTIVITY, ORGANISERS_OF_ONE, PLANNERS, edition_here
from app.events.programme.activity_form import ActivityForm, choices_of
from app.events.programme.drafting import (
    ActivityChanged,
    ActivityUnknown,
    create_activity,
    restore_activity,
    update_activity,
    withdraw_activity,
)
from app.events.programme.drafts import load_draft
from app.events.programme.forms import PublishForm, tell_stored
from app.events.programme.model import Activity, Revision
from app.events.programme.pages import organises, reads_all
from app.events.programme.published import published
from app.events.programme.publishing import Clash, preview, publish_programme
from app.events.programme.queries import EditionView
from app.events.programme.wording import FIELDS, TOLD
from app.kernel.clock import now
from app.kernel.database import row
from app.kernel.errors import DomainError, Forbidden
from app.kernel.web import access
from app.kernel.web.forms import Choices
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest

DONE = {
    "created": N_("Đã thêm vào bản nháp."),
    "saved": N_("Đã lưu vào bản nháp."),
    "published": N_("Đã công bố thay đổi này."),
    "withdrawn": N_("Đã rút khỏi bản nháp; công chúng thấy sau lần công bố tới."),
    "restored": N_("Đã đưa trở lại bản nháp."),
}


class NotYourUnit(Forbidden):
    """A unit editor may only write what their own units host."""

    def __init__(self) -> None:
        super().__init__(N_("Bạn chỉ soạn được hoạt động do đơn vị mình chủ trì."))


@get("/manage/{edition:str}/activities/new", guards=[NEW_ACTIVITY])
async def new_activity_page(edition: FromPath[str]) -> Response[Any]:
    """An empty form."""
    found = await edition_here(edition)
    choices = await _choices(found, None)
    if not choices["host"]:
        raise NotYourUnit
    return await _show(found, ActivityForm.opened(None, choices, edition=found))


@post("/manage/{edition:str}/activities/new", guards=[PLANNERS], status_code=303)
async def new_activity(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Add it to the draft."""
    found = await edition_here(edition)
    choices = await _choices(found, None)
    if not choices["host"]:
        raise NotYourUnit
    form, rows_changed = ActivityForm.sent(await request.form(), choices, edition=found)
    if rows_changed:
        return await _show(found, form.without_faults())
    if form.errors:
        return await _show(found, form, status=422)
    try:
        made = await create_activity(found, form.activity(None), by=access.account().actor)
    except DomainError as refused:
        form.fail("", refused.message, **refused.params)
        return await _show(found, form, status=refused.status)
    return redirect(f"/manage/{found.slug}/activities/{made.activity.number}", done="created")


@get("/manage/{edition:str}/activities/{number:int}", guards=[EDITORS])
async def activity_page(request: HouseRequest, edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """The form, what is not public yet in words, and what can be done."""
    found, draft = await _here(edition, number)
    form = ActivityForm.opened(draft.activity, await _choices(found, draft.activity), edition=found, revision=draft.number)
    return await _show(found, form, draft=draft, done=request.query_params.get("done", ""))


@post("/manage/{edition:str}/activities/{number:int}", guards=[EDITORS], status_code=303)
async def save_activity(request: HouseRequest, edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """Save it to the draft; nothing is public by that."""
    found, draft = await _here(edition, number)
    choices = await _choices(found, draft.activity)
    form, rows_changed = ActivityForm.sent(await request.form(), choices, edition=found)
    if rows_changed:
        return await _show(found, form.without_faults(), draft=draft)
    if form.errors:
        return await _show(found, form, draft=draft, status=422)
    try:
        await update_activity(found, form.activity(draft.activity), revision=form.value.revision, by=access.account().actor)
    except ActivityChanged as stale:
        found, draft = await _here(edition, number)
        theirs = ActivityForm.opened(draft.activity, choices, edition=found, revision=draft.number)
        return await _show(found, _overtaken(form, stale, theirs), draft=draft, status=stale.status)
    except DomainError as refused:
        form.fail("", refused.message, **refused.params)
        return await _show(found, form, draft=draft, status=refused.status)
    return redirect(f"/manage/{found.slug}/activities/{number}", done="saved")


@post("/manage/{edition:str}/activities/{number:int}/publish", guards=[ORGANISERS_OF_ONE], status_code=303)
async def publish_activity(request: HouseRequest, edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """The hot fix: this change goes out, nothing else does."""
    found, draft = await _here(edition, number)
    publishing = PublishForm.read(await request.form())
    if not publishing.errors:
        value = publishing.value
        try:
            await publish_programme(
                found,
                by=access.account().actor,
                only=[draft.activity.id],
                note=value.note,
                allow_overlap=value.allow_overlap,
                seen=value.seal,
            )
        except DomainError as refused:
            publishing.fail("", refused.message, **refused.params)
            if isinstance(refused, Clash):
                publishing.fail("allow_overlap", N_("Đổi giờ hoặc phòng, hoặc đánh dấu ô này."))
            status = refused.status
        else:
            return redirect(f"/manage/{found.slug}/activities/{number}", done="published")
    else:
        status = 422
    form = ActivityForm.opened(draft.activity, await _choices(found, draft.activity), edition=found, revision=draft.number)
    return await _show(found, form, draft=draft, publishing=publishing, status=status)


@post("/manage/{edition:str}/activities/{number:int}/withdraw", guards=[EDITORS], status_code=303)
async def withdraw(request: HouseRequest, edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """Take it out of the draft."""
    found, draft = await _here(edition, number)
    _only_own_drafts(found, draft)
    revision = _revision(await request.form(), draft)
    deleted = await withdraw_activity(found, draft.activity.id, revision=revision, by=access.account().actor)
    if deleted:
        return redirect(f"/manage/{found.slug}/activities", done="deleted")
    return redirect(f"/manage/{found.slug}/activities/{number}", done="withdrawn")


@post("/manage/{edition:str}/activities/{number:int}/restore", guards=[ORGANISERS_OF_ONE], status_code=303)
async def restore(request: HouseRequest, edition: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """Bring it back into the draft."""
    found, draft = await _here(edition, number)
    await restore_activity(found, draft.activity.id, revision=_revision(await request.form(), draft), by=access.account().actor)
    return redirect(f"/manage/{found.slug}/activities/{number}", done="restored")


# --- what they share -------------------------------------------------------------------------------------------------


async def _here(edition: str, number: int) -> tuple[EditionView, Revision]:
    found = await edition_here(edition)
    known = await row("SELECT id FROM activity WHERE edition = {} AND number = {}", found.id, number)
    draft = await load_draft(known["id"]) if known else None
    if draft is None:
        raise ActivityUnknown
    return found, draft


async def _choices(edition: EditionView, before: Activity | None) -> dict[str, Choices]:
    """What this reader may choose: unit editors host with their own units and leave the state of things to organisers."""
    account = access.account()
    today = now().astimezone(ZoneInfo(edition.zone)).date()
    everywhere = await units()
    found = choices_of(everywhere, await queries.terms(edition.id), await queries.venues(edition.id), today=today, before=before)
    if not reads_all(account, edition):
        own = {unit.code for unit in (await units_by_id(await units_of(account, "unit_editor"))).values()}
        if before is not None:
            own.add(before.host.code)
        found["host"] = [one for one in found["host"] if one[0] in own]
        states = dict(ActivityForm.fields["status"].choices)  # type: ignore[attr-defined]
        stays = before.status if before else "draft"
        found["status"] = [(stays, states[stays])]
    return found


def _overtaken(form: ActivityForm, stale: ActivityChanged, theirs: ActivityForm) -> ActivityForm:
    """Say what somebody else changed; saving once more is then on purpose."""
    form.fail("", stale.message, **stale.params)
    tell_stored(form, theirs, stale.changed, N_("Người khác vừa đổi thành: %(stored)s"))
    for name in stale.changed:
        if name not in form and name in FIELDS:
            form.fail("", N_("Người khác vừa sửa: %(field)s."), field=_(FIELDS[name]))
    return form


def _only_own_drafts(edition: EditionView, draft: Revision) -> None:
    """A unit editor takes back drafts; what is confirmed is the organisers'."""
    if not organises(access.account(), edition) and draft.activity.status != "draft":
        raise NotYourUnit


def _revision(data: Any, draft: Revision) -> int:
    """The revision that the button was shown with; without one, the button of an older page is taken at its word."""
    sent = data.get("revision")
    return int(sent) if isinstance(sent, str) and sent.isascii() and sent.isdigit() and len(sent) < 10 else draft.number


async def _show(
    edition: EditionView,
    form: ActivityForm,
    *,
    draft: Revision | None = None,
    publishing: PublishForm | None = None,
    done: str = "",
    status: int = 200,
) -> Response[Any]:
    said = DONE.get(done)
    publication = public = None
    if draft is not None:
        publication = await preview(edition, only=[draft.activity.id])
        week = await published(edition.slug)
        public = week.by_id.get(draft.activity.id) if week else None
    is_organiser = organises(access.account(), edition)
    return page(
        "events/activity.html",
        status=status,
        block="sessions",
        edition=edition,
        form=form,
        draft=draft,
        activity=draft.activity if draft else None,
        public=public,
        publication=publication,
        publishing=publishing or PublishForm.blank(seal=publication.seal if publication else ""),
        is_organiser=is_organiser,
        may_edit=is_organiser or access.account().has("unit_editor"),
        may_withdraw=draft is not None and not draft.activity.gone and (is_organiser or draft.activity.status == "draft"),
        flash=[{"tone": "ok", "text": _(said)}] if said else [],
        **TOLD,
    )


ROUTES = (
    new_activity_page,
    new_activity,
    activity_page,
    save_activity,
    publish_activity,
    withdraw,
    restore,
)
