"""SEQUENCE through the whole house: many edits, publications and roll-backs in one database, in a random but fixed order."""

from __future__ import annotations

import random

import msgspec
import pytest

from app.events.programme.drafting import restore_version, set_status, withdraw_activity
from app.events.programme.published import published
from app.events.programme.publishing import NothingChanged
from app.kernel.text import Text
from tests.events.factories import (
    AI_LAB,
    GRAND_HALL,
    ORGANISER,
    SECOND_HALL,
    a_session,
    an_activity,
    draft,
    edit,
    publish,
    small_edition,
)
from tests.events.weeks import at

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("seed", [1010, 2026, 8])
async def test_sequences_never_fall_and_no_session_is_ever_lost(seed):
    chance = random.Random(seed)
    edition = await small_edition()
    ids = [(await an_activity(edition, f"Hoạt động {n}", a_session(n), a_session(n + 1, number=2))).id for n in range(1, 4)]
    await publish(edition, allow_overlap=True)
    seen: dict = {}
    latest = 1

    async def move(one):
        now = await draft(one)
        sessions = list(now.activity.sessions)
        nth = chance.randrange(len(sessions))
        hour = chance.randrange(7, 12)
        place = chance.choice([GRAND_HALL, SECOND_HALL, AI_LAB, None])
        sessions[nth] = msgspec.structs.replace(
            sessions[nth], starts_at=at(2, f"{hour:02}:00"), ends_at=at(2, f"{hour + 1}:00"), place=place
        )
        await edit(edition, one, sessions=tuple(sessions))

    async def vanish_or_return(one):
        now = await draft(one)
        sessions = list(now.activity.sessions)
        nth = chance.randrange(len(sessions))
        sessions[nth] = msgspec.structs.replace(sessions[nth], gone=not sessions[nth].gone)
        await edit(edition, one, sessions=tuple(sessions))

    async def decide(one):
        status = chance.choice(["confirmed", "postponed", "cancelled"])
        await set_status(edition, one, status, reason=Text("Vì mưa bão"), revision=(await draft(one)).number, by=ORGANISER)

    async def rename(one):
        await edit(edition, one, title=Text(chance.choice(["Tên một", "Tên hai"])))

    async def withdraw(one):
        await withdraw_activity(edition, one, revision=(await draft(one)).number, by=ORGANISER)

    async def bring_back(one):
        await edit(edition, one, gone=False)

    async def roll_back(_):
        await restore_version(edition, chance.randint(1, latest), by=ORGANISER)

    for _ in range(30):
        await chance.choice([move, move, vanish_or_return, decide, rename, withdraw, bring_back, roll_back])(chance.choice(ids))
        if chance.random() < 0.6:
            try:
                latest = (await publish(edition, allow_overlap=True)).number
            except NothingChanged:
                continue
            week = await published("2026")
            now = {uid: (session.sequence, revision.activity) for uid, (revision, session) in week.by_uid.items()}
            assert seen.keys() <= now.keys(), "what was published stays in the feed"
            for uid, (sequence, _activity) in now.items():
                assert 0 <= sequence - seen.get(uid, sequence) <= 1, "one step for one publication, never down"
                seen[uid] = sequence
    assert latest > 8
    assert max(seen.values()) > 2
