"""The permission matrix as a document, read off the router: `docs/permissions.md`, which a test compares."""

from __future__ import annotations

import re

import msgspec
from litestar import Litestar

from app.accounts.role_kinds import ROLE_KINDS, SCOPE_KINDS
from app.kernel.web.access import ADMINISTRATOR, AUDITOR, SAFE_METHODS, Access, Declared, declared

OWN, ANY, NO = "●", "○", ""

_INTRO = """# Ai được làm gì / Who may do what

Tệp này do `make permissions` viết ra từ chính các đường dẫn của máy chủ; đừng sửa tay. Một phép thử so nó với mã nguồn,
và thử thật từng đường dẫn với từng vai trò, trong và ngoài phạm vi.

This file is written by `make permissions` from the router itself; do not edit it. A test compares it with the code and
really asks for every route as every role, inside and outside its scope.
"""

_LEGEND = f"""{OWN} vai trò có phạm vi bao gồm đối tượng / the role's scope covers what the page is about ·
{ANY} vai trò loại này, phạm vi nào cũng được; trang tự thu hẹp / any role of this kind, the page narrows itself down ·
trống: bị từ chối / blank: refused.
"""


def document(app: Litestar) -> str:
    """The whole document for this application."""
    lines = sorted((_plain(line) for line in declared(app)), key=lambda line: (line.path, line.method))
    parts = [_INTRO, "## Vai trò / Roles\n", _roles(), "## Theo vai trò / By role\n", _LEGEND, _matrix(_of(lines, "roles"))]
    for kind, heading in (
        ("signed_in", "## Ai đã đăng nhập cũng được / Everybody who is signed in"),
        ("device", "## Thiết bị đã cấp quyền / Enrolled devices"),
        ("public", "## Công khai / Public"),
    ):
        parts += [f"{heading}\n", "\n".join(f"- `{line.method} {line.path}`" for line in _of(lines, kind)) + "\n"]
    return "\n".join(parts)


def _plain(line: Declared) -> Declared:
    """Without the types of path parameters, which some kinds of route show and others do not."""
    return msgspec.structs.replace(line, path=re.sub(r":\w+\}", "}", line.path))


def _of(lines: list[Declared], kind: str) -> list[Declared]:
    return [line for line in lines if isinstance(line.access, Access) and line.access.kind == kind]


def _roles() -> str:
    rows = ["| Vai trò / role | Mã / code | Phạm vi / scope | Được làm gì / may |", "|---|---|---|---|"]
    for kind in ROLE_KINDS.values():
        scopes = ", ".join(f"{SCOPE_KINDS[one].vi} / {SCOPE_KINDS[one].en}" for one in kind.scopes)
        below = " (cả cấp dưới / with what is below)" if kind.subtree else ""
        rows.append(f"| {kind.label.vi} / {kind.label.en} | `{kind.code}` | {scopes}{below} | {kind.may.vi} / {kind.may.en} |")
    return "\n".join(rows) + "\n"


def _matrix(lines: list[Declared]) -> str:
    named = {kind for line in lines for kind in (*line.access.kinds, *line.access.anywhere)}
    columns = [ADMINISTRATOR, AUDITOR, *(code for code in ROLE_KINDS if code in named)]
    rows = [
        "| | " + " | ".join(f"`{code}`" for code in columns) + " |",
        "|---|" + ":-:|" * len(columns),
        *(f"| `{line.method} {line.path}` | " + " | ".join(cell(line, code) for code in columns) + " |" for line in lines),
    ]
    others = ", ".join(f"`{code}`" for code in ROLE_KINDS if code not in columns)
    return "\n".join(rows) + f"\n\nCác vai trò chưa mở trang riêng nào / roles that open no page of their own yet: {others}.\n"


def cell(line: Declared, code: str) -> str:
    """What the rule says of one role and one route."""
    needs: Access = line.access
    if code == ADMINISTRATOR:
        return OWN
    if code == AUDITOR:
        return OWN if needs.read_only_for_auditor and line.method in SAFE_METHODS else NO
    if code in needs.anywhere or (code in needs.kinds and needs.resource is None):
        return ANY
    return OWN if code in needs.kinds else NO
