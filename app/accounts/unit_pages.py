"""Pages of the tree of units: organisers read it and add to it, administrators move and merge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.accounts import queries
from app.accounts.forms import MergeForm, UnitFields, UnitForm
from app.accounts.queries import UnitView
from app.accounts.units import UnitChanged, UnitCycle, UnitData, UnitExists, create_unit, merge_unit, update_unit
from app.kernel.clock import VIETNAM, now
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.text import Text
from app.kernel.web import access
from app.kernel.web.access import allow
from app.kernel.web.forms import Choices
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest

READERS = allow("organiser", resource=None)
KEEPERS = allow(resource="unit")
# Everybody who may see the tree may open one unit; the form to change it is for its keepers.
READERS_OF_ONE = allow(resource="unit", anywhere=["organiser"])

DONE = {
    "created": N_("Đã thêm đơn vị."),
    "saved": N_("Đã lưu."),
    "merged": N_("Đã ghi nhận sáp nhập."),
}


@get("/manage/units", guards=[READERS])
async def unit_list(request: HouseRequest) -> Response[Any]:
    """The tree; a search shows what it finds as a flat list."""
    q = request.query_params.get("q", "")[:100]
    found = await queries.units(q=q) if q.strip() else None
    tree = await queries.unit_tree()
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        "accounts/units.html",
        tree=tree,
        found=found,
        names={branch.unit.id: branch.unit.name for branch in tree},
        q=q,
        today=now().astimezone(VIETNAM).date(),
        flash=[{"tone": "ok", "text": _(done)}] if done else [],
    )


@get("/manage/units/new", guards=[READERS])
async def new_unit_page(request: HouseRequest) -> Response[Any]:
    """The form of a new unit, below `?parent=` when that is said."""
    return await _form(UnitForm.blank(choices=await _choices(), parent=request.query_params.get("parent", "")[:40]))


@post("/manage/units/new", guards=[READERS], status_code=303)
async def new_unit(request: HouseRequest) -> Response[Any]:
    """Add it."""
    form = UnitForm.read(await request.form(), choices=await _choices())
    if form.errors:
        return await _form(form, status=422)
    try:
        made = await create_unit(_data(form.value), by=access.account().actor)
    except DomainError as refused:
        return await _form(_told(form, refused), status=refused.status)
    return redirect("/manage/units", done="created") if not access.account().is_administrator else _to(made, "created")


@get("/manage/units/{unit:uuid}", guards=[READERS_OF_ONE])
async def unit_page(request: HouseRequest, unit: FromPath[UUID]) -> Response[Any]:
    """One unit and the form to change it."""
    found = await _found(unit)
    return await _form(_filled(found, await _choices(but=unit)), unit=found, done=request.query_params.get("done", ""))


@post("/manage/units/{unit:uuid}", guards=[KEEPERS], status_code=303)
async def save_unit(request: HouseRequest, unit: FromPath[UUID]) -> Response[Any]:
    """Save what was changed."""
    found = await _found(unit)
    choices = await _choices(but=unit)
    form = UnitForm.read(await request.form(), choices=choices)
    if form.errors:
        return await _form(form, unit=found, status=422)
    try:
        await update_unit(unit, _data(form.value), revision=form.value.revision, by=access.account().actor)
    except UnitChanged as stale:
        found = await _found(unit)
        return await _form(_overtaken(form, stale, _filled(found, choices)), unit=found, status=stale.status)
    except DomainError as refused:
        return await _form(_told(form, refused), unit=found, status=refused.status)
    return _to(unit, "saved")


@post("/manage/units/{unit:uuid}/merge", guards=[KEEPERS], status_code=303)
async def merge(request: HouseRequest, unit: FromPath[UUID]) -> Response[Any]:
    """End it; another carries on."""
    found, choices = await _found(unit), await _choices(but=unit)
    form = MergeForm.read(await request.form(), choices={"into": choices["parent"]})
    if not form.errors:
        try:
            await merge_unit(unit, into=UUID(form.value.into), last_day=form.value.last_day, by=access.account().actor)
        except DomainError as refused:
            form.fail("into", refused.message, **refused.params)
            return await _form(_filled(found, choices), unit=found, merge=form, status=refused.status)
        return _to(unit, "merged")
    return await _form(_filled(found, choices), unit=found, merge=form, status=422)


def _to(unit: UUID, done: str) -> Response[Any]:
    return redirect(f"/manage/units/{unit}", done=done)


async def _found(unit: UUID) -> UnitView:
    found = await queries.unit(unit)
    if found is None:
        raise NotFound(N_("Không tìm thấy đơn vị."))
    return found


async def _choices(but: UUID | None = None) -> dict[str, Choices]:
    """Kinds, and units that may stand above: not the unit itself nor what lies below it."""
    below = await queries.subtree(but) if but else set()
    kinds = [(str(identity), name) for identity, _code, name in await queries.unit_kinds()]
    units = [(str(one.id), Text(f"{one.name.vi} ({one.code})", f"{one.name.get('en')} ({one.code})")) for one in await queries.units()]
    return {"kind": kinds, "parent": [(identity, name) for identity, name in units if UUID(identity) not in below]}


def _filled(unit: UnitView, choices: dict[str, Choices]) -> UnitForm:
    return UnitForm.of(unit, choices=choices, kind=str(unit.kind_id), parent=str(unit.parent or ""))


def _data(typed: UnitFields) -> UnitData:
    parent = UUID(typed.parent) if typed.parent else None
    return UnitData(typed.code, UUID(typed.kind), typed.name, parent, typed.valid_from, typed.valid_to)


def _told(form: UnitForm, refused: DomainError) -> UnitForm:
    """The refusal beside the field it is about."""
    about = {UnitExists: "code", UnitCycle: "parent"}.get(type(refused), "valid_to" if type(refused) is Refused else "")
    form.fail(about, refused.message, **refused.params)
    return form


def _overtaken(form: UnitForm, stale: UnitChanged, theirs: UnitForm) -> UnitForm:
    """Say beside each field what somebody else has made of it; saving once more is then on purpose."""
    form.fail("", stale.message)
    for field in stale.changed:
        for part in theirs[field].parts:
            chosen = next((str(choice.label.get("vi")) for choice in part.choices if choice.selected), part.value)
            if part.values != form[part.name].values:
                form.fail(part.name, N_("Người khác vừa đổi thành: %(theirs)s"), theirs=chosen or "—")
    form.raw["revision"] = theirs.raw["revision"]
    return form


async def _form(
    form: UnitForm, *, unit: UnitView | None = None, merge: MergeForm | None = None, done: str = "", status: int = 200
) -> Response[Any]:
    said = DONE.get(done)
    around = await queries.units_by_id([one for one in (unit.parent, unit.successor) if one]) if unit else {}
    if unit and merge is None:
        yesterday = now().astimezone(VIETNAM).date() - timedelta(days=1)
        merge = MergeForm.blank(choices={"into": (await _choices(but=unit.id))["parent"]}, last_day=yesterday.isoformat())
    return page(
        "accounts/unit.html",
        status=status,
        form=form,
        unit=unit,
        merge=merge,
        around=around,
        may_change=unit is None or access.account().is_administrator,
        flash=[{"tone": "ok", "text": _(said)}] if said else [],
    )
