"""From an empty machine to a first sign-in: `ngayso init`, then `ngayso doctor`, `serve`, `backup` as an administrator types them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx

from app.serving import the_week
from tests.ground.databases import Engine, must, ngayso
from tests.ground.server import Server


def test_the_week_is_monday_to_sunday_around_the_tenth_of_october() -> None:
    week = the_week("2026", "Hải Đăng", 2026)
    assert (week.starts_on, week.main_day, week.ends_on) == (date(2026, 10, 5), date(2026, 10, 10), date(2026, 10, 11))
    sunday = the_week("2027", "Hải Đăng", 2027)
    assert (sunday.starts_on, sunday.ends_on) == (date(2027, 10, 4), date(2027, 10, 10))


def test_an_empty_machine_becomes_a_server_one_can_sign_in_to(engine: Engine, data_dir: Path) -> None:
    url = engine.empty()
    made = must(
        ngayso("init", "--email", "quantri@example.vn", "--name", "Lê Thị Hà", "--edition", "2026", "--locality", "Hải Đăng",
               database_url=url, data_dir=data_dir)
    )  # fmt: skip
    [line] = [line for line in made.stdout.splitlines() if line.startswith("Mật khẩu")]
    password = line.rsplit(" ", 1)[1]
    server = Server(url, data_dir).start()
    try:
        with httpx.Client(base_url=server.url, headers={"origin": server.url, "sec-fetch-site": "same-origin"}) as browser:
            signed_in = browser.post("/sign-in", data={"email": "quantri@example.vn", "password": password})
            assert signed_in.status_code == 303, signed_in.text
            home = browser.get("/manage/2026")
            assert home.status_code == 200
            assert "Hải Đăng" in home.text
    finally:
        server.stop()
        engine.remove(url)


def test_a_second_server_on_one_sqlite_file_says_why_it_will_not_start(engine: Engine, live_server: Server) -> None:
    if engine.name != "sqlite":
        return
    second = ngayso("serve", "--port", str(live_server.port + 1), database_url=live_server.database_url, data_dir=live_server.data_dir)
    assert second.returncode == 1
    assert "exactly one server process" in second.stderr


def test_in_a_script_what_is_missing_is_named_and_nothing_is_asked(engine: Engine, data_dir: Path) -> None:
    url = engine.empty()
    refused = ngayso("init", "--edition", "2026", "--email", "quantri@example.vn", database_url=url, data_dir=data_dir)
    engine.remove(url)
    assert refused.returncode == 1
    assert "--locality" in refused.stderr


def test_what_the_command_writes_is_for_its_own_account_alone(engine: Engine, data_dir: Path) -> None:
    url = engine.empty()
    place = data_dir / "new"
    must(ngayso("init", "--email", "quantri@example.vn", database_url=url, data_dir=place))
    must(ngayso("backup", str(place / "b.ngayso"), database_url=url, data_dir=place))
    assert {path.stat().st_mode & 0o077 for path in (place, *place.iterdir())} == {0}
    engine.remove(url)


def test_doctor_names_what_is_not_well_and_fails(engine: Engine, data_dir: Path) -> None:
    url = engine.empty()
    seen = ngayso("doctor", database_url=url, data_dir=data_dir)
    engine.remove(url)
    assert seen.returncode == 1
    assert "ngayso init" in seen.stdout if engine.name == "sqlite" else "ngayso migrate" in seen.stdout
    assert not list(data_dir.glob("*.sqlite"))
    assert "NGAYSO_SMTP_URL" in seen.stdout
    assert "Traceback" not in seen.stdout + seen.stderr


def test_a_setting_that_cannot_work_is_named(data_dir: Path) -> None:
    refused = ngayso("migrate", database_url="mysql://x", data_dir=data_dir)
    assert refused.returncode == 1
    assert "NGAYSO_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
