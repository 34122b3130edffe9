"""Places: taken and given back by one conditional statement each, so the database itself keeps registrations ≤ capacity.

The limit is the activity's capacity at that very moment: an organiser who widens the hall opens places at once, one who
narrows it takes nobody's place away. Inside a unit of work; a rollback gives the place back.
"""

from __future__ import annotations

from uuid import UUID

from app.kernel.database import run

_TAKE = """
UPDATE places SET taken = taken + 1
WHERE activity = {} AND taken < COALESCE((SELECT capacity FROM activity WHERE id = {}), 2147483647)
RETURNING taken
"""
_OPEN = "INSERT INTO places (activity, taken) VALUES ({}, 0) ON CONFLICT (activity) DO NOTHING"
_GIVE_BACK = "UPDATE places SET taken = taken - 1 WHERE activity = {} AND taken > 0 RETURNING taken"


async def take_place(activity: UUID) -> bool:
    """Take one place; false when there is none left. Call it late in the unit of work: it queues whoever comes after."""
    if await run(_TAKE, activity, activity):
        return True
    # It is full, or nobody has registered yet. Of two who open the count the second waits for the first, then takes.
    await run(_OPEN, activity)
    return bool(await run(_TAKE, activity, activity))


async def give_back_place(activity: UUID) -> None:
    """Give one place back. The caller has made sure, by its own conditional statement, that it gives it back only once."""
    await run(_GIVE_BACK, activity)
