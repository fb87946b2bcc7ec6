"""The version table: which revisions this database has had, and what is needed to know about each.

One row per applied revision, never reordered; heads are computed from the graph, not stored. (Alembic stores the heads
alone, so it cannot say when or what was applied; Django stores a row per migration, without a key, a checksum or a
duration.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from minimig.errors import DatabaseError


@dataclass(frozen=True)
class Applied:
    """One applied revision as the version table remembers it."""

    app: str
    name: str
    applied_at: datetime | None = None
    seconds: float | None = None
    checksum: str | None = None
    file_checksum: str | None = None
    tool: str | None = None
    way_back: str | None = None
    """The operations that take it back, as source; not read with the others."""

    @property
    def revision(self) -> str:
        return f"{self.app}.{self.name}"


class Recorder:
    """Reads and writes the version table called `name`, in `schema` or the default one."""

    def __init__(self, name: str = "minimig_version", schema: str | None = None) -> None:
        self.table = sa.Table(
            name,
            sa.MetaData(),
            sa.Column("app", sa.String(100), primary_key=True),
            sa.Column("name", sa.String(190), primary_key=True),
            sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.func.current_timestamp()),
            sa.Column("seconds", sa.Double),
            sa.Column("checksum", sa.String(80)),
            sa.Column("file_checksum", sa.String(80)),
            sa.Column("tool", sa.String(40)),
            sa.Column("way_back", sa.Text),
            schema=schema,
        )

    def read(self, connection: sa.Connection) -> tuple[Applied, ...]:
        """All rows, oldest first; nothing when the table does not exist. One query when it does.

        Raises DatabaseError when the table is there but cannot be read.
        """
        columns = [c for c in self.table.columns if c.name != "way_back"]
        query = sa.select(*columns).order_by(self.table.c.applied_at, self.table.c.app, self.table.c.name)
        borrowed = connection.in_transaction()
        if borrowed and not self.exists(connection):
            return ()  # a failing query would break the caller's transaction on PostgreSQL
        try:
            return self._select(connection, query)
        except sa.exc.DBAPIError as error:
            if not borrowed:
                connection.rollback()
            if not self.exists(connection):
                return ()
            first = error
        try:
            return self._select(connection, query)  # another runner created the table in between
        except sa.exc.DBAPIError:
            raise DatabaseError(f"version table {self.table.key} cannot be read: {first.orig}") from first

    def _select(self, connection: sa.Connection, query: sa.Select[Any]) -> tuple[Applied, ...]:
        return tuple(Applied(**row) for row in connection.execute(query).mappings().all())

    def ways_back(self, connection: sa.Connection, rows: Iterable[Applied]) -> dict[str, str | None]:
        """The text of the way back of each of these rows, by revision."""
        columns = self.table.c
        wanted = sa.or_(sa.false(), *(sa.and_(columns.app == row.app, columns.name == row.name) for row in rows))
        found = connection.execute(sa.select(columns.app, columns.name, columns.way_back).where(wanted)).all()
        return {f"{app}.{name}": text for app, name, text in found}

    def exists(self, connection: sa.Connection) -> bool:
        """Whether the version table is there."""
        return sa.inspect(connection).has_table(self.table.name, schema=self.table.schema)

    def ensure(self, connection: sa.Connection) -> None:
        """Create the version table if it is not there. Raises DatabaseError with the database's reason."""
        try:
            self.table.create(connection, checkfirst=True)
        except sa.exc.DBAPIError as error:
            raise DatabaseError(
                f"version table {self.table.key} cannot be created: {error.orig}",
                hint="grant this user the right to create tables, or create the table for it",
            ) from error

    def record(self, connection: sa.Connection, row: Applied) -> None:
        """Remember a revision as applied, now by the database's clock."""
        values = {
            "app": row.app,
            "name": row.name,
            "seconds": row.seconds,
            "checksum": row.checksum,
            "file_checksum": row.file_checksum,
            "tool": row.tool,
            "way_back": row.way_back,
        }
        connection.execute(self.table.insert().values(**values))

    def erase(self, connection: sa.Connection, row: Applied, *, required: bool = True) -> None:
        """Forget a revision. When the row is `required` and not there, somebody else was here: DatabaseError."""
        mine = (self.table.c.app == row.app, self.table.c.name == row.name)
        result = connection.execute(self.table.delete().where(*mine))
        if result.rowcount == 0 and required:
            raise DatabaseError(
                f"{row.revision} vanished from the version table while it was being taken back",
                hint="is another runner at work on this database? run minimig showmigrations",
            )


def revisions(rows: Iterable[Applied]) -> frozenset[str]:
    """The identifiers of applied revisions."""
    return frozenset(row.revision for row in rows)
