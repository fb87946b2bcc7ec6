"""What PostgreSQL's editor does with keys and indexes that others do not have: names, validation, CONCURRENTLY.

The primary key is an index with a name, its own or the one that PostgreSQL gives; and an index may be built while
others write (`concurrent`).
"""

from __future__ import annotations

from typing import ClassVar

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.postgresql.catalog import Catalog, own_name
from minimig.dialects.postgresql.concurrent import create_concurrently, drop_concurrently, left_over
from minimig.dialects.postgresql.versions import refuse_newer
from minimig.dialects.presence import Condition
from minimig.state.parts import IndexState
from minimig.state.tables import TableState


class PostgreSQLItems(SchemaEditor):
    """The part of PostgreSQL's editor that speaks of keys and indexes."""

    builds_indexes_outside: ClassVar[bool] = True

    def built(self, table: TableState) -> sa.Table:
        refuse_newer(self.dialect, table)
        return super().built(table)

    def rename_primary_key(self, change: TableChange) -> None:
        old, new = (self.primary_key_name(table) for table in (change.old, change.new))
        if old != new:
            self.rename_constraint_sql(change.new, old, new)

    def primary_key_name(self, table: TableState) -> str:
        """The name of a table's primary key; one that has none in the state was named by PostgreSQL."""
        name = table.key_or_error().name
        if name is None and self.output.connection is not None:
            name = Catalog(self.output.connection).primary_key(self.table(table))
        return name or own_name(table.name, None, "pkey")

    def validate_constraint(self, change: TableChange, name: str) -> None:
        self.execute(f"{self.alter(change.new)} VALIDATE CONSTRAINT {self.quote_constraint(name)}")

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
