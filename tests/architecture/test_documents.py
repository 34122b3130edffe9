"""The documents tell the truth: what they name exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from app.cli import COMMANDS, main
from app.settings import SETTINGS
from tests.architecture.sources import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
# The two editions of what an administrator reads: each must be complete by itself.
FOR_ADMINISTRATORS = (ROOT / "docs" / "vi" / "quan-tri.md", ROOT / "docs" / "en" / "administrators.md")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands() -> list[str]:
    """Every command a person can type, sub-commands included: `ngayso audit verify`."""
    context = click.Context(main)
    found = []
    for name in COMMANDS:
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            found += [f"ngayso {name} {below}" for below in command.commands]
        else:
            found.append(f"ngayso {name}")
    return found


@pytest.mark.parametrize("document", FOR_ADMINISTRATORS, ids=relative)
def test_every_setting_is_documented(document: Path):
    text = document.read_text(encoding="utf-8")
    assert [setting.variable for setting in SETTINGS if f"`{setting.variable}`" not in text] == []


@pytest.mark.parametrize("document", FOR_ADMINISTRATORS, ids=relative)
def test_every_command_is_documented(document: Path):
    text = document.read_text(encoding="utf-8")
    assert [command for command in commands() if command not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_what_a_document_tells_to_type_exists(document: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    typed = re.findall(r"^\s*(?:\$ )?make ([a-z]+)", text, re.MULTILINE) + re.findall(r"`make ([a-z]+)", text)
    assert set(typed) - targets == set()
    assert commands_typed_in(text) - set(COMMANDS) == set()


def commands_typed_in(text: str) -> set[str]:
    """The words after `ngayso` where it begins a line of code, not in a sentence about the project."""
    code = re.findall(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    return {name for block, inline in code for name in re.findall(r"^(?:\S*bin/)?ngayso ([a-z]+)", block or inline, re.MULTILINE)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_links_between_documents_lead_somewhere(document: Path):
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    dead = [link for link in links if link and "://" not in link and not (document.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_files_named_in_a_document_are_there(document: Path):
    """`app/kernel/database.py` in backticks is a promise."""
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:app|tests|templates|static|deploy|docs|scripts|benchmarks|locales|migrations)/[\w./-]+)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
