"""Who may know whom. The straight line of the rooms itself is a contract of import-linter (`make check`)."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.sources import ROOMS, ROOT, files, imports, module_name, where

# Words and dates in the reader's language are values, not web.
WORDS = ("app.kernel.web.i18n", "app.kernel.web.wording")
# Hard parts as pure functions: no database, no web inside. Found by name, so that a new one need not be listed.
FORBIDDEN_TO_PURE = ("litestar", "piccolo", "asyncpg", "aiosqlite", "sqlite3", "app.kernel.database", "app.kernel.web")
PURE_NAMES = {
    "model", "compare", "conflicts", "freezing", "calendar", "codes", "search", "text", "clock", "ids", "signing", "planner", "matching",
    "tally", "rundown", "motif", "decide",
}  # fmt: skip


def room_of(module: str) -> str:
    return module.split(".")[1] if module.startswith("app.") and module.count(".") else ""


def test_the_line_of_rooms_holds():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_tables_of_a_lower_room_are_imported_for_foreign_keys_only():
    """Between rooms go use cases, queries and read models: only a room's own tables.py may name another room's tables."""
    wrong = []
    for path in files("app", ".py"):
        own = room_of(module_name(path))
        if own not in ROOMS or path.name == "tables.py":
            continue
        for name in imports(path):
            other = room_of(name)
            # The kernel's audit and outbox tables are ground that all stand on.
            if other in ROOMS and other not in (own, "kernel") and ".tables" in f"{name}.":
                wrong.append(f"{where(path)} imports {name}")
    assert sorted(set(wrong)) == []


def test_pure_modules_know_neither_database_nor_web():
    wrong = [
        f"{where(path)} imports {name}"
        for path in files("app", ".py")
        if path.stem in PURE_NAMES and path.parent.name != "web"
        for name in imports(path)
        if (name.startswith(FORBIDDEN_TO_PURE) and name != "app.kernel.web" and not name.startswith(WORDS)) or name.endswith(".tables")
    ]
    assert wrong == []


def test_controllers_open_no_unit_of_work():
    """A page parses, authorises, asks one use case and renders; writing belongs to use cases."""
    wrong = [
        where(path)
        for path in files("app", ".py")
        if path.name in ("pages.py", "api.py") and any(name.endswith(("database.unit_of_work", "database.run")) for name in imports(path))
    ]
    assert wrong == []
