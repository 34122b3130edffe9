"""A crowd: a made-up programme of any size, and an activity with a gate and as many tickets as needed, made in a second."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from app.events.exchange.importing import import_programme
from app.events.exchange.reading import read_programme
from app.kernel.actor import Actor
from app.kernel.clock import OffsetClock, SystemClock, now, use_clock
from app.kernel.database import close_database, open_database, row, run, run_many, unit_of_work
from app.kernel.ids import digest, uuid7
from app.kernel.signing import load_secrets, use_secrets
from app.kernel.text import Text, fold
from app.registrations.gates.checkpoints import open_checkpoint
from app.registrations.tickets.codes import new_code
from app.settings import Settings
from tests.ground.databases import clean_environment

NOW = datetime.fromisoformat("2026-10-08T09:40:00+07:00")
EDITION = "bench"
TOKEN = "the bearer token of the crowd's own device"
BY = Actor.system("crowd")


def made_schedule(sessions: int) -> str:
    """A frab schedule of as many half-hour sessions over a week, with texts as long as real ones."""
    days = []
    per_day = -(-sessions // 7)
    for day in range(7):
        date = datetime.fromisoformat("2026-10-05T08:00:00+07:00") + timedelta(days=day)
        rooms: dict[str, list[str]] = {}
        for n in range(per_day):
            number = day * per_day + n + 1
            if number > sessions:
                break
            start = date + timedelta(minutes=30 * (n // 30))
            room = f"Phòng {n % 30 + 1}"
            rooms.setdefault(room, []).append(_event(number, start, room))
        inner = "".join(f"<room name={quoteattr(name)}>{''.join(events)}</room>" for name, events in rooms.items())
        end = date + timedelta(hours=18)
        days.append(f'<day index="{day + 1}" date="{date:%Y-%m-%d}" start="{date.isoformat()}" end="{end.isoformat()}">{inner}</day>')
    conference = (
        f"<conference><acronym>{EDITION}</acronym><title>Tuần lễ đo tốc độ</title><start>2026-10-05</start><end>2026-10-11</end>"
        "<days>7</days><timeslot_duration>00:15</timeslot_duration><time_zone_name>Asia/Ho_Chi_Minh</time_zone_name></conference>"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><schedule><version>1</version>{conference}{"".join(days)}</schedule>'


def _event(number: int, start: datetime, room: str) -> str:
    guid = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:ngayso:benchmark:{number}")
    told = (
        f"Hoạt động thứ {number}: hướng dẫn nộp hồ sơ trực tuyến, tra cứu kết quả, ký số từ xa và bảo vệ dữ liệu cá nhân cho người dân, "
        "hộ kinh doanh và cán bộ cơ sở; có tài liệu phát tay, bàn hỗ trợ một-một và phần hỏi đáp ở cuối buổi. "
    )
    return (
        f'<event id="{number}" guid="{guid}"><date>{start.isoformat()}</date><start>{start:%H:%M}</start><duration>00:30</duration>'
        f"<room>{escape(room)}</room><slug>{EDITION}-{number}</slug><title>Dịch vụ công trực tuyến, buổi {number}</title>"
        f"<subtitle></subtitle><track>Chính quyền số</track><type>workshop</type><language>vi</language>"
        f"<abstract>{escape(told)}</abstract><description>{escape(told * 3)}</description>"
        f'<persons><person id="{number % 200 + 1}">Nguyễn Văn {number % 200 + 1}</person></persons><links></links></event>'
    )


def settings_for(database_url: str, data_dir: Path) -> Settings:
    """Our settings on a database, alike in this process and in the servers that are measured."""
    secret = clean_environment(database_url, data_dir)["NGAYSO_SECRET_KEY"]
    return Settings(database_url=database_url, data_dir=data_dir, secret_key=secret)


def publish_week(database_url: str, data_dir: Path, *, sessions: int, schedule: Path | None = None) -> None:
    """Import a programme as an organiser would, and publish it: a real schedule, or one made up."""
    if schedule is None:
        schedule = data_dir / "schedule.xml"
        schedule.write_text(made_schedule(sessions), encoding="utf-8")
    asyncio.run(_publish_week(settings_for(database_url, data_dir), schedule))


async def _publish_week(settings: Settings, schedule: Path) -> None:
    use_clock(OffsetClock(NOW - timedelta(days=10)))
    await open_database(settings)
    try:
        await import_programme(read_programme(schedule), edition_slug=EDITION, publish=True, allow_overlap=True, by=BY)
    finally:
        await close_database()
        use_clock(SystemClock())


@dataclass(frozen=True)
class Gate:
    """A gate with its device, and the tickets that may pass. `tokens`: one device at each further checkpoint too."""

    place: dict[str, str]
    codes: list[str]
    tokens: list[str]


def make_gate(database_url: str, data_dir: Path, tickets: int, *, checkpoints: int = 1) -> Gate:
    """Give one published activity a gate, a device and this many tickets; or several checkpoints, each with a gate and a device."""
    return asyncio.run(_make_gate(settings_for(database_url, data_dir), tickets, checkpoints))


async def _make_gate(settings: Settings, tickets: int, checkpoints: int) -> Gate:
    use_clock(OffsetClock(NOW - timedelta(days=2)))
    use_secrets(load_secrets(settings.secret_key, settings.data_dir))
    await open_database(settings)
    try:
        found = await row("SELECT a.id, a.edition FROM activity a ORDER BY a.number LIMIT 1")
        assert found is not None
        tokens = [TOKEN, *(f"{TOKEN} {n}" for n in range(1, checkpoints))]
        places = [await _make_place(found["edition"], found["id"], token) for token in tokens]
        codes = await add_tickets(found["id"], tickets)
        return Gate(places[0], codes, tokens)
    finally:
        await close_database()
        use_clock(SystemClock())


async def _make_place(edition: uuid.UUID, activity: uuid.UUID, token: str) -> dict[str, str]:
    checkpoint = await open_checkpoint(edition, by=BY, name=Text("Cửa đo"), gates=[Text("Cửa 1")], activity=activity)
    gate = await row("SELECT id FROM gate WHERE checkpoint = {}", checkpoint)
    assert gate is not None
    device = uuid7()
    async with unit_of_work(BY, unaudited="benchmark data"):
        await run(
            "INSERT INTO device (id, gate, name, created_at, token_digest, enrolled_at) VALUES ({}, {}, 'Máy đo', {}, {}, {})",
            device, gate["id"], now(), digest(token), now(),
        )  # fmt: skip
    return {"checkpoint": str(checkpoint), "gate": str(gate["id"]), "device": str(device)}


def take_registrations(database_url: str, data_dir: Path, *, capacity: int) -> str:
    """Let one published activity take registrations, this many; returns its slug."""
    return asyncio.run(_take_registrations(settings_for(database_url, data_dir), capacity))


async def _take_registrations(settings: Settings, capacity: int) -> str:
    await open_database(settings)
    try:
        # The last day's: it is not over yet. Registration and capacity are read live from the activity.
        found = await row(
            "SELECT a.id, a.slug FROM activity a JOIN session s ON s.activity = a.id ORDER BY s.starts_at DESC, a.number LIMIT 1"
        )
        assert found is not None
        async with unit_of_work(BY, unaudited="benchmark data"):
            await run("UPDATE activity SET registration = 'open', capacity = {} WHERE id = {}", capacity, found["id"])
        return str(found["slug"])
    finally:
        await close_database()


async def add_tickets(activity: uuid.UUID, count: int) -> list[str]:
    """Register this many people at once, past the forms: 100,000 of them would take the forms ten minutes."""
    people = [(uuid7(), uuid7(), new_code(), f"Nguyễn Thị {n}", f"nguoi{n}@example.vn") for n in range(count)]
    at = now()
    async with unit_of_work(BY, unaudited="benchmark data"):
        await run_many(
            "INSERT INTO registration (id, activity, name, folded_name, organisation, email, phone, language, kind, state, nonce, "
            "search_text, sort_text, created_at, revision, token_version) "
            "VALUES ({}, {}, {}, {}, '', {}, '', 'vi', 'public', 'confirmed', {}, {}, {}, {}, 1, 1)",
            [(key, activity, name, fold(name), mail, str(key), fold(name), name, at) for key, _, _, name, mail in people],
        )
        await run_many(
            "INSERT INTO ticket (id, registration, activity, holder, kind, code, state, issued_at, changed_at) "
            "VALUES ({}, {}, {}, {}, 'public', {}, 'valid', {}, {})",
            [(ticket, key, activity, name, code, at, at) for key, ticket, code, name, _ in people],
        )
    return [code for _, _, code, _, _ in people]


def scans(codes: Sequence[str]) -> list[str]:
    """The bodies of a gate's day: each ticket once, and every twentieth shown again."""
    bodies = []
    for n, code in enumerate(codes):
        bodies.append(one_scan(code))
        if n % 20 == 19:
            bodies.append(one_scan(codes[n - 5]))
    return bodies


def one_scan(code: str) -> str:
    """One scan as a device sends it, with a nonce of its own."""
    return json.dumps({"code": code, "nonce": str(uuid.uuid4()), "scanned_at": NOW.isoformat()})


def wishes(count: int, slug: str) -> list[str]:
    """Registrations as a ticket desk's program sends them."""
    return [
        json.dumps({
            "edition": EDITION,
            "activity": slug,
            "name": f"Trần Thị {n}",
            "email": f"nguoi{n}@example.vn",
            "consents": ["attend"],
            "nonce": f"wish-{n}",
        })
        for n in range(count)
    ]  # fmt: skip
