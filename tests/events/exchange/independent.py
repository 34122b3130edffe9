"""Counts what changed between two schedule.xml files, on its own: lxml and the files, nothing of ours.

python tests/events/exchange/independent.py old.xml new.xml
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from lxml import etree


def events(path: Path) -> dict[str, dict[str, Any]]:
    """Each event by its guid, as written."""
    found = {}
    for event in etree.parse(path).iterfind("day/room/event"):
        one: dict[str, Any] = {field.tag: (field.text or "").strip() for field in event if not len(field)}
        one["room"] = event.getparent().get("name")
        one["persons"] = [(person.get("id"), person.text) for person in event.iterfind("persons/person")]
        one["links"] = [link.get("href") for link in event.iterfind("links/link")]
        one["attachments"] = [attachment.get("href") for attachment in event.iterfind("attachments/attachment")]
        found[event.get("guid")] = one
    return found


def count(old: Path, new: Path) -> dict[str, int]:
    """new, changed, moved (another time or room), gone, unchanged."""
    before, after = events(old), events(new)
    both = before.keys() & after.keys()
    changed = {guid for guid in both if before[guid] != after[guid]}
    moved = {guid for guid in both if any(before[guid][name] != after[guid][name] for name in ("date", "duration", "room"))}
    return {
        "new": len(after.keys() - before.keys()),
        "changed": len(changed),
        "moved": len(moved),
        "gone": len(before.keys() - after.keys()),
        "unchanged": len(both - changed),
    }


if __name__ == "__main__":
    sys.stdout.write(f"{count(Path(sys.argv[1]), Path(sys.argv[2]))}\n")
