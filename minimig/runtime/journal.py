"""The journal: what an unfinished migration has done, where that cannot share a transaction with the version table.

One row for each piece of each operation that was begun. In: the name of the version table, beside which it stands. A
row is planned (collected, not sent), started (written ahead, committed), open (a function went past its own commit) or
done. The row is written in the transaction of the piece where there is one. When the migration is finished its rows go
in the transaction that writes the version row, so that the journal is empty but for what was interrupted. (Liquibase
and Flyway stop at "failed" and leave the rest to a person; Rails and Alembic do not notice.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig.dialects.noticing import journal_name
from minimig.dialects.output import REASON
from minimig.errors import DatabaseError
from minimig.runtime.plan import Direction

Place = tuple[str, str, int, int]
"""The key of a note: app, name, operation, piece."""


class Status(StrEnum):
    """How far a piece has come, as far as it was written down."""

    PLANNED = "planned"
    STARTED = "started"
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True)
class Note:
    """One row: a piece of an operation of a migration, by their positions, which count from 0.

    `operation_digest` tells whether the operation in the file is still the same, `digest` whether the piece is;
    `fingerprint` is that of the schema before the piece, `statement` its text where that is not too long.
    """

    app: str
    name: str
    direction: str
    operation: int
    piece: int
    status: str
    operation_digest: str = ""
    digest: str = ""
    statement: str | None = None
    fingerprint: str | None = None

    @property
    def revision(self) -> str:
        """The migration."""
        return f"{self.app}.{self.name}"

    @property
    def place(self) -> Place:
        """What it is a note of: no two have the same."""
        return self.app, self.name, self.operation, self.piece

    @property
    def is_begun(self) -> bool:
        """Whether something of it may have taken effect; a function that failed may have committed before."""
        return self.status != Status.PLANNED or not self.digest

    def told(self, status: Status, fingerprint: str | None = None) -> Note:
        """The same note with another status."""
        return replace(self, status=status, fingerprint=fingerprint or self.fingerprint)


Notes = Mapping[int, tuple[Note, ...]]
"""The notes of one migration: those of each operation, in the order of its pieces."""


class Journal:
    """Reads and writes the journal. Every method uses the connection it is given and never commits."""

    def __init__(self, version_table: str, schema: str | None = None) -> None:
        self.table = sa.Table(
            journal_name(version_table),
            sa.MetaData(),
            sa.Column("app", sa.String(100), primary_key=True),
            sa.Column("name", sa.String(190), primary_key=True),
            sa.Column("operation", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("piece", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("direction", sa.String(10), nullable=False),
            sa.Column("status", sa.String(10), nullable=False),
            sa.Column("operation_digest", sa.String(40), nullable=False),
            sa.Column("digest", sa.String(40), nullable=False),
            sa.Column("statement", sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")),
            sa.Column("fingerprint", sa.String(40)),
            sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.func.current_timestamp()),
            schema=schema,
        )

    def exists(self, connection: sa.Connection) -> bool:
        """Whether the journal is there."""
        return sa.inspect(connection).has_table(self.table.name, schema=self.table.schema)

    def ensure(self, connection: sa.Connection) -> None:
        """Create the journal if it is not there. Raises DatabaseError."""
        try:
            self.table.create(connection, checkfirst=True)
        except sa.exc.DBAPIError as error:
            raise DatabaseError(
                f"the journal {self.table.key} cannot be created: {error.orig}",
                hint="grant this user the right to create tables, or create it for it with minimig ensure-version",
            ) from error

    def read(self, connection: sa.Connection) -> tuple[Note, ...]:
        """All notes, in order; none where there is no journal."""
        if not self.exists(connection):
            return ()
        columns = [self.table.c[field.name] for field in fields(Note)]
        order = (self.table.c.app, self.table.c.name, self.table.c.operation, self.table.c.piece)
        return tuple(Note(**row) for row in connection.execute(sa.select(*columns).order_by(*order)).mappings())

    def write(self, connection: sa.Connection, notes: Sequence[Note], there: Collection[Place]) -> None:
        """Write notes, each in place of what was noted of the same piece before; `there` is what may be noted."""
        columns = self.table.c
        latest = {note.place: note for note in notes}
        former = [place for place in latest if place in there]
        for app, name, operation in {place[:3] for place in former}:
            gone = sorted(place[3] for place in former if place[:3] == (app, name, operation))
            mine = (columns.app == app, columns.name == name, columns.operation == operation)
            gone_before = self.table.delete().where(*mine, columns.piece.in_(gone))
            connection.execute(gone_before.execution_options(**{REASON: "a piece has one note, the latest"}))
        if latest:
            noting = self.table.insert().execution_options(
                **{REASON: "a run that is killed now goes on from this note"}
            )
            connection.execute(noting, [_values(note) for note in latest.values()])

    def forget(self, connection: sa.Connection, revision: str) -> None:
        """Remove all notes of a migration."""
        app, _, name = revision.partition(".")
        mine = self.table.delete().where(self.table.c.app == app, self.table.c.name == name)
        connection.execute(mine.execution_options(**{REASON: "the migration is finished, its notes are not needed"}))


def notes_of(notes: Iterable[Note], revision: str, direction: Direction) -> Notes:
    """The notes of one migration in one direction, by operation."""
    found: dict[int, tuple[Note, ...]] = {}
    for note in notes:
        if note.revision == revision and note.direction == direction:
            found[note.operation] = (*found.get(note.operation, ()), note)
    return found


def _values(note: Note) -> dict[str, object]:
    return {field.name: getattr(note, field.name) for field in fields(Note)}
