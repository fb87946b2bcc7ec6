"""The version table: which revisions this database has had, and what is needed to know about each.

One row per applied revision, never reordered; heads are computed from the graph, not stored. (Alembic stores the heads
alone, so it cannot say when or what was applied; Django stores a row per migration, without a key, a checksum or a
duration.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from minimig.dialects.noticing import may_hold
from minimig.dialects.output import REASON
from minimig.dialects.reasons import reason
from minimig.dialects.registry import editor_class, editor_for
from minimig.errors import DatabaseError
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.chain import execute, states
from minimig.operations.columns import AddColumn
from minimig.runtime.journal import Journal
from minimig.runtime.output import LiveOutput
from minimig.runtime.plan import Direction
from minimig.state.from_metadata import from_metadata

READ_ONLY = (
    "this database is read-only: connect to the one that takes writes, or let it be written; nothing was changed"
)


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
    unfinished: str | None = None
    """`backward` while it is being taken back by more than one transaction."""
    journal: bool = field(default=False, compare=False, repr=False)
    """Whether the journal beside the table may hold something, which the query of the rows tells along."""

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
            sa.Column("way_back", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
            sa.Column("unfinished", sa.String(10)),
            schema=schema,
        )
        self.journal = Journal(name, schema)

    def owns(self, key: str) -> bool:
        """Whether a table of this key is one of ours; one in the default schema is read without its schema."""
        tables = (self.table, self.journal.table)
        return any(key in (table.key, table.name) for table in tables)

    def read(self, connection: sa.Connection) -> tuple[Applied, ...]:
        """All rows, oldest first; nothing when the table does not exist. One query when it does.

        What a table of an older minimig has no column for is None. Raises DatabaseError when the table is there but
        cannot be read.
        """
        if connection.in_transaction():  # a failing query would break the caller's transaction on PostgreSQL
            return self._select(connection, self._columns(connection))
        try:
            return self._select(connection, self.table.columns.keys(), certain=False)
        except sa.exc.DBAPIError as error:
            connection.rollback()
            first = error
        there = self._columns(connection)  # none; or fewer; or another runner created the table in between
        try:
            return self._select(connection, there)
        except (sa.exc.DBAPIError, DatabaseError):
            raise DatabaseError(f"version table {self.table.key} cannot be read: {reason(first)}") from first

    def _columns(self, connection: sa.Connection) -> Collection[str]:
        """The columns that the table has; none when it does not exist."""
        if not self.exists(connection):
            return ()
        found = sa.inspect(connection).get_columns(self.table.name, schema=self.table.schema)
        return [column["name"] for column in found]

    def _select(
        self, connection: sa.Connection, there: Collection[str], *, certain: bool = True
    ) -> tuple[Applied, ...]:
        if not there:
            return ()
        if not {"app", "name"} <= set(there):
            raise DatabaseError(f"version table {self.table.key} cannot be read: it has no columns app and name")
        columns = [column for column in self.table.columns if column.name in there and column.name != "way_back"]
        order = [self.table.c[name] for name in ("applied_at", "app", "name") if name in there]
        noticed = may_hold(connection.dialect, self.journal.table, certain=certain).label("journal")
        query = sa.select(*columns, noticed).order_by(*order)
        return tuple(Applied(**row) for row in connection.execute(query).mappings().all())

    def ways_back(self, connection: sa.Connection, rows: Iterable[Applied]) -> dict[str, str | None]:
        """The text of the way back of each of these rows, by revision."""
        if "way_back" not in self._columns(connection):
            return {}
        columns = self.table.c
        wanted = sa.or_(sa.false(), *(sa.and_(columns.app == row.app, columns.name == row.name) for row in rows))
        found = connection.execute(sa.select(columns.app, columns.name, columns.way_back).where(wanted)).all()
        return {f"{app}.{name}": text for app, name, text in found}

    def exists(self, connection: sa.Connection) -> bool:
        """Whether the version table is there."""
        return sa.inspect(connection).has_table(self.table.name, schema=self.table.schema)

    def ensure(self, connection: sa.Connection) -> None:
        """Create the version table if it is not there, or give one of an older minimig what it lacks.

        With it comes the journal where DDL cannot be rolled back.

        Raises DatabaseError with the database's reason, and for a table that asks for what only a newer minimig knows.
        """
        there = self.exists(connection)
        try:
            if there:
                self._bring_up_to_date(connection)
            else:
                self.table.create(connection, checkfirst=True)
        except sa.exc.DBAPIError as error:
            what, right = ("brought up to date", "alter this table") if there else ("created", "create tables")
            way_out = f"grant this user the right to {right}, or {'do it' if there else 'create the table'} for it"
            raise DatabaseError(
                f"version table {self.table.key} cannot be {what}: {reason(error)}",
                hint=READ_ONLY if is_read_only(error) else way_out,
            ) from error
        if not editor_class(connection.dialect.name).transactional_ddl:  # there each run keeps one, and looks into it
            self.journal.ensure(connection)

    def _bring_up_to_date(self, connection: sa.Connection) -> None:
        found = {c["name"]: c for c in sa.inspect(connection).get_columns(self.table.name, schema=self.table.schema)}
        for name in found.keys() - self.table.columns.keys():
            if not found[name]["nullable"] and found[name].get("default") is None:
                raise DatabaseError(
                    f"version table {self.table.key} wants a value for its column {name}, which this minimig does not"
                    " know: a newer one made it",
                    hint="use the newer minimig for this database; nothing was changed",
                )
        changes: list[Operation] = []
        before = sa.MetaData(schema=self.table.schema)
        former = sa.Table(self.table.name, before)
        for column in self.table.columns:
            if column.name not in found:
                changes.append(AddColumn(self.table.name, _like(column), schema=self.table.schema))
                continue
            type_ = found[column.name]["type"]
            is_short = _is_short(type_, column.type, connection.dialect)
            former.append_column(_like(column, type_ if is_short else None))
            if is_short:
                changes.append(AlterColumn(self.table.name, column.name, type=column.type, schema=self.table.schema))
        if changes:
            editor = editor_for(connection.dialect, LiveOutput(connection))
            execute(editor, changes, states(changes, from_metadata(before)))
            editor.finish()

    def record(self, connection: sa.Connection, row: Applied) -> None:
        """Remember a revision as applied, now by the database's clock."""
        why = "from now on the database knows that it has this revision"
        connection.execute(self.table.insert().execution_options(**{REASON: why}), self.values(row))

    def record_all(self, connection: sa.Connection, rows: Iterable[Applied]) -> None:
        """Remember several revisions as applied, in this order."""
        connection.execute(self.table.insert(), [self.values(row) for row in rows])

    def values(self, row: Applied) -> dict[str, Any]:
        """What is written for a revision, by column."""
        return {
            "app": row.app,
            "name": row.name,
            "seconds": row.seconds,
            "checksum": row.checksum,
            "file_checksum": row.file_checksum,
            "tool": row.tool,
            "way_back": row.way_back,
        }

    def mark_unfinished(self, connection: sa.Connection, row: Applied) -> None:
        """Remember that a revision is being taken back, where that is more than one transaction."""
        connection.execute(self.table.update().where(*self._is(row)).values(unfinished=str(Direction.BACKWARD)))

    def accept(self, connection: sa.Connection, row: Applied) -> None:
        """Let a row say of its file what `row` says; when it was applied, and by what, stays. Raises DatabaseError."""
        values = {"checksum": row.checksum, "file_checksum": row.file_checksum, "way_back": row.way_back}
        if not connection.execute(self.table.update().where(*self._is(row)).values(**values)).rowcount:
            raise DatabaseError(f"{row.revision} vanished from the version table; nothing was changed")

    def forget_unfinished(self, connection: sa.Connection, revision: str) -> None:
        """Forget that a revision is half-done, in its row and in the journal."""
        app, _, name = revision.partition(".")
        mine = self._is(Applied(app, name))
        connection.execute(
            self.table.update().where(*mine, self.table.c.unfinished.is_not(None)).values(unfinished=None)
        )
        if self.journal.exists(connection):
            self.journal.forget(connection, revision)

    def erase(self, connection: sa.Connection, row: Applied, *, required: bool = True) -> None:
        """Forget a revision. When the row is `required` and not there, somebody else was here: DatabaseError."""
        why = "from now on the database knows that it has this revision no more"
        result = connection.execute(self.deletion(row).execution_options(**{REASON: why}))
        if result.rowcount == 0 and required:
            raise DatabaseError(
                f"{row.revision} vanished from the version table while it was being taken back",
                hint="is another runner at work on this database? run minimig showmigrations",
            )

    def deletion(self, row: Applied) -> sa.Delete:
        """The statement that forgets a revision."""
        return self.table.delete().where(*self._is(row))

    def search(self, row: Applied) -> sa.Select[Any]:
        """The query that finds a 1 where the table has a revision."""
        return sa.select(sa.literal_column("1")).select_from(self.table).where(*self._is(row))

    def _is(self, row: Applied) -> tuple[sa.ColumnElement[bool], ...]:
        return self.table.c.app == row.app, self.table.c.name == row.name


