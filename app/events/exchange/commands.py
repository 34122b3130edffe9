"""`ngayso import programme` and `ngayso export programme`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from app.events.exchange.exporting import FORMATS, Format, export_programme
from app.events.exchange.frab_reading import known_zone
from app.events.exchange.importing import ImportReport, import_programme
from app.events.exchange.programme_file import ProgrammeFile, ZoneNeeded
from app.events.exchange.reading import read_programme
from app.events.programme import queries
from app.events.programme.conflicts import Conflict, Occupancy
from app.events.programme.publishing import Clash
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.command import refuse, with_database
from app.kernel.errors import DomainError
from app.kernel.web.wording import plain, range_vi, zone_of
from app.settings import Settings

_MOST_NOTES, _MOST_CLASHES = 12, 20


@click.group(name="import")
def import_group() -> None:
    """Nhập dữ liệu từ tệp. / Bring in data from files."""


@click.group(name="export")
def export_group() -> None:
    """Xuất dữ liệu ra tệp. / Write data to files."""


@import_group.command(name="programme")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--edition", "edition_slug", help="Kỳ tổ chức nhận chương trình; chưa có thì được tạo. / The edition; made if it does not exist."
)
@click.option("--publish", is_flag=True, help="Công bố ngay. / Publish at once.")
@click.option("--allow-overlap", is_flag=True, help="Chấp nhận trùng phòng khi công bố. / Publish despite room clashes.")
@click.option("--zone", help="Múi giờ khi tệp không ghi, ví dụ Europe/Brussels. / The time zone where the file has none.")
@click.option("--dry-run", is_flag=True, help="Chỉ tính thử, không ghi gì. / Count only, change nothing.")
def import_programme_command(
    file: Path, edition_slug: str | None, publish: bool, allow_overlap: bool, zone: str | None, dry_run: bool
) -> None:
    """Nhập chương trình từ frab XML/JSON hoặc YAML: tất cả hoặc không gì cả. / Import a programme: all of it or nothing."""
    if allow_overlap and not publish:
        refuse("--allow-overlap chỉ dùng cùng --publish. / --allow-overlap goes with --publish.")
    if zone is not None and not known_zone(zone):
        refuse(f"--zone {zone}: không có múi giờ này, ví dụ đúng: Asia/Ho_Chi_Minh / there is no such zone.")

    async def work(_settings: Settings) -> tuple[ProgrammeFile, ImportReport]:
        try:
            programme = read_programme(file, zone=zone or "")
        except ZoneNeeded:
            if edition_slug and await queries.edition(edition_slug) is None:
                raise ZoneNeeded((), edition=edition_slug) from None
            raise
        try:
            report = await import_programme(
                programme,
                by=Actor.system("cli"),
                edition_slug=edition_slug,
                zone=zone,
                publish=publish,
                allow_overlap=allow_overlap,
                dry_run=dry_run,
                note=f"import {file.name}",
            )
        except Clash as clash:
            shown_in = await queries.edition(edition_slug or programme.edition.slug)
            with zone_of(shown_in.info if shown_in else programme.edition):
                for line in _clash_lines(clash.conflicts):
                    click.echo(line, err=True)
            refuse(f"{clash} Thêm --allow-overlap nếu chấp nhận. Không có gì thay đổi. / Nothing was changed.")
        return programme, report

    programme, report = with_database(work)
    for line in _told(programme, report, file=file, publish=publish, dry_run=dry_run):
        click.echo(line)
    click.echo(report.line())


def _told(programme: ProgrammeFile, report: ImportReport, *, file: Path, publish: bool, dry_run: bool) -> Iterator[str]:
    """What the person at the terminal should know besides the counts."""
    for note in programme.notes[:_MOST_NOTES]:
        yield f"{file.name}, dòng {note.line}: {note.what} (đã xử lý)"
    if len(programme.notes) > _MOST_NOTES:
        yield f"… và {len(programme.notes) - _MOST_NOTES} lưu ý nữa."
    events = sum(len(entry.keys) for entry in programme.entries)
    yield f"Đã đọc {file.name}: {len(programme.entries)} hoạt động, {events} buổi."
    if report.outside and report.days:
        first, last = report.days
        yield f"{report.outside} buổi nằm ngoài thời gian của kỳ {report.edition} ({first:%d/%m}–{last:%d/%m/%Y})."
    if dry_run:
        yield "Chạy thử: không có gì được ghi."
    elif report.edition_created:
        yield f"Đã tạo kỳ tổ chức “{report.edition}”."
    if report.returned:
        yield f"Trở lại chương trình: {report.returned}."
    if publish and not dry_run:
        yield f"Đã công bố phiên bản {report.version}." if report.version else "Không có thay đổi nào để công bố."
    elif not dry_run:
        yield f"Đã ghi vào bản nháp của “{report.edition}”; thêm --publish để công bố."


def _clash_lines(conflicts: tuple[Conflict, ...]) -> Iterator[str]:
    for conflict in conflicts[:_MOST_CLASHES]:
        room = ", ".join(part for part in (plain(conflict.place.room), plain(conflict.place.venue)) if part)
        yield f"Trùng phòng {room}: {_side(conflict.first)} ↔ {_side(conflict.second)}"
    if len(conflicts) > _MOST_CLASHES:
        yield f"… và {len(conflicts) - _MOST_CLASHES} trường hợp nữa."


def _side(one: Occupancy) -> str:
    return f"“{plain(one.title)}” ({range_vi(one.starts_at, one.ends_at)})"


@export_group.command(name="programme")
@click.option("--edition", "edition_slug", help="Kỳ tổ chức; mặc định là kỳ đang diễn ra. / The edition; today's by default.")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="xml, json (frab), yaml (đầy đủ), ics.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Tệp đích; mặc định là màn hình. / File; standard output by default.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Ngôn ngữ / language (xml, json, ics).")
@click.option("--draft", is_flag=True, help="Bản nháp thay vì bản đã công bố. / The draft instead of what is published.")
def export_programme_command(edition_slug: str | None, form: Format, output: Path | None, lang: str, draft: bool) -> None:
    """Xuất chương trình: frab XML/JSON, YAML đầy đủ hoặc iCalendar. / Write the programme to a file."""

    async def work(settings: Settings) -> bytes:
        found = await _edition(edition_slug)
        return await export_programme(found, form, base_url=settings.base_url, language=lang, draft=draft)

    data = with_database(work)
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as fault:
        refuse(f"Không ghi được {output}: {fault.strerror} / cannot be written.")
    click.echo(f"Đã ghi {output} ({len(data)} byte).")


async def _edition(slug: str | None) -> queries.EditionView:
    if slug:
        found = await queries.edition(slug)
    else:
        everything = await queries.editions()
        today = now().astimezone(ZoneInfo(everything[0].zone)).date() if everything else now().date()
        found = await queries.edition_today(today) or next(iter(everything), None)
    if found is None:
        raise _NoEdition(slug or "")
    return found


class _NoEdition(DomainError):
    """There is nothing to export from."""

    def __init__(self, slug: str) -> None:
        super().__init__("Không tìm thấy kỳ tổ chức “%(slug)s”. / There is no such edition.", slug=slug)
