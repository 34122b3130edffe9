"""What makes this installation itself: a name that never changes, whatever its address becomes (iCalendar UIDs carry it)."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.columns import Table, key_text, long_text
from app.kernel.database import row, run, unit_of_work
from app.kernel.ids import uuid7


class InstanceValue(Table, tablename="instance_value"):
    """One value that belongs to the installation, not to an edition."""

    name = key_text(60)
    value = long_text()


_name = ""


async def name() -> str:
    """The installation's name, made at first use: "<random>.ngayso"."""
    global _name
    if not _name:
        _name = await value_once("name", f"{uuid7().hex[-12:]}.ngayso")
    return _name


def forget() -> None:
    """Another database was opened: read the name anew."""
    global _name
    _name = ""


async def value_once(key: str, proposal: str) -> str:
    """The stored value of `key`; `proposal` becomes it if there is none yet. The first of two processes wins."""
    found = await row("SELECT value FROM instance_value WHERE name = {}", key)
    if found is None:
        async with unit_of_work(Actor.system("instance"), joins=True, unaudited="made once, by the installation itself"):
            await run("INSERT INTO instance_value (name, value) VALUES ({}, {}) ON CONFLICT (name) DO NOTHING", key, proposal)
            found = await row("SELECT value FROM instance_value WHERE name = {}", key)
    assert found is not None
    return str(found["value"])
