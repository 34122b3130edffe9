"""Who does something: the `by` of every use case, and the first column of the audit."""

from __future__ import annotations

from typing import Literal

import msgspec

ActorKind = Literal["account", "device", "visitor", "system"]


class Actor(msgspec.Struct, frozen=True):
    """One who acts. `id` is the account's or device's id, empty for visitors; `label` is for people who read the audit."""

    kind: ActorKind
    id: str = ""
    label: str = ""

    @classmethod
    def anonymous(cls) -> Actor:
        """A visitor without an account."""
        return cls("visitor")

    @classmethod
    def system(cls, label: str) -> Actor:
        """The server itself, or the command line: `label` says which part."""
        return cls("system", "", label)
