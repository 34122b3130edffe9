"""Organisers and gate supervisors: checkpoints, gates, devices, and the QR that enrols a phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.events.programme.access import edition_here
from app.events.programme.queries import EditionView
from app.kernel.address import absolute
from app.kernel.database import row
from app.kernel.errors import NotFound, Stale
from app.kernel.text import Text
from app.kernel.web import access
from app.kernel.web.i18n import N_, Lazy, _
from app.kernel.web.navigation import Need, edition_scopes, waiting
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest
from app.registrations.gates import checkpoints, devices, lists
from app.registrations.gates.access import KEEPERS, NEW_CHECKPOINT, PLANNERS, WATCHERS, visible_checkpoints
from app.registrations.gates.decision import Per
from app.registrations.gates.devices import Enrolment
from app.registrations.gates.enrolment_qr import enrolment_svg
from app.registrations.gates.forms import CheckpointForm, DeviceForm, GateForm
from app.registrations.gates.lists import CheckpointView

NOT_KEPT = {"cache-control": "no-store"}

_DONE = {
    "opened": N_("Đã mở điểm kiểm soát. Tiếp theo: thêm máy cho từng cửa."),
    "saved": N_("Đã lưu."),
    "gate": N_("Đã thêm cửa."),
    "revoked": N_("Đã thu hồi quyền quét của máy. Máy tự xóa dữ liệu ở lần kết nối tới."),
}


@waiting
async def steward_phone(account: access.Account) -> list[Need]:
    """Stewards work at /gate/, with a phone that was enrolled: nothing under /manage is theirs."""
    if not account.has("gate_steward"):
        return []
    told = _("Mở trang soát vé trên điện thoại; trưởng cửa cho hiện mã QR để đăng ký máy.")
    return [Need(told, "/gate/", "info")]


@get("/manage/{edition:str}/gates", guards=[WATCHERS])
async def gates_page(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """All checkpoints with their gates and devices; activities that have tickets and no gate yet."""
    found = await edition_here(edition)
    only = visible_checkpoints(found)
    done = _DONE.get(request.query_params.get("done", ""))
    return page(
        "registrations/gates/gates.html",
        edition=found,
        checkpoints=await lists.checkpoints(found, only),
        without_gates=await lists.without_gates(found.id) if only is None else [],
        may_plan=access.account().may(("organiser",), edition_scopes(found)),
        # An auditor reads the page; the buttons are for those who keep the gates.
        may_keep=only is not None or access.account().may(("organiser", "gate_supervisor"), edition_scopes(found)),
        flash=[{"tone": "ok", "text": str(Lazy(done))}] if done else [],
        gate_address=absolute("/gate/"),
    )


@get("/manage/{edition:str}/checkpoints/new", guards=[NEW_CHECKPOINT])
async def new_checkpoint_page(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """The empty form; `?activity=2` fills its name in."""
    found = await edition_here(edition)
    choices = await _activity_choices(found)
    chosen = request.query_params.get("activity", "")
    title = dict(choices).get(chosen)
    form = CheckpointForm.of(
        {"activity": chosen if title else "", "per": "once", "name": title or Text("")}, choices={"activity": choices}, zone=found.zone
    )
    return _form_page(found, form)


@post("/manage/{edition:str}/checkpoints/new", guards=[PLANNERS], status_code=303)
async def new_checkpoint(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Open it."""
    found = await edition_here(edition)
    form = CheckpointForm.read(await request.form(), choices={"activity": await _activity_choices(found)}, zone=found.zone)
    if not form.errors and not form.value.gate_names:
        form.fail("gates", N_("Cần ít nhất một cửa."))
    if form.errors:
        return _form_page(found, form, status=422)
    typed = form.value
    await checkpoints.open_checkpoint(
        found.id,
        by=access.actor(),
        name=typed.name,
        gates=typed.gate_names,
        activity=await _activity(found, typed.activity) if typed.activity else None,
        opens_at=typed.opens_at,
        closes_at=typed.closes_at,
        per=Per(typed.per),
    )
    return redirect(f"/manage/{edition}/gates", done="opened")


