"""The draft programme as it is edited, and its published versions.

Indexes and checks that Piccolo cannot say for both engines live in `migrations/events`.
"""

from __future__ import annotations

from enum import StrEnum

from piccolo.table import Table

from app.accounts.tables import Person, Unit
from app.kernel.columns import (
    boolean,
    day,
    document,
    fk,
    instant,
    integer,
    key,
    long_text,
    optional_day,
    optional_fk,
    optional_instant,
    optional_integer,
    optional_number,
    text,
    uuid_column,
)


class EditionState(StrEnum):
    """Where an edition stands. Draft: nobody outside sees it. The first publication opens it."""

    draft = "draft"
    open = "open"
    running = "running"
    archived = "archived"


class Edition(Table, tablename="edition"):
    """One year's Day and Week of one locality. Everything public hangs below its slug.

    `published_version` counts the programme's versions: raising it is how publishers queue behind each other.
    What visitors read of an edition (name, theme, dates) is frozen with each version like everything else.
    """

    id = key()
    slug = text(40, unique=True)
    name_vi = text(200)
    name_en = text(200, default="")
    theme_vi = text(300, default="")
    theme_en = text(300, default="")
    locality_vi = text(200, default="")
    locality_en = text(200, default="")
    zone = text(64, default="Asia/Ho_Chi_Minh")
    starts_on = day()
    ends_on = day()
    main_day = optional_day()
    state = text(10, choices=EditionState, default="draft")
    accent = text(7, default="")
    published_version = integer(default=0)
    revision = integer(default=1)
    created_at = instant()


class Term(Table, tablename="term"):
    """One entry of one taxonomy of an edition: a pillar, an emulation content, an audience, a type of activity …

    Unique by (edition, taxonomy, code).
    """

    id = key()
    edition = fk(Edition)
    taxonomy = text(30)
    code = text(60)
    vi = text(300)
    en = text(300, default="")
    position = integer(default=0)


class Venue(Table, tablename="venue"):
    """One place of an edition with an address; online is a venue too. Unique by (edition, code)."""

    id = key()
    edition = fk(Edition)
    code = text(60)
    vi = text(300)
    en = text(300, default="")
    address_vi = text(400, default="")
    address_en = text(400, default="")
    latitude = optional_number()
    longitude = optional_number()
    url = text(500, default="")
    position = integer(default=0)
    revision = integer(default=1)


class Room(Table, tablename="room"):
    """One part of a venue that one activity at a time can have. Unique by (venue, code). No capacity: unknown."""

    id = key()
    venue = fk(Venue)
    code = text(60)
    vi = text(300)
    en = text(300, default="")
    capacity = optional_integer()
    position = integer(default=0)


class Activity(Table, tablename="activity"):
    """One activity of the draft week: what, who, the texts. When and where are its sessions.

    `number` is unique in the edition and appears in exports. `slug` is frozen once `published_at` is set.
    `revision` rises with every edit of the activity or anything that belongs to it, so a form opened earlier is refused.
    `withdrawn`: it was published and then taken out; the row stays, because tickets and calendars know it.
    Capacity, registration and mode of a published activity are read live from here by registrations.
    """

    id = key()
    edition = fk(Edition)
    number = integer()
    slug = text(100)
    title_vi = text(300)
    title_en = text(300, default="")
    summary_vi = long_text(default="")
    summary_en = long_text(default="")
    description_vi = long_text(default="")
    description_en = long_text(default="")
    host = fk(Unit)
    type = fk(Term)
    mode = text(12, default="onsite")
    capacity = optional_integer()
    registration = text(10, default="none")
    status = text(10, default="draft")
    change_reason_vi = text(600, default="")
    change_reason_en = text(600, default="")
    changed_at = optional_instant()
    allow_overlap = boolean(default=False)
    unlisted = boolean(default=False)
    withdrawn = boolean(default=False)
    language = text(35, default="")
    links = document()
    revision = integer(default=1)
    created_at = instant()
    updated_at = instant()
    published_at = optional_instant()


