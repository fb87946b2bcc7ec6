"""What PostgreSQL's editor does with keys and indexes that others do not have: names, validation, CONCURRENTLY.

The primary key is an index with a name, its own or the one that PostgreSQL gives; and an index may be built while
others write (`concurrent`).
"""

from __future__ import annotations

from typing import ClassVar

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.limits import Limits
from minimig.dialects.output import Output
from minimig.dialects.postgresql.catalog import Catalog, own_name
from minimig.dialects.postgresql.concurrent import create_concurrently, drop_concurrently, left_over
from minimig.dialects.postgresql.limits import LIMITS
from minimig.dialects.postgresql.sequences import Sequences
from minimig.dialects.postgresql.versions import refuse_newer
from minimig.dialects.presence import Condition
from minimig.state.parts import CheckState, ColumnState, ConstraintState, ForeignKeyState, IndexState, PrimaryKeyState
from minimig.state.tables import TableState, columns_of

NOT_NULL_STAYS = "PostgreSQL leaves the NOT NULL behind that the primary key brought"


class PostgreSQLItems(SchemaEditor):
    """The part of PostgreSQL's editor that speaks of keys and indexes."""

    builds_indexes_outside: ClassVar[bool] = True
    limits: ClassVar[Limits] = LIMITS

    def __init__(self, dialect: sa.Dialect, output: Output) -> None:
        super().__init__(dialect, output)
        self._sequences = Sequences(self)

    def built(self, table: TableState) -> sa.Table:
        refuse_newer(self.dialect, table)
        return super().built(table)

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        self._sequences.release(change)
        super().add_constraint(change, constraint)
        self._sequences.bestow(change)

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None:
        super().drop_constraint(change, constraint)
        if isinstance(constraint, ForeignKeyState):
            self._sequences.bestow(change)  # an integer key that pointed elsewhere numbers itself from now on

    def drop_primary_key(self, change: TableChange) -> None:
        self._sequences.release(change)
        self.drop_constraint_sql(change.old, self.primary_key_name(change.old))
        for name, column in change.new.columns.items():
            if column.nullable and not change.old.columns[name].nullable:
                self.execute(f"{self.alter(change.new)} ALTER COLUMN {self.quote(name)} DROP NOT NULL", NOT_NULL_STAYS)

    def rename_primary_key(self, change: TableChange) -> None:
        old = self.primary_key_name(change.old)
        new = change.new.key_or_error().name or own_name(change.new.name, None, "pkey")
        if old != new:
            self.rename_constraint_sql(change.new, old, new)

    def primary_key_name(self, table: TableState) -> str:
        """The name of a table's primary key; one that has none in the state was named by PostgreSQL."""
        name = table.key_or_error().name
        if name is None and self.output.connection is not None:
            name = Catalog(self.output.connection).primary_key(self.table(table))
        return name or own_name(table.name, None, "pkey")

    def checks_to_read_again(self, change: TableChange, old: ColumnState, new: ColumnState) -> list[str]:
        """CHECKs over a column that gets another sort of type: PostgreSQL would keep casts to the old one in them.

        One that the database knows under another name is left to it.
        """
        if self.column_type(old).partition("(")[0] == self.column_type(new).partition("(")[0]:
            return []
        both = (c for name, c in change.new.constraints.items() if change.old.constraints.get(name) == c)
        names = [c.name for c in both if isinstance(c, CheckState) and new.name in columns_of(c, change.new)]
        if not names or self.output.connection is None:
            return names
        there = Catalog(self.output.connection).checks(self.table(change.new))
        return [name for name in names if self.shortened(name) in there]

    def validate_constraint(self, change: TableChange, name: str) -> None:
        why = "new rows are held to it already; now the old ones are read, and others may write meanwhile"
        self.execute(f"{self.alter(change.new)} VALIDATE CONSTRAINT {self.quote_constraint(name)}", why)

    def has(self, connection: sa.Connection, condition: Condition, name: str) -> bool:
        """An index that a failed build left behind is not the one that is meant."""
        left = condition.kind == "index" and left_over(connection, self, condition.table, name)
        return not left and super().has(connection, condition, name)

    def create_index(self, change: TableChange, index: IndexState) -> None:
        if index.concurrently:
            create_concurrently(self, change.new, index)
        else:
            super().create_index(change, index)

    def drop_index(self, change: TableChange, index: IndexState) -> None:
        if index.concurrently:
            drop_concurrently(self, change.old, index)
        else:
            super().drop_index(change, index)
