"""The people who work for the Week, as tests hire them and sign them in."""

from __future__ import annotations

from uuid import UUID

import httpx

from app.accounts import keeping
from app.accounts.roles import grant_role
from app.accounts.units import UnitSpec, ensure_unit_kinds, ensure_units
from app.kernel.actor import Actor
from app.kernel.text import Text

PASSWORD = "mật khẩu đủ dài để dùng"
OFFICE = Actor.system("test")


async def hire(who: str, *roles: str, password: str = PASSWORD) -> UUID:
    """Open the account `who@haidang.vn` with roles written "kind", "kind@scope kind:scope" or "kind@unit:CODE+"."""
    account = await keeping.create_account(f"{who}@haidang.vn", name=who.capitalize(), password=password, by=OFFICE)
    for role in roles:
        kind, _, about = role.partition("@")
        scope_kind, _, scope = about.partition(":")
        await grant_role(
            account, kind, scope_kind=scope_kind or "global", scope=scope.removesuffix("+"), with_subtree=scope.endswith("+"), by=OFFICE
        )
    return account


async def found_city() -> dict[str, UUID]:
    """A small part of the city's tree: the people's committee with two wards, a department and its centre; the youth union apart."""
    kinds = [("committee", Text("Ủy ban nhân dân")), ("ward", Text("Phường")), ("department", Text("Sở")), ("centre", Text("Trung tâm"))]
    await ensure_unit_kinds(kinds, by=OFFICE)
    return await ensure_units(
        [
            UnitSpec("TTCDS", "centre", Text("Trung tâm Chuyển đổi số"), "SKHCN"),
            UnitSpec("UBND", "committee", Text("Ủy ban nhân dân thành phố", "City People's Committee")),
            UnitSpec("PBC", "ward", Text("UBND phường Bến Cảng", "Bến Cảng Ward People's Committee"), "UBND"),
            UnitSpec("PHP", "ward", Text("UBND phường Hoa Phượng"), "UBND"),
            UnitSpec("SKHCN", "department", Text("Sở Khoa học và Công nghệ"), "UBND"),
            UnitSpec("TDTN", "committee", Text("Thành đoàn")),
        ],
        by=OFFICE,
    )


async def sign_in(browser: httpx.AsyncClient, who: str, *, password: str = PASSWORD, next_page: str = "") -> httpx.Response:
    """Type address and password into the form."""
    return await browser.post("/sign-in", data={"email": f"{who}@haidang.vn", "password": password, "next": next_page})
