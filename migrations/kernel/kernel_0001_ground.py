"""The ground: what the installation is, and its audit."""

ID = "kernel_0001_ground"
DESCRIPTION = "instance values, audit entries, seals"

SQL = (
    """
    CREATE TABLE instance_value (
        name VARCHAR(60) PRIMARY KEY,
        value TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE seal_head (
        log VARCHAR(60) PRIMARY KEY,
        seq INTEGER NOT NULL CHECK (seq >= 0),
        hash VARCHAR(64) NOT NULL
    )
    """,
    """
    CREATE TABLE audit_entry (
        id UUID PRIMARY KEY,
        at TIMESTAMPTZ NOT NULL,
        actor_kind VARCHAR(10) NOT NULL CHECK (actor_kind IN ('account', 'device', 'visitor', 'system')),
        actor_id VARCHAR(40) NOT NULL,
        actor_label VARCHAR(200) NOT NULL,
        action VARCHAR(80) NOT NULL,
        subject VARCHAR(200) NOT NULL,
        changes TEXT NOT NULL,
        personal TEXT NOT NULL,
        note VARCHAR(500) NOT NULL,
        seal_seq INTEGER NULL,
        seal_hash VARCHAR(64) NULL
    )
    """,
    "CREATE UNIQUE INDEX audit_entry_seal_seq ON audit_entry (seal_seq) WHERE seal_seq IS NOT NULL",
    "CREATE INDEX audit_entry_unsealed ON audit_entry (id) WHERE seal_seq IS NULL",
    "CREATE INDEX audit_entry_subject ON audit_entry (subject, at)",
    """
    CREATE TABLE audit_personal (
        id UUID PRIMARY KEY,
        entry UUID NOT NULL REFERENCES audit_entry (id) ON DELETE RESTRICT,
        field VARCHAR(60) NOT NULL,
        salt VARCHAR(32) NOT NULL,
        value VARCHAR(500) NOT NULL
    )
    """,
    "CREATE INDEX audit_personal_entry ON audit_personal (entry)",
)
