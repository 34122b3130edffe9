"""What other systems call our sessions."""

ID = "events_0010_exchange"
DESCRIPTION = "foreign ids of imported programmes"

SQL = (
    """
    CREATE TABLE foreign_id (
        id UUID PRIMARY KEY,
        edition UUID NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        source VARCHAR(120) NOT NULL CHECK (source <> ''),
        guid VARCHAR(200) NOT NULL CHECK (guid <> ''),
        n INTEGER NOT NULL CHECK (n > 0),
        session UUID NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX foreign_id_edition_source_guid_n ON foreign_id (edition, source, guid, n)",
    "CREATE INDEX foreign_id_session ON foreign_id (session)",
)
