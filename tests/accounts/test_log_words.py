"""Whoever reads the log reads words, not codes."""

from __future__ import annotations

import ast
import re

import app.main  # noqa: F401 - joins the rooms, each of which names its own actions
from app.accounts.log import action_names
from tests.architecture.sources import files, tree, where

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded() -> dict[str, str]:
    """Every action that a use case records in so many words, and where."""
    found = {}
    for path in files("app", ".py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record" and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and ACTION.fullmatch(part.value):
                        found[part.value] = where(path, node)
    return found


def test_every_recorded_action_has_a_name():
    found = recorded()
    assert len(found) > 40
    assert {action: place for action, place in found.items() if action not in action_names()} == {}