class ActivityUnit(Table, tablename="activity_unit"):
    """One co-hosting organisation of an activity. Unique by (activity, unit)."""

    id = key()
    activity = fk(Activity)
    unit = fk(Unit)
    position = integer(default=0)


class ActivityTerm(Table, tablename="activity_term"):
    """One term an activity carries (pillar, content, audience, accessibility). Unique by (activity, term)."""

    id = key()
    activity = fk(Activity)
    term = fk(Term)
    position = integer(default=0)


class ActivitySpeaker(Table, tablename="activity_speaker"):
    """One speaker of an activity as the programme names them there; `person` when they are one we know."""

    id = key()
    activity = fk(Activity)
    person = optional_fk(Person)
    foreign_id = text(120, default="")
    name = text(300)
    title = text(100, default="")
    post_vi = text(300, default="")
    post_en = text(300, default="")
    unit_vi = text(300, default="")
    unit_en = text(300, default="")
    position = integer(default=0)


class AgendaItem(Table, tablename="agenda_item"):
    """One line of an activity's agenda. May lie outside the session's hours (reception before the start)."""

    id = key()
    activity = fk(Activity)
    starts_at = instant()
    minutes = integer(default=0)
    vi = text(500)
    en = text(500, default="")
    position = integer(default=0)


class Session(Table, tablename="session"):
    """One time and place of an activity. `uid` goes into calendars and never changes.

    `sequence` is the one last published; it only rises. `withdrawn`: published once, gone since; the row stays.
    `previous_*`: where it was moved from, when the draft itself says so (imports); otherwise publishing finds out.
    """

    id = key()
    uid = uuid_column(unique=True)
    activity = fk(Activity)
    number = integer()
    starts_at = optional_instant()
    ends_at = optional_instant()
    venue = optional_fk(Venue)
    room = optional_fk(Room)
    status = text(10, default="confirmed")
    withdrawn = boolean(default=False)
    sequence = integer(default=0)
    published_at = optional_instant()
    previous_starts_at = optional_instant()
    previous_ends_at = optional_instant()
    previous_place = document()


class SessionSite(Table, tablename="session_site"):
    """One satellite site (điểm cầu) of a session. Unique by (session, unit)."""

    id = key()
    session = fk(Session)
    unit = fk(Unit)
    venue = optional_fk(Venue)
    room = optional_fk(Room)
    capacity = optional_integer()
    position = integer(default=0)


class ActivityRevision(Table, tablename="activity_revision"):
    """One activity exactly as it was published, immutable: `document` is the JSON of `model.Activity`.

    Unique by (activity, number). `digest` is the SHA-256 of the document.
    """

    id = key()
    activity = fk(Activity)
    number = integer()
    document = document()
    digest = text(64)
    published_at = instant()


class ProgrammeVersion(Table, tablename="programme_version"):
    """One published state of a whole programme. Unique by (edition, number). Never changed.

    `edition_document` is what readers saw of the edition itself; `changes` is the JSON of what differs from the version
    before; `overlap_allowed`: the publisher accepted room clashes.
    """

    id = key()
    edition = fk(Edition)
    number = integer()
    note = text(500, default="")
    published_at = instant()
    published_by = text(200, default="")
    overlap_allowed = boolean(default=False)
    edition_document = document()
    changes = document()


class ProgrammeEntry(Table, tablename="programme_entry"):
    """One activity in one programme version, with the revision that version shows. Unique by (version, activity)."""

    id = key()
    version = fk(ProgrammeVersion)
    activity = fk(Activity)
    revision = fk(ActivityRevision)


TABLES: tuple[type[Table], ...] = (
    Edition,
    Term,
    Venue,
    Room,
    Activity,
    ActivityUnit,
    ActivityTerm,
    ActivitySpeaker,
    AgendaItem,
    Session,
    SessionSite,
    ActivityRevision,
    ProgrammeVersion,
    ProgrammeEntry,
)
