"""Keep `locales/` in step with the code: `make messages`, or `python -m app.kernel.web.catalogues [room …]`.

Each room has a catalogue per language of what its own modules and templates say. New messages are added (with the
English of another room where it has one already), vanished ones removed, translations are never touched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from app.kernel.paths import LOCALES, TEMPLATES
from app.kernel.web.i18n import LANGUAGES

ROOMS = ("kernel", "accounts", "events", "registrations", "site")
APP = Path(__file__).resolve().parents[2]

_KEYWORDS: dict[str, Any] = {
    "_": None, "N_": None, "lazy": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
_TEMPLATES = (".html", ".txt", ".svg", ".xml")
_KERNEL_TEMPLATES = ("layouts", "components", "errors", "kernel")
_PLURALS = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_TAG = re.compile(r"</?[a-z][^>]*>")


def sources(room: str) -> list[tuple[Path, str]]:
    """The files of a room and how each is read."""
    folders = [TEMPLATES / name for name in _KERNEL_TEMPLATES] if room == "kernel" else [TEMPLATES / room]
    modules = [*(APP / room).rglob("*.py"), *(APP.glob("*.py") if room == "kernel" else ())]
    templates = [path for folder in folders for path in folder.rglob("*") if path.suffix in _TEMPLATES]
    return [*((path, "python") for path in sorted(modules)), *((path, "jinja2") for path in sorted(templates))]


def extract(room: str) -> Catalog:
    """What a room says now."""
    found = Catalog()
    options: dict[str, dict[str, Any]] = {"jinja2": {"extensions": "jinja2.ext.do", "encoding": "utf-8", "silent": "false"}, "python": {}}
    for path, method in sources(room):
        place = path.relative_to(TEMPLATES if method == "jinja2" else APP).as_posix()
        prefix = "templates" if method == "jinja2" else "app"
        for _line, message, _comments, context in extract_from_file(
            method, path, keywords=_KEYWORDS, comment_tags=(), options=options[method], strip_comment_tags=True
        ):
            if message:
                found.add(message, None, [(f"{prefix}/{place}", 0)], context=context)
    return found


def load(room: str, language: str) -> Catalog:
    """A room's catalogue as it is kept."""
    path = LOCALES / language / f"{room}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, ignore_obsolete=True)


def is_translated(message: Message) -> bool:
    """Whether all its forms are there."""
    forms = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return all(forms) and not message.fuzzy


def update(room: str, language: str, known: Iterable[Catalog] = ()) -> int:
    """Bring one file up to date; returns how many of its messages still want a translation."""
    kept, fresh = load(room, language), Catalog(locale=language)
    wanting = 0
    for message in sorted(extract(room), key=lambda one: (one.locations[:1], str(one.id))):
        if not message.id:
            continue
        found: Any = None
        for source in (kept, *known):
            old = source.get(_first(message.id), context=message.context)
            if old is not None and is_translated(old) and isinstance(old.id, str) == isinstance(message.id, str):
                found = old.string
                break
        fresh.add(message.id, found, sorted(set(message.locations)), context=message.context)
        wanting += found is None
    body = io.BytesIO()
    write_po(body, fresh, width=120, omit_header=True, sort_output=False, include_lineno=False)
    head = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: ngayso\\n"\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {_PLURALS[language]}\\n"\n\n'
    )
    path = LOCALES / language / f"{room}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + body.getvalue())
    return wanting if language != "vi" else 0


def _first(identity: Any) -> str:
    return str(identity[0] if isinstance(identity, (list, tuple)) else identity)


def faults(room: str) -> list[str]:
    """What is wrong with a room's English: missing, empty or left-over messages, placeholders and tags that differ."""
    said = {(_first(message.id), message.context): message for message in extract(room) if message.id}
    kept = {(_first(message.id), message.context): message for message in load(room, "en") if message.id}
    found = [f"not in the catalogue: {one[0]!r}" for one in said.keys() - kept.keys()]
    found += [f"said nowhere any more: {one[0]!r}" for one in kept.keys() - said.keys()]
    for one in said.keys() & kept.keys():
        if not is_translated(kept[one]):
            found.append(f"no English: {one[0]!r}")
        else:
            found += _differences(kept[one])
    return sorted(found)


def _differences(message: Message) -> list[str]:
    vietnamese = _first(message.id)
    names = set(_PLACEHOLDER.findall(vietnamese))
    try:
        vietnamese % dict.fromkeys(names, 1)
    except (ValueError, TypeError, KeyError):
        return [f"not a %-format (write %% for a percent sign): {vietnamese!r}"]
    forms = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    found = []
    for form in map(str, forms):
        # The English singular may write the number out: "one seat left".
        extra = set(_PLACEHOLDER.findall(form)) ^ names
        if extra - ({"n", "num"} if len(forms) > 1 else set()):
            found.append(f"placeholders differ: {vietnamese!r} / {form!r}")
        elif sorted(_TAG.findall(form)) != sorted(_TAG.findall(vietnamese)):
            found.append(f"tags differ: {vietnamese!r} / {form!r}")
        else:
            try:
                form % dict.fromkeys(names, 1)
            except (ValueError, TypeError, KeyError):
                found.append(f"not a %-format (write %% for a percent sign): {form!r}")
    return found


def disagreements() -> list[str]:
    """Messages that two rooms share and translate differently: one answer is needed (use `pgettext` for two meanings)."""
    first: dict[tuple[str, Any], tuple[str, Any]] = {}
    found = []
    for room in ROOMS:
        for message in load(room, "en"):
            if not message.id or not is_translated(message):
                continue
            one = (_first(message.id), message.context)
            known = first.setdefault(one, (room, message.string))
            if known[1] != message.string:
                found.append(f"{one[0]!r}: {known[0]} says {known[1]!r}, {room} says {message.string!r}")
    return found


@click.command()
@click.argument("rooms", nargs=-1, type=click.Choice(ROOMS))
def main(rooms: Sequence[str]) -> None:
    """Bring the catalogues of ROOMS (all) up to date and say what still wants English."""
    for language in LANGUAGES:
        known = [load(room, language) for room in ROOMS]
        for room in rooms or ROOMS:
            wanting = update(room, language, known)
            click.echo(f"locales/{language}/{room}.po" + (f": {wanting} messages want a translation" if wanting else ""))


if __name__ == "__main__":
    main()
