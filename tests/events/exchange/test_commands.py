"""The command line: what the organiser reads, and what scripts rely on (exit code, last line)."""

from __future__ import annotations

from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.events.exchange.files import SAMPLE_WEEK, event, schedule
from tests.ground.databases import clean_environment, must, ngayso


@pytest.fixture
def command(settings, monkeypatch):
    """Run `ngayso …` on the fresh database, in this process: a new Python for each would cost a second."""
    for name, value in clean_environment(settings.database_url, settings.data_dir).items():
        if name.startswith("NGAYSO_"):
            monkeypatch.setenv(name, value)

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def file(tmp_path):
    """Write a schedule to a file."""

    def write(*events: str, name: str = "tuan-le.xml", **more: str) -> Path:
        path: Path = tmp_path / name
        path.write_bytes(schedule(*events, **more))
        return path

    return write


def last(done: Result) -> str:
    return done.stdout.splitlines()[-1]


OPENING = event("g-1", "Khai mạc", "08:00")
CLASHING = event("g-2", "Cùng phòng", "08:30")


def test_from_a_file_to_a_published_programme_and_out_again(command, file, tmp_path) -> None:
    rehearsed = command("import", "programme", file(OPENING, CLASHING), "--dry-run")
    assert (rehearsed.exit_code, last(rehearsed)) == (0, "new 2, changed 0 (moved 0), gone 0, unchanged 0")
    assert "không có gì được ghi" in rehearsed.stdout

    refused = command("import", "programme", file(OPENING, CLASHING), "--publish")
    assert refused.exit_code == 1
    for told in ("Hội trường", "“Khai mạc” (08:00–09:00, Thứ Năm, 08/10/2026)", "“Cùng phòng” (08:30–09:30", "--allow-overlap"):
        assert told in refused.stderr
    assert command("export", "programme", "--format", "xml").exit_code == 1  # nothing was imported

    done = command("import", "programme", file(OPENING, CLASHING), "--publish", "--allow-overlap", "--edition", "2027")
    assert (done.exit_code, last(done)) == (0, "new 2, changed 0 (moved 0), gone 0, unchanged 0")
    assert "Đã công bố phiên bản 1." in done.stdout

    for form in ("xml", "json", "yaml", "ics"):
        target = tmp_path / f"out.{form}"
        assert command("export", "programme", "--edition", "2027", "--format", form, "-o", target).exit_code == 0
        if form != "ics":
            again = command("import", "programme", target, "--edition", "2027", "--publish")
            assert last(again) == "new 0, changed 0 (moved 0), gone 0, unchanged 2"
    assert len(icalendar.Calendar.from_ical((tmp_path / "out.ics").read_bytes()).events) == 2
    printed = command("export", "programme", "--format", "yaml")
    assert printed.stdout == (tmp_path / "out.yaml").read_text()


def test_a_process_of_its_own_ends_with_the_counts(settings) -> None:
    arguments = ("import", "programme", str(SAMPLE_WEEK), "--publish")
    done = must(ngayso(*arguments, database_url=settings.database_url, data_dir=settings.data_dir))
    assert done.stdout.splitlines()[-1] == "new 62, changed 0 (moved 0), gone 0, unchanged 0"


def test_each_refusal_is_one_plain_sentence(command, file, tmp_path) -> None:
    broken = file(OPENING)
    broken.write_bytes(broken.read_bytes().replace(b"</title>\n<start>", b"</title>\n<<<<<<< HEAD\n<start>"))
    missing_zone = file(OPENING, name="zone.xml", zone="")
    good = file(OPENING, name="good.xml")
    for arguments, sentence in (
        ((broken,), "Tệp hỏng ở dòng"),
        ((missing_zone,), "Hãy thêm --zone"),
        ((missing_zone, "--zone", "Hải Đăng"), "không có múi giờ này"),
        ((tmp_path / "khong-co.xml",), "Không đọc được tệp"),
        ((good, "--edition", "manage"), "không dùng được"),
        ((good, "--allow-overlap"), "--publish"),
    ):
        done = command("import", "programme", *arguments)
        assert done.exit_code == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    unknown = command("export", "programme", "--edition", "1999", "--format", "xml")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "1999" in unknown.stderr
    assert command("export", "programme", "--edition", "1999", "--format", "pdf").exit_code == 2
