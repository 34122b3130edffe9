"""The outbox: every mail is a row before it is a message."""

ID = "kernel_0002_mail"
DESCRIPTION = "outgoing mail"

SQL = (
    """
    CREATE TABLE mail (
        id UUID PRIMARY KEY,
        kind VARCHAR(60) NOT NULL,
        recipient VARCHAR(320) NOT NULL,
        recipient_name VARCHAR(200) NOT NULL,
        language VARCHAR(2) NOT NULL CHECK (language IN ('vi', 'en')),
        subject VARCHAR(300) NOT NULL,
        text TEXT NOT NULL,
        html TEXT NOT NULL,
        parts TEXT NOT NULL,
        message_id VARCHAR(200) NOT NULL,
        state VARCHAR(10) NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'retrying', 'failed', 'bounced')),
        attempts INTEGER NOT NULL CHECK (attempts >= 0),
        created_at TIMESTAMPTZ NOT NULL,
        next_at TIMESTAMPTZ NOT NULL,
        claimed_at TIMESTAMPTZ NULL,
        sent_at TIMESTAMPTZ NULL,
        last_error VARCHAR(200) NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX mail_message_id ON mail (message_id)",
    "CREATE INDEX mail_due ON mail (next_at, id) WHERE state IN ('queued', 'retrying')",
    "CREATE INDEX mail_sending ON mail (claimed_at) WHERE state = 'sending'",
    "CREATE INDEX mail_created ON mail (created_at)",
)
