"""What other systems call our sessions."""

from __future__ import annotations

from piccolo.table import Table

from app.events.programme.tables import Edition
from app.kernel.columns import fk, integer, key, text, uuid_column


class ForeignId(Table, tablename="foreign_id"):
    """The name one source gives to one session of an edition. Unique by (edition, source, guid, n).

    `n` tells occurrences of a repeated guid apart. `session` is the session's uid, without a foreign key: the name
    outlives an unpublished session that is deleted, so that it comes back under the same uid.
    """

    id = key()
    edition = fk(Edition)
    source = text(120)
    guid = text(200)
    n = integer()
    session = uuid_column()


TABLES: tuple[type[Table], ...] = (ForeignId,)
