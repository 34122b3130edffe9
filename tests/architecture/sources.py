"""The project's own files, as the architecture tests read them."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# From the lowest to the highest: each knows only what stands before it.
ROOMS = ("kernel", "accounts", "events", "registrations", "exhibitors", "awards", "site")
VENDORED = (ROOT / "static" / "vendor", ROOT / "tests" / "browser" / "vendor")


def files(folder: str, *suffixes: str) -> list[Path]:
    """Every file of ours below `folder` with one of the suffixes; never a vendored one."""
    return sorted(
        path
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and path.is_file() and not any(path.is_relative_to(vendor) for vendor in VENDORED)
    )


def module_name(path: Path) -> str:
    """`app/events/feeds/pages.py` → `app.events.feeds.pages`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> set[str]:
    """The dotted names a module imports: `import a.b` and, for `from a.b import c`, both `a.b` and `a.b.c`."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def where(path: Path, node: ast.AST | None = None) -> str:
    """`app/events/tables.py:12`, for a message a person can click."""
    line = getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))