def _is_short(found: TypeEngine[Any], wanted: TypeEngine[Any], dialect: sa.Dialect) -> bool:
    """Whether a column holds less text than it should. SQLite keeps every length, and what it declares is no limit."""
    if dialect.name == "sqlite":
        return False
    if isinstance(found, sa.Text) and isinstance(wanted, sa.Text):
        return "LONG" in wanted.compile(dialect) and "LONG" not in found.compile(dialect)
    has, needs = (getattr(type_, "length", None) for type_ in (found, wanted))
    return has is not None and needs is not None and has < needs


def _like(column: sa.Column[Any], type_: TypeEngine[Any] | None = None) -> sa.Column[Any]:
    """Another column like one of the table, or one that only has another type."""
    default = getattr(column.server_default, "arg", None)
    kind = column.type if type_ is None else type_
    return sa.Column(
        column.name, kind, primary_key=column.primary_key, nullable=column.nullable, server_default=default
    )


def is_read_only(error: sa.exc.DBAPIError) -> bool:
    """Whether a database refused because nobody may write to it, by the words of PostgreSQL, MariaDB and SQLite."""
    said = str(error.orig).lower()
    return any(words in said for words in ("read-only", "readonly", "in a read only transaction"))


def revisions(rows: Iterable[Applied]) -> frozenset[str]:
    """The identifiers of applied revisions."""
    return frozenset(row.revision for row in rows)
