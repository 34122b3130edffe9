"""House rules that a linter off the shelf does not know."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sources import ROOT, files, tree, where

APP = files("app", ".py")
CODE = [*APP, *files("tests", ".py"), *files("benchmarks", ".py"), *files("scripts", ".py")]
FRONT = [*files("templates", ".html"), *files("static", ".js", ".css")]


def test_a_file_past_450_lines_asks_to_be_two():
    long = {where(path): lines for path in [*CODE, *FRONT] if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450}
    assert long == {}


def test_no_drawer_without_a_name():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "services", "service", "base"}
    assert [where(path) for path in CODE if path.stem in drawers] == []


def test_rows_are_never_saved_whole():
    """`row.save()` writes every column and loses another's update: a guarded UPDATE is written instead."""
    saves = [
        where(path, node)
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Await)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in ("save", "get_or_create")
    ]
    assert saves == []


def test_columns_are_made_in_one_place():
    """Piccolo's defaults bite; `kernel.columns` decides null, default and on_delete, and nobody else makes a column."""
    direct = [
        where(path, node)
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("piccolo.columns") and path.name != "columns.py"
    ]
    assert direct == []


def test_the_clock_is_asked_in_one_place():
    """`kernel.clock.now()` is the only clock: the demo and the tests set it."""
    asked = [
        where(path, node)
        for path in APP
        if path.name not in ("clock.py", "doctor.py")  # the doctor looks at the machine's own clock
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    ]
    assert asked == []


SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
STATEMENTS = {"rows", "row", "run"}


def test_every_placeholder_of_raw_sql_has_its_value():
    """`{}` stands for a value; a JSON brace in raw SQL would vanish, and a missing value is found only when it runs."""
    wrong = []
    for path in APP:
        constants = {
            target.id: node.value.value
            for node in tree(path).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STATEMENTS and node.args):
                continue
            first = node.args[0]
            sql = first.value if isinstance(first, ast.Constant) else constants.get(first.id) if isinstance(first, ast.Name) else None
            if not isinstance(sql, str) or not SQL.match(sql):
                continue
            if "{" in sql.replace("{}", ""):
                wrong.append(f"{where(path, node)}: a brace that is not a placeholder")
            elif not any(isinstance(argument, ast.Starred) for argument in node.args) and sql.count("{}") != len(node.args) - 1:
                wrong.append(f"{where(path, node)}: {sql.count('{}')} placeholders, {len(node.args) - 1} values")
    assert wrong == []


def test_no_unfinished_marks():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    mine = ROOT / "tests" / "architecture"
    found = [
        f"{where(path)}:{number}"
        for path in [*CODE, *FRONT]
        if not path.is_relative_to(mine)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["print", "breakpoint"])
def test_nothing_left_from_debugging(name: str):
    left = [
        where(path, node)
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    assert left == []
