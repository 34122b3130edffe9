"""The page of the audit log."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.response import Response

from app.accounts.forms import AuditFilterForm
from app.accounts.log import action_names, as_id, log_page
from app.kernel.web.access import allow
from app.kernel.web.rendering import page
from app.kernel.web.request import HouseRequest


@get("/manage/audit", guards=[allow(resource=None)])
async def audit_log(request: HouseRequest) -> Response[Any]:
    """The newest entries, narrowed down; `?before=` goes on."""
    names = action_names()
    form = AuditFilterForm.read(request.query_params, choices={"action": sorted(names.items(), key=lambda one: one[0])})
    wanted = form.value if not form.errors else None
    found = await log_page(
        q=wanted.q if wanted else "",
        action=wanted.action if wanted else "",
        day=wanted.day if wanted else None,
        before=as_id(request.query_params.get("before", "")),  # anything else starts from the newest
    )
    return page("accounts/audit.html", status=422 if form.errors else 200, form=form, log=found, names=names)
