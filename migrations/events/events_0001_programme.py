"""Editions, taxonomies, venues, the draft programme and its published versions."""

ID = "events_0001_programme"
DESCRIPTION = "editions, terms, venues, rooms, activities, sessions, revisions, programme versions"

SQL = (
    """
    CREATE TABLE edition (
        id UUID PRIMARY KEY,
        slug VARCHAR(40) NOT NULL UNIQUE CHECK (slug <> '' AND slug = lower(slug)),
        name_vi VARCHAR(200) NOT NULL,
        name_en VARCHAR(200) NOT NULL,
        theme_vi VARCHAR(300) NOT NULL,
        theme_en VARCHAR(300) NOT NULL,
        locality_vi VARCHAR(200) NOT NULL,
        locality_en VARCHAR(200) NOT NULL,
        zone VARCHAR(64) NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        main_day DATE NULL,
        state VARCHAR(10) NOT NULL CHECK (state IN ('draft', 'open', 'running', 'archived')),
        accent VARCHAR(7) NOT NULL,
        published_version INTEGER NOT NULL CHECK (published_version >= 0),
        revision INTEGER NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT edition_days CHECK (ends_on >= starts_on)
    )
    """,
    """
    CREATE TABLE term (
        id UUID PRIMARY KEY,
        edition UUID NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        taxonomy VARCHAR(30) NOT NULL,
        code VARCHAR(60) NOT NULL CHECK (code <> ''),
        vi VARCHAR(300) NOT NULL,
        en VARCHAR(300) NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX term_edition_taxonomy_code ON term (edition, taxonomy, code)",
    """
    CREATE TABLE venue (
        id UUID PRIMARY KEY,
        edition UUID NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        code VARCHAR(60) NOT NULL CHECK (code <> ''),
        vi VARCHAR(300) NOT NULL,
        en VARCHAR(300) NOT NULL,
        address_vi VARCHAR(400) NOT NULL,
        address_en VARCHAR(400) NOT NULL,
        latitude DOUBLE PRECISION NULL CHECK (latitude BETWEEN -90 AND 90),
        longitude DOUBLE PRECISION NULL CHECK (longitude BETWEEN -180 AND 180),
        url VARCHAR(500) NOT NULL,
        position INTEGER NOT NULL,
        revision INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX venue_edition_code ON venue (edition, code)",
    """
    CREATE TABLE room (
        id UUID PRIMARY KEY,
        venue UUID NOT NULL REFERENCES venue (id) ON DELETE RESTRICT,
        code VARCHAR(60) NOT NULL CHECK (code <> ''),
        vi VARCHAR(300) NOT NULL,
        en VARCHAR(300) NOT NULL,
        capacity INTEGER NULL CHECK (capacity >= 0),
        position INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX room_venue_code ON room (venue, code)",
    """
    CREATE TABLE activity (
        id UUID PRIMARY KEY,
        edition UUID NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        number INTEGER NOT NULL CHECK (number > 0),
        slug VARCHAR(100) NOT NULL CHECK (slug <> ''),
        title_vi VARCHAR(300) NOT NULL,
        title_en VARCHAR(300) NOT NULL,
        summary_vi TEXT NOT NULL,
        summary_en TEXT NOT NULL,
        description_vi TEXT NOT NULL,
        description_en TEXT NOT NULL,
        host UUID NOT NULL REFERENCES unit (id) ON DELETE RESTRICT,
        type UUID NOT NULL REFERENCES term (id) ON DELETE RESTRICT,
        mode VARCHAR(12) NOT NULL CHECK (mode IN ('onsite', 'online', 'hybrid', 'multi_site')),
        capacity INTEGER NULL CHECK (capacity >= 0),
        registration VARCHAR(10) NOT NULL CHECK (registration IN ('open', 'approval', 'invite', 'walk_in', 'none')),
        status VARCHAR(10) NOT NULL CHECK (status IN ('draft', 'confirmed', 'postponed', 'cancelled')),
        change_reason_vi VARCHAR(600) NOT NULL,
        change_reason_en VARCHAR(600) NOT NULL,
        changed_at TIMESTAMPTZ NULL,
        allow_overlap BOOLEAN NOT NULL,
        unlisted BOOLEAN NOT NULL,
        withdrawn BOOLEAN NOT NULL,
        language VARCHAR(35) NOT NULL,
        links TEXT NOT NULL,
        revision INTEGER NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        updated_at TIMESTAMPTZ NOT NULL,
        published_at TIMESTAMPTZ NULL
    )
    """,
    "CREATE UNIQUE INDEX activity_edition_number ON activity (edition, number)",
    "CREATE UNIQUE INDEX activity_edition_slug ON activity (edition, slug)",
    "CREATE INDEX activity_host ON activity (host)",
    """
    CREATE TABLE activity_unit (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        unit UUID NOT NULL REFERENCES unit (id) ON DELETE RESTRICT,
        position INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX activity_unit_activity_unit ON activity_unit (activity, unit)",
    "CREATE INDEX activity_unit_unit ON activity_unit (unit)",
    """
    CREATE TABLE activity_term (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        term UUID NOT NULL REFERENCES term (id) ON DELETE RESTRICT,
        position INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX activity_term_activity_term ON activity_term (activity, term)",
    "CREATE INDEX activity_term_term ON activity_term (term)",
    """
    CREATE TABLE activity_speaker (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        person UUID NULL REFERENCES person (id) ON DELETE RESTRICT,
        foreign_id VARCHAR(120) NOT NULL,
        name VARCHAR(300) NOT NULL,
        title VARCHAR(100) NOT NULL,
        post_vi VARCHAR(300) NOT NULL,
        post_en VARCHAR(300) NOT NULL,
        unit_vi VARCHAR(300) NOT NULL,
        unit_en VARCHAR(300) NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    "CREATE INDEX activity_speaker_activity ON activity_speaker (activity)",
    "CREATE INDEX activity_speaker_person ON activity_speaker (person) WHERE person IS NOT NULL",
    """
    CREATE TABLE agenda_item (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        starts_at TIMESTAMPTZ NOT NULL,
        minutes INTEGER NOT NULL CHECK (minutes >= 0),
        vi VARCHAR(500) NOT NULL,
        en VARCHAR(500) NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    "CREATE INDEX agenda_item_activity ON agenda_item (activity)",
    """
    CREATE TABLE session (
        id UUID PRIMARY KEY,
        uid UUID NOT NULL UNIQUE,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        number INTEGER NOT NULL CHECK (number > 0),
        starts_at TIMESTAMPTZ NULL,
        ends_at TIMESTAMPTZ NULL,
        venue UUID NULL REFERENCES venue (id) ON DELETE RESTRICT,
        room UUID NULL REFERENCES room (id) ON DELETE RESTRICT,
        status VARCHAR(10) NOT NULL CHECK (status IN ('confirmed', 'postponed', 'cancelled')),
        withdrawn BOOLEAN NOT NULL,
        sequence INTEGER NOT NULL CHECK (sequence >= 0),
        published_at TIMESTAMPTZ NULL,
        previous_starts_at TIMESTAMPTZ NULL,
        previous_ends_at TIMESTAMPTZ NULL,
        previous_place TEXT NOT NULL,
        CONSTRAINT session_start_and_end CHECK ((starts_at IS NULL) = (ends_at IS NULL)),
        CONSTRAINT session_ends_after_start CHECK (ends_at >= starts_at),
        CONSTRAINT session_room_has_venue CHECK (room IS NULL OR venue IS NOT NULL)
    )
    """,
    "CREATE UNIQUE INDEX session_activity_number ON session (activity, number)",
    "CREATE INDEX session_room ON session (room)",
    "CREATE INDEX session_venue ON session (venue)",
    """
    CREATE TABLE session_site (
        id UUID PRIMARY KEY,
        session UUID NOT NULL REFERENCES session (id) ON DELETE RESTRICT,
        unit UUID NOT NULL REFERENCES unit (id) ON DELETE RESTRICT,
        venue UUID NULL REFERENCES venue (id) ON DELETE RESTRICT,
        room UUID NULL REFERENCES room (id) ON DELETE RESTRICT,
        capacity INTEGER NULL CHECK (capacity >= 0),
        position INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX session_site_session_unit ON session_site (session, unit)",
    """
    CREATE TABLE activity_revision (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        number INTEGER NOT NULL CHECK (number > 0),
        document TEXT NOT NULL,
        digest VARCHAR(64) NOT NULL,
        published_at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX activity_revision_activity_number ON activity_revision (activity, number)",
    """
    CREATE TABLE programme_version (
        id UUID PRIMARY KEY,
        edition UUID NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        number INTEGER NOT NULL CHECK (number > 0),
        note VARCHAR(500) NOT NULL,
        published_at TIMESTAMPTZ NOT NULL,
        published_by VARCHAR(200) NOT NULL,
        overlap_allowed BOOLEAN NOT NULL,
        edition_document TEXT NOT NULL,
        changes TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX programme_version_edition_number ON programme_version (edition, number)",
    """
    CREATE TABLE programme_entry (
        id UUID PRIMARY KEY,
        version UUID NOT NULL REFERENCES programme_version (id) ON DELETE RESTRICT,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        revision UUID NOT NULL REFERENCES activity_revision (id) ON DELETE RESTRICT
    )
    """,
    "CREATE UNIQUE INDEX programme_entry_version_activity ON programme_entry (version, activity)",
)
