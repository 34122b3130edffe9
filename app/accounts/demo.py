"""The demo's accounts: one for each of the roles that the sample week needs."""

from __future__ import annotations

import base64
import hashlib

import msgspec

from app.accounts import keeping, passwords
from app.accounts.role_kinds import GLOBAL
from app.accounts.roles import grant_role
from app.accounts.scopes import find_scope, scope_choices
from app.kernel.actor import Actor
from app.kernel.database import row
from app.kernel.signing import sign

# E-mail name, role, what it is about ("" for everything, "edition", or a unit's code), who it is, and the role in words.
_CAST = (
    ("quantri", "administrator", GLOBAL, "", "Nguyễn Minh Quân", "Quản trị hệ thống / administrator"),
    ("bantochuc", "organiser", "edition", "", "Trần Thu Hà", "Ban tổ chức / organiser"),
    ("bencang", "unit_editor", "unit", "PBC", "Phạm Hải Yến", "Biên tập viên phường Bến Cảng / unit editor"),
    ("truongcua", "gate_supervisor", "edition", "", "Lê Đức Thắng", "Trưởng cửa / gate supervisor"),
    ("soatve", "gate_steward", "gate", "", "Vũ Ngọc Lan", "Nhân viên soát vé / gate steward"),
    ("baochi", "press", "edition", "", "Đỗ Hoàng Nam", "Báo chí / press"),
    ("kiemsoat", "auditor", GLOBAL, "", "Bùi Thanh Tùng", "Kiểm soát viên / auditor"),
)
_DOMAIN = "demo.example.vn"


class DemoAccount(msgspec.Struct, frozen=True):
    """One account as it is printed: the address, the password, the kind of role, the role in words."""

    email: str
    password: str
    role: str
    label: str


def demo_accounts() -> list[DemoAccount]:
    """The accounts with their passwords, which follow from the installation's secret: the same at every start, kept nowhere."""
    return [DemoAccount(email := f"{who}@{_DOMAIN}", _password(email), role, label) for who, role, _, _, _, label in _CAST]


async def ensure_demo_accounts(edition: str) -> list[DemoAccount]:
    """Make sure the demo's accounts exist, with their roles in this edition (its slug or id) and their passwords."""
    by = Actor.system("demo")
    for (_, role, scope_kind, about, name, _), demo in zip(_CAST, demo_accounts(), strict=True):
        found = await row("SELECT id, password_hash FROM account WHERE email = {}", demo.email)
        if found is None:
            account = await keeping.create_account(demo.email, name=name, password=demo.password, by=by)
        else:
            account = found["id"]
            if not await passwords.matches(found["password_hash"], demo.password):
                await keeping.set_password(account, demo.password, by=by)
        scope = {"edition": edition, "gate": await _first_gate()}.get(scope_kind, about)
        if scope_kind == GLOBAL or await find_scope(scope_kind, scope):
            await grant_role(account, role, scope_kind=scope_kind, scope=scope, with_subtree=scope_kind == "unit", by=by)
    return demo_accounts()


async def _first_gate() -> str:
    gates = await scope_choices("gate")
    return gates[0].id if gates else ""


def _password(email: str) -> str:
    drawn = base64.b32encode(hashlib.sha256(sign("demo password", email.encode()).encode()).digest()).decode().lower()
    return "-".join(drawn[start : start + 4] for start in (0, 4, 8))