@post("/manage/{edition:str}/checkpoints/quick", guards=[PLANNERS], status_code=303)
async def quick_checkpoint(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """One click: a checkpoint of the activity's name with a main gate, open at any hour, once for each session."""
    found = await edition_here(edition)
    sent = str((await request.form()).get("activity", ""))
    activity = await _activity(found, sent)
    named = await row(
        "SELECT title_vi, title_en, (SELECT count(*) FROM session s WHERE s.activity = a.id AND NOT s.withdrawn) AS sessions "
        "FROM activity a WHERE a.id = {}",
        activity,
    )
    assert named is not None
    await checkpoints.open_checkpoint(
        found.id,
        by=access.actor(),
        name=Text(named["title_vi"][:200], named["title_en"][:200]),
        gates=[Text("Cửa chính", "Main gate")],
        activity=activity,
        per=Per.session if int(named["sessions"]) > 1 else Per.once,
    )
    return redirect(f"/manage/{edition}/gates", done="opened")


@get("/manage/{edition:str}/checkpoints/{checkpoint:uuid}", guards=[KEEPERS])
async def checkpoint_page(edition: FromPath[str], checkpoint: FromPath[UUID]) -> Response[Any]:
    """The form of one checkpoint."""
    found = await edition_here(edition)
    view = await _view(found, checkpoint)
    form = CheckpointForm.of(
        view,
        opens_at=view.rule.opens_at,
        closes_at=view.rule.closes_at,
        per=view.per.value,
        activity="",
        gates="",
        choices={"activity": ()},
        zone=found.zone,
    )
    return _form_page(found, form, view=view)


@post("/manage/{edition:str}/checkpoints/{checkpoint:uuid}", guards=[KEEPERS], status_code=303)
async def save_checkpoint(request: HouseRequest, edition: FromPath[str], checkpoint: FromPath[UUID]) -> Response[Any]:
    """Save name, hours, and how often a ticket is admitted."""
    found = await edition_here(edition)
    view = await _view(found, checkpoint)
    form = CheckpointForm.read(await request.form(), choices={"activity": ()}, zone=found.zone)
    if form.errors:
        return _form_page(found, form, view=view, status=422)
    typed = form.value
    try:
        await checkpoints.edit_checkpoint(
            checkpoint,
            by=access.actor(),
            revision=typed.revision,
            name=typed.name,
            opens_at=typed.opens_at,
            closes_at=typed.closes_at,
            per=Per(typed.per),
        )
    except Stale as stale:
        form.fail("", stale.message)
        return _form_page(found, form, view=view, status=409)
    return redirect(f"/manage/{edition}/gates", done="saved")


@post("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/gates", guards=[KEEPERS], status_code=303)
async def new_gate(request: HouseRequest, edition: FromPath[str], checkpoint: FromPath[UUID]) -> Response[Any]:
    """One more gate."""
    found = await edition_here(edition)
    form = GateForm.read(await request.form())
    if form.errors:
        view = await _view(found, checkpoint)
        return page("registrations/gates/add.html", status=422, edition=found, view=view, form=form, gate=None)
    await checkpoints.add_gate(checkpoint, by=access.actor(), name=form.value.name)
    return redirect(f"/manage/{edition}/gates", done="gate")


@get("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/gates", guards=[KEEPERS])
async def new_gate_page(edition: FromPath[str], checkpoint: FromPath[UUID]) -> Response[Any]:
    """The form of one more gate."""
    found = await edition_here(edition)
    return page("registrations/gates/add.html", edition=found, view=await _view(found, checkpoint), form=GateForm.blank(), gate=None)


@get("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/gates/{gate:uuid}/devices", guards=[KEEPERS])
async def new_device_page(edition: FromPath[str], checkpoint: FromPath[UUID], gate: FromPath[UUID]) -> Response[Any]:
    """The form of one more device at this gate."""
    found = await edition_here(edition)
    view = await _view(found, checkpoint)
    return page("registrations/gates/add.html", edition=found, view=view, form=DeviceForm.blank(), gate=_gate(view, gate))


@post("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/gates/{gate:uuid}/devices", guards=[KEEPERS], status_code=201)
async def new_device(request: HouseRequest, edition: FromPath[str], checkpoint: FromPath[UUID], gate: FromPath[UUID]) -> Response[Any]:
    """One more device: answers with the QR that enrols it, shown this once."""
    found = await edition_here(edition)
    view = await _view(found, checkpoint)
    at = _gate(view, gate)
    form = DeviceForm.read(await request.form())
    if form.errors:
        return page("registrations/gates/add.html", status=422, edition=found, view=view, form=form, gate=at)
    enrolment = await devices.add_device(gate, by=access.actor(), name=form.value.name)
    return await _enrolment_page(found, view, enrolment, at.name, status=201)


@post("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/devices/{device:uuid}/enrolment", guards=[KEEPERS], status_code=201)
async def new_enrolment(edition: FromPath[str], checkpoint: FromPath[UUID], device: FromPath[UUID]) -> Response[Any]:
    """A new QR for a device: the first one lapsed, or the phone was changed."""
    found = await edition_here(edition)
    view = await _view(found, checkpoint)
    _, gate_name = await _device(checkpoint, device)
    return await _enrolment_page(found, view, await devices.renew_enrolment(device, by=access.actor()), gate_name, status=201)


@get("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/devices/{device:uuid}/state", guards=[KEEPERS])
async def device_state(edition: FromPath[str], checkpoint: FromPath[UUID], device: FromPath[UUID]) -> Response[Any]:
    """Whether the phone has enrolled: the page with the QR asks for it every two seconds."""
    view, gate_name = await _device(checkpoint, device)
    return page(
        "registrations/gates/device_state.html", headers=NOT_KEPT, edition=await edition_here(edition), checkpoint=checkpoint, device=view,
        gate_name=gate_name,
    )  # fmt: skip


@post("/manage/{edition:str}/checkpoints/{checkpoint:uuid}/devices/{device:uuid}/revoke", guards=[KEEPERS], status_code=303)
async def revoke_device(edition: FromPath[str], checkpoint: FromPath[UUID], device: FromPath[UUID]) -> Response[Any]:
    """Take a device's right away."""
    await _device(checkpoint, device)
    await devices.revoke(device, by=access.actor())
    return redirect(f"/manage/{edition}/gates", done="revoked")


def _form_page(edition: EditionView, form: CheckpointForm, *, view: CheckpointView | None = None, status: int = 200) -> Response[Any]:
    return page("registrations/gates/checkpoint.html", status=status, edition=edition, form=form, view=view)


async def _enrolment_page(edition: EditionView, view: CheckpointView, enrolment: Enrolment, gate: Text, *, status: int) -> Response[Any]:
    link = enrolment.link(absolute(""))
    seen, _ = await _device(view.id, enrolment.device)
    return page(
        "registrations/gates/enrolment.html",
        status=status,
        headers=NOT_KEPT,
        edition=edition,
        view=view,
        enrolment=enrolment,
        gate_name=gate,
        device=seen,
        link=link,
        qr=enrolment_svg(link),
        # Browsers open the camera on secure addresses only, and take the machine itself for one.
        camera_works=link.startswith(("https://", "http://127.0.0.1", "http://localhost")),
    )


async def _activity_choices(edition: EditionView) -> list[tuple[str, Text]]:
    return [(str(number), title) for number, title in await lists.activities(edition.id)]


async def _activity(edition: EditionView, number: str) -> UUID:
    found = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        found = await row("SELECT id FROM activity WHERE edition = {} AND number = {}", edition.id, int(number))
    if found is None:
        raise NotFound(N_("Không tìm thấy hoạt động này."))
    return UUID(str(found["id"]))


async def _view(edition: EditionView, checkpoint: UUID) -> CheckpointView:
    found = await lists.checkpoints(edition, frozenset([str(checkpoint)]))
    if not found:
        raise NotFound(N_("Không tìm thấy điểm kiểm soát này."))
    return found[0]


def _gate(view: CheckpointView, gate: UUID) -> lists.GateView:
    found = next((one for one in view.gates if one.id == gate), None)
    if found is None:
        raise NotFound(N_("Không tìm thấy cửa này."))
    return found


async def _device(checkpoint: UUID, device: UUID) -> tuple[lists.DeviceView, Text]:
    found = await lists.device(checkpoint, device)
    if found is None:
        raise NotFound(N_("Không tìm thấy thiết bị này, hoặc nó đã bị thu hồi."))
    return found


HANDLERS = [
    gates_page,
    new_checkpoint_page,
    new_checkpoint,
    quick_checkpoint,
    checkpoint_page,
    save_checkpoint,
    new_gate_page,
    new_gate,
    new_device_page,
    new_device,
    new_enrolment,
    device_state,
    revoke_device,
]
