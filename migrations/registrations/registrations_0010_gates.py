"""Checkpoints, gates, devices, scans."""

ID = "registrations_0010_gates"
DESCRIPTION = "checkpoints, gates, devices and the log of scans; one live admission per checkpoint, ticket and window"

SQL = (
    """
    CREATE TABLE checkpoint (
        id UUID PRIMARY KEY,
        edition UUID NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        activity UUID NULL REFERENCES activity (id) ON DELETE RESTRICT,
        name_vi VARCHAR(200) NOT NULL CHECK (name_vi <> ''),
        name_en VARCHAR(200) NOT NULL,
        opens_at TIMESTAMPTZ NULL,
        closes_at TIMESTAMPTZ NULL,
        per VARCHAR(10) NOT NULL CHECK (per IN ('once', 'day', 'session')),
        position INTEGER NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        revision INTEGER NOT NULL,
        CHECK (closes_at > opens_at)
    )
    """,
    "CREATE INDEX checkpoint_edition ON checkpoint (edition, position)",
    "CREATE INDEX checkpoint_activity ON checkpoint (activity)",
    """
    CREATE TABLE gate (
        id UUID PRIMARY KEY,
        checkpoint UUID NOT NULL REFERENCES checkpoint (id) ON DELETE RESTRICT,
        code VARCHAR(60) NOT NULL CHECK (code <> ''),
        name_vi VARCHAR(100) NOT NULL CHECK (name_vi <> ''),
        name_en VARCHAR(100) NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX gate_checkpoint_code ON gate (checkpoint, code)",
    """
    CREATE TABLE device (
        id UUID PRIMARY KEY,
        gate UUID NOT NULL REFERENCES gate (id) ON DELETE RESTRICT,
        name VARCHAR(100) NOT NULL CHECK (name <> ''),
        created_at TIMESTAMPTZ NOT NULL,
        enrolment_digest VARCHAR(64) NULL UNIQUE,
        enrolment_expires_at TIMESTAMPTZ NULL,
        enrolment_used_at TIMESTAMPTZ NULL,
        token_digest VARCHAR(64) NULL UNIQUE,
        enrolled_at TIMESTAMPTZ NULL,
        last_seen_at TIMESTAMPTZ NULL,
        revoked_at TIMESTAMPTZ NULL
    )
    """,
    "CREATE INDEX device_gate ON device (gate)",
    """
    CREATE TABLE scan (
        id UUID PRIMARY KEY,
        checkpoint UUID NOT NULL REFERENCES checkpoint (id) ON DELETE RESTRICT,
        gate UUID NOT NULL REFERENCES gate (id) ON DELETE RESTRICT,
        device UUID NOT NULL REFERENCES device (id) ON DELETE RESTRICT,
        ticket UUID NULL REFERENCES ticket (id) ON DELETE RESTRICT,
        nonce VARCHAR(36) NOT NULL UNIQUE,
        code VARCHAR(200) NOT NULL,
        result VARCHAR(20) NOT NULL CHECK (result IN (
            'admitted', 'already_admitted', 'wrong_gate', 'not_yet', 'expired', 'revoked', 'cancelled', 'unknown')),
        first_admission UUID NULL REFERENCES scan (id) ON DELETE RESTRICT,
        admission_window VARCHAR(40) NULL,
        scanned_at TIMESTAMPTZ NOT NULL,
        received_at TIMESTAMPTZ NOT NULL,
        seal_seq INTEGER NULL,
        seal_hash VARCHAR(64) NULL,
        CHECK ((result = 'unknown') = (ticket IS NULL)),
        CHECK ((result = 'already_admitted') = (first_admission IS NOT NULL)),
        CHECK (admission_window IS NULL OR result = 'admitted')
    )
    """,
    # The promise of the gates: however many doors, phones, processes and resends, one person goes in once.
    "CREATE UNIQUE INDEX scan_one_admission ON scan (ticket, checkpoint, admission_window) WHERE admission_window IS NOT NULL",
    "CREATE INDEX scan_checkpoint ON scan (checkpoint, received_at)",
    "CREATE UNIQUE INDEX scan_seal_seq ON scan (seal_seq) WHERE seal_seq IS NOT NULL",
    "CREATE INDEX scan_unsealed ON scan (id) WHERE seal_seq IS NULL",
)
