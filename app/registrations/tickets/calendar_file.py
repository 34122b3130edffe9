"""The `.ics` of one ticket: the very events of the public feed, so a calendar that has both shows them once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from uuid import UUID

from app.events.feeds.calendar import CalendarMaker
from app.events.programme.published import published
from app.kernel import instance
from app.kernel.address import absolute
from app.registrations.tickets.holding import Holding

_MOST = 256
_kept: OrderedDict[tuple[UUID, int, UUID, str], bytes] = OrderedDict()


async def calendar_of(held: Holding, language: str) -> bytes:
    """The activity's sessions as published now; empty when nothing of it is published. Kept: it is the same for all holders."""
    week = await published(held.edition.slug)
    if week is None:
        return b""
    key = (week.edition_id, week.version, held.activity_id, language)
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    maker = CalendarMaker(week.week, language=language, instance=await instance.name(), base_url=absolute(""))
    made = await asyncio.to_thread(maker.activity, held.activity.slug) or b""
    _kept[key] = made
    while len(_kept) > _MOST:
        _kept.popitem(last=False)
    return made
