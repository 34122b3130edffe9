"""Units, people, accounts, roles and sessions."""

ID = "accounts_0001_people_and_roles"
DESCRIPTION = "units, people, accounts, roles, sessions"

SQL = (
    """
    CREATE TABLE unit_kind (
        id UUID PRIMARY KEY,
        code VARCHAR(40) NOT NULL UNIQUE CHECK (code <> ''),
        vi VARCHAR(200) NOT NULL,
        en VARCHAR(200) NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE unit (
        id UUID PRIMARY KEY,
        code VARCHAR(40) NOT NULL UNIQUE CHECK (code <> ''),
        kind UUID NOT NULL REFERENCES unit_kind (id) ON DELETE RESTRICT,
        vi VARCHAR(300) NOT NULL CHECK (vi <> ''),
        en VARCHAR(300) NOT NULL,
        parent UUID NULL REFERENCES unit (id) ON DELETE RESTRICT CHECK (parent <> id),
        valid_from DATE NULL,
        valid_to DATE NULL,
        successor UUID NULL REFERENCES unit (id) ON DELETE RESTRICT CHECK (successor <> id),
        search_text VARCHAR(700) NOT NULL,
        sort_text VARCHAR(700) NOT NULL,
        revision INTEGER NOT NULL CHECK (revision >= 1),
        CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from)
    )
    """,
    "CREATE INDEX unit_parent ON unit (parent)",
    "CREATE INDEX unit_successor ON unit (successor) WHERE successor IS NOT NULL",
    """
    CREATE TABLE person (
        id UUID PRIMARY KEY,
        name VARCHAR(200) NOT NULL CHECK (name <> ''),
        title VARCHAR(100) NOT NULL,
        post_vi VARCHAR(300) NOT NULL,
        post_en VARCHAR(300) NOT NULL,
        unit UUID NULL REFERENCES unit (id) ON DELETE RESTRICT,
        search_text VARCHAR(900) NOT NULL,
        sort_text VARCHAR(500) NOT NULL
    )
    """,
    "CREATE INDEX person_name ON person (name)",
    "CREATE INDEX person_sort_text ON person (sort_text)",
    """
    CREATE TABLE account (
        id UUID PRIMARY KEY,
        email VARCHAR(254) NOT NULL UNIQUE CHECK (email <> ''),
        name VARCHAR(200) NOT NULL,
        password_hash VARCHAR(200) NULL,
        state VARCHAR(10) NOT NULL CHECK (state IN ('active', 'disabled')),
        language VARCHAR(2) NOT NULL CHECK (language IN ('vi', 'en')),
        person UUID NULL REFERENCES person (id) ON DELETE RESTRICT,
        created_at TIMESTAMPTZ NOT NULL,
        search_text VARCHAR(500) NOT NULL,
        sort_text VARCHAR(500) NOT NULL,
        revision INTEGER NOT NULL CHECK (revision >= 1)
    )
    """,
    """
    CREATE TABLE role (
        id UUID PRIMARY KEY,
        account UUID NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
        kind VARCHAR(40) NOT NULL CHECK (kind <> ''),
        scope_kind VARCHAR(20) NOT NULL CHECK (scope_kind <> ''),
        scope_id VARCHAR(64) NOT NULL,
        with_subtree BOOLEAN NOT NULL,
        granted_at TIMESTAMPTZ NOT NULL,
        granted_by VARCHAR(200) NOT NULL,
        revoked_at TIMESTAMPTZ NULL,
        CHECK ((scope_kind = 'global') = (scope_id = ''))
    )
    """,
    "CREATE UNIQUE INDEX role_live ON role (account, kind, scope_kind, scope_id) WHERE revoked_at IS NULL",
    "CREATE INDEX role_scope ON role (scope_kind, scope_id) WHERE revoked_at IS NULL",
    """
    CREATE TABLE sign_in (
        id UUID PRIMARY KEY,
        token_digest VARCHAR(64) NOT NULL UNIQUE,
        account UUID NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
        created_at TIMESTAMPTZ NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        last_seen_at TIMESTAMPTZ NOT NULL,
        user_agent VARCHAR(200) NOT NULL
    )
    """,
    "CREATE INDEX sign_in_account ON sign_in (account)",
    "CREATE INDEX sign_in_expires_at ON sign_in (expires_at)",
)
