"""`/tls`: how a gate's phone comes to trust this server in a hall without the internet (`ngayso serve --tls self`)."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.datastructures import State
from litestar.response import Response

from app.kernel.errors import NotFound
from app.kernel.tls import AUTHORITY, authority_file
from app.kernel.web.access import public
from app.kernel.web.i18n import N_
from app.kernel.web.rendering import page


class NoAuthority(NotFound):
    """This server does not sign its own certificate."""

    def __init__(self) -> None:
        super().__init__(N_("Máy chủ này không tự lập chứng thư, nên không cần cài gì."))


@get("/tls", guards=[public], include_in_schema=False, sync_to_thread=False)
def instructions(state: State) -> Response[Any]:
    """What to tap on the phone, step by step."""
    if authority_file(state.settings.data_dir) is None:
        raise NoAuthority
    return page("kernel/trust.html", file=f"/tls/{AUTHORITY}")


@get(f"/tls/{AUTHORITY}", guards=[public], opt={"account": False}, include_in_schema=False, sync_to_thread=True)
def certificate(state: State) -> Response[bytes]:
    """The authority's certificate; phones offer to install it by its type."""
    path = authority_file(state.settings.data_dir)
    if path is None:
        raise NoAuthority
    return Response(path.read_bytes(), media_type="application/x-x509-ca-cert", headers={"cache-control": "no-store"})


HANDLERS = [instructions, certificate]
