"""Organisations, people, and who may do what.

Indexes and checks that Piccolo cannot say for both engines live in `migrations/accounts`.
"""

from __future__ import annotations

from enum import StrEnum

from piccolo.table import Table

from app.kernel.columns import (
    boolean,
    fk,
    instant,
    integer,
    key,
    optional_day,
    optional_fk,
    optional_instant,
    optional_text,
    text,
)


class AccountState(StrEnum):
    """Whether an account may sign in."""

    active = "active"
    disabled = "disabled"


class UnitKind(Table, tablename="unit_kind"):
    """One kind of organisation (ward, department, enterprise …). Rows, because localities name and add them."""

    id = key()
    code = text(40, unique=True)
    vi = text(200)
    en = text(200, default="")
    position = integer(default=0)


class Unit(Table, tablename="unit"):
    """One organisation in the tree; enterprises are units too.

    A unit that ends keeps its row: `valid_to` says when, `successor` which unit carries on. Both days are inclusive.
    """

    id = key()
    code = text(40, unique=True)
    kind = fk(UnitKind)
    vi = text(300)
    en = text(300, default="")
    parent = optional_fk("self")
    valid_from = optional_day()
    valid_to = optional_day()
    successor = optional_fk("self")
    search_text = text(700)
    sort_text = text(700)
    revision = integer(default=1)


class Person(Table, tablename="person"):
    """One human being as the programme names them: the bare name, with honorific and function beside it."""

    id = key()
    name = text(200)
    title = text(100, default="")
    post_vi = text(300, default="")
    post_en = text(300, default="")
    unit = optional_fk(Unit)
    search_text = text(900)
    sort_text = text(500)


class Account(Table, tablename="account"):
    """One who can sign in. `email` is casefolded; without a password hash only an invitation could open it."""

    id = key()
    email = text(254, unique=True)
    name = text(200)
    password_hash = optional_text(200)
    state = text(10, choices=AccountState)
    language = text(2, default="vi")
    person = optional_fk(Person)
    created_at = instant()
    search_text = text(500)
    sort_text = text(500)
    revision = integer(default=1)


class Role(Table, tablename="role"):
    """One role of one account in one scope. Revoked roles stay as history; a live one exists once (partial unique index).

    `scope_id` is text without a foreign key, because most scopes (editions, gates, ceremonies) live in higher rooms.
    """

    id = key()
    account = fk(Account)
    kind = text(40)
    scope_kind = text(20)
    scope_id = text(64, default="")
    with_subtree = boolean(default=False)
    granted_at = instant()
    granted_by = text(200, default="")
    revoked_at = optional_instant()


class SignIn(Table, tablename="sign_in"):
    """One open session of one browser. Only the digest of its token is kept; the row is deleted at sign-out."""

    id = key()
    token_digest = text(64, unique=True)
    account = fk(Account)
    created_at = instant()
    expires_at = instant()
    last_seen_at = instant()
    user_agent = text(200, default="")


TABLES: tuple[type[Table], ...] = (UnitKind, Unit, Person, Account, Role, SignIn)
