"""Pages as somebody without script and without mercy reads them: their forms, each input with what is said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass
class Control:
    """One name of a form: an input, or all boxes of a group."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    """What a browser would send as the page stands."""
    options: list[str] = field(default_factory=list)
    described_by: list[str] = field(default_factory=list)
    required: bool = False
    inputmode: str = ""

    @property
    def is_typed(self) -> bool:
        """Whether its reader types into it, so that every text can come back."""
        return self.kind not in ("select", "checkbox", "radio", "hidden", "password")


@dataclass
class SeenForm:
    """A form with its controls by name, in their order, and the buttons that send it."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self) -> list[tuple[str, str]]:
        """What would be sent by the first button."""
        pairs = [(one.name, value) for one in self.controls.values() for value in one.values]
        return pairs + [button for button in self.buttons[:1] if button[0]]


class SeenPage(HTMLParser):
    """A parsed page: `forms`, the text of every element with an id, and what it says as an alert."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[SeenForm] = []
        self.texts: dict[str, str] = {}
        self.classes: dict[str, str] = {}
        self.alerts = ""
        self.tags: set[str] = set()
        self._open: list[tuple[str, dict[str, str]]] = []
        self._form: SeenForm | None = None
        self._by_id: dict[str, SeenForm] = {}
        self._text_area: Control | None = None
        self._select: Control | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if "id" in known:
            self.texts.setdefault(known["id"], "")
            self.classes[known["id"]] = known.get("class", "")
        if tag == "form":
            self._form = SeenForm(known.get("action", ""), known.get("method", "get").lower())
            self.forms.append(self._form)
            if "id" in known:
                self._by_id[known["id"]] = self._form
        form = self._by_id.get(known["form"]) if "form" in known else self._form
        if form is not None:
            self._control(form, tag, known)
        if tag not in VOID:
            self._open.append((tag, known))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def _control(self, form: SeenForm, tag: str, known: dict[str, str]) -> None:
        name, kind = known.get("name", ""), known.get("type", "text") if tag == "input" else tag
        if tag == "button" and known.get("type", "submit") == "submit" and "formnovalidate" not in known:
            form.buttons.append((name, known.get("value", "")))
        if tag == "option" and self._select is not None:
            self._select.options.append(known.get("value", ""))
            if "selected" in known:
                self._select.values = [known.get("value", "")]
        if not name or tag not in ("input", "textarea", "select") or kind in ("submit", "button", "image"):
            return
        control = form.controls.setdefault(name, Control(name, kind))
        control.required = control.required or "required" in known
        control.inputmode = known.get("inputmode", "")
        around = [attributes.get("aria-describedby", "") for element, attributes in self._open if element == "fieldset"]
        control.described_by += f"{known.get('aria-describedby', '')} {' '.join(around)}".split()
        if kind in ("checkbox", "radio"):
            control.options.append(known.get("value", "on"))
            if "checked" in known:
                control.values.append(known.get("value", "on"))
        elif tag == "input":
            control.values.append(known.get("value", ""))
        elif tag == "textarea":
            control.values.append("")
            self._text_area = control
        else:
            self._select = control

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea" and self._text_area is not None:
            # The line break right after the start tag is markup.
            self._text_area.values[-1] = self._text_area.values[-1].removeprefix("\n")
            self._text_area = None
        if tag == "select" and self._select is not None:
            if not self._select.values and self._select.options:
                self._select.values = self._select.options[:1]
            self._select = None
        if any(element == tag for element, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._text_area is not None:
            self._text_area.values[-1] += data
        for _element, known in self._open:
            if "id" in known:
                self.texts[known["id"]] += data
        if any(known.get("role") == "alert" for _element, known in self._open):
            self.alerts += data.strip()

    def form(self, like: SeenForm) -> SeenForm | None:
        """The same form on this page: the same address, method and (more or less) fields."""
        alike = [one for one in self.forms if one.method == like.method and path_of(one) == path_of(like)]
        return max(alike, key=lambda one: len(one.controls.keys() & like.controls.keys()), default=None)

    def fault(self, control: Control) -> str:
        """The sentence beside it, found as a screen reader finds it."""
        said = [self.texts.get(one, "").strip() for one in control.described_by if "field-error" in self.classes.get(one, "")]
        return " ".join(one for one in said if one)


def path_of(form: SeenForm) -> str:
    """Where it goes, without its query."""
    return urlsplit(form.action).path


def folded(name: str) -> str:
    """`s0_day` and `s17_day` are one field."""
    return re.sub(r"^([a-z])\d+_", r"\1N_", name)


def encoded(pairs: list[tuple[str, str | bytes]]) -> bytes:
    """As a browser sends a form; bytes go out as they are."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs).encode()
