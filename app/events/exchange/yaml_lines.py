"""YAML whose every value knows its line. Pure.

Scalars stay the text that was typed (YAML would read `07:15` as a number and `no` as false); aliases are refused,
because a few of them can stand for gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from app.events.exchange.frab_xml import TooLarge
from app.events.exchange.programme_file import LARGEST, Broken, Misread

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = ("", "~", "null", "Null", "NULL")


class Item:
    """One value of the document and the line it begins on; asks are answered or refused with that line."""

    __slots__ = ("fields", "items", "line", "name", "text")

    def __init__(self, line: int, name: str) -> None:
        self.line = line
        self.name = name
        self.text: str | None = None
        self.fields: dict[str, Item] | None = None
        self.items: list[Item] | None = None

    def get(self, name: str) -> Item | None:
        """The field of this name, unless it is absent or null."""
        found = self.mapping().get(name)
        return None if found is None or found.is_null else found

    @property
    def is_null(self) -> bool:
        """Whether nothing was written."""
        return self.text is None and self.fields is None and self.items is None

    def mapping(self) -> dict[str, Item]:
        """The fields."""
        if self.fields is None:
            raise self.wrong()
        return self.fields

    def each(self, name: str) -> Iterator[Item]:
        """The entries of the list in this field; none where it is absent."""
        found = self.get(name)
        if found is not None:
            if found.items is None:
                raise found.wrong()
            yield from found.items

    def string(self) -> str:
        """The text as typed."""
        if self.text is None:
            raise self.wrong()
        return self.text

    def read(self, name: str) -> str:
        """The text in this field, empty where it is absent."""
        found = self.get(name)
        return found.string() if found is not None else ""

    def need(self, name: str) -> Item:
        """The field of this name, which must be there."""
        found = self.get(name)
        if found is None:
            raise Misread(self.line, f"{self.name}: {name}?")
        return found

    def wrong(self) -> Misread:
        """What to raise when the value cannot be understood."""
        shown = self.text if self.text is not None else "{…}" if self.fields is not None else "[…]" if self.items is not None else "null"
        return Misread(self.line, f"{self.name}: {shown[:80]}")


def read_yaml(data: bytes) -> Item:
    """The document.

    Raises:
        Broken: no YAML; carries the line.
        Misread: an alias, a repeated name, no mapping.
        TooLarge
    """
    if len(data) > LARGEST:
        raise TooLarge
    try:
        root = yaml.compose(data, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise Broken(mark.line + 1 if mark else 1, (fault.problem or "YAML").strip()) from None
    except yaml.reader.ReaderError as fault:
        raise Broken(_line_of(data, fault), str(fault.reason)) from None
    except RecursionError:
        raise Broken(1, "YAML") from None
    if not isinstance(root, yaml.MappingNode):
        raise Misread(1, "YAML")
    return _item(root, "", set())


def _line_of(data: bytes, fault: yaml.reader.ReaderError) -> int:
    position = fault.position if isinstance(fault.position, int) else 0
    return data[:position].count(b"\n") + 1


def _item(node: yaml.Node, name: str, seen: set[int]) -> Item:
    item = Item(node.start_mark.line + 1, name)
    if isinstance(node, yaml.ScalarNode):
        # The C parser writes the plain style as "", the Python one as None.
        if not (node.value in _NULL and not node.style):
            item.text = node.value
        return item
    if id(node) in seen:
        raise Misread(item.line, f"{name}: *")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        item.items = [_item(child, name, seen) for child in node.value]
    elif isinstance(node, yaml.MappingNode):
        item.fields = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Misread(key.start_mark.line + 1, name)
            if key.value in item.fields:
                raise Misread(key.start_mark.line + 1, f"{key.value} × 2")
            item.fields[key.value] = _item(value, key.value, seen)
    return item
