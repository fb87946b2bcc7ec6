"""What the tables of MySQL and MariaDB are built on: schemas, which are databases there, and MariaDB's sequences.

DROP DATABASE takes all there is with it, and asks nobody. So it is only said of a database in which nothing is; a
script decides that when it runs, by a prepared statement (MySQL manual, "Prepared Statements").
"""

from __future__ import annotations

import sqlalchemy as sa

from minimig.dialects.objects import ObjectEditor
from minimig.state.objects import NamespaceState, ObjectState, SequenceState
from minimig.state.schema import SchemaState

_HELD = """\
(SELECT count(*) FROM information_schema.tables WHERE table_schema = {name})
    + (SELECT count(*) FROM information_schema.routines WHERE routine_schema = {name})
    + (SELECT count(*) FROM information_schema.events WHERE event_schema = {name})
    + ({name} = coalesce(database(), ''))"""
"""How much is in a database, and one more for the one we work in. Sequences and views are tables there."""


class MySQLProviders(ObjectEditor):
    """The objects that tables are built on."""

    def has(self, item: ObjectState) -> bool:
        """Only MariaDB has sequences."""
        if isinstance(item, SequenceState) and not self.spelling.dialect.supports_sequences:
            return False
        return super().has(item)

    def goes(self, item: ObjectState) -> bool:
        connection = self.output.connection
        if not isinstance(item, NamespaceState) or connection is None:
            return True
        return connection.exec_driver_sql(f"SELECT {self._held(item)}").scalar() == 0

    def create_sql(self, item: ObjectState) -> tuple[str, ...]:
        if isinstance(item, NamespaceState):
            return (f"CREATE SCHEMA IF NOT EXISTS {self.spelling.quote(item.name)}",)
        return super().create_sql(item)

    def drop_sql(self, item: ObjectState) -> tuple[str, ...]:
        if not isinstance(item, NamespaceState):
            return super().drop_sql(item)
        drop = f"DROP SCHEMA IF EXISTS {self.spelling.quote(item.name)}"
        if self.output.connection is not None:
            return (drop,)
        return (
            f"SET @minimig = IF({self._held(item)} = 0, {self.spelling.string(drop)}, 'DO 0')",
            "PREPARE minimig FROM @minimig",
            "EXECUTE minimig",
            "DEALLOCATE PREPARE minimig",
        )

    def rename(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        """A default that draws from a sequence keeps the old name until it is set anew."""
        super().rename(before, after, old, new)
        for table, column in self.drawing_anew(before, after) if self.has(old) else ():
            name, default = self.spelling.quote(column.name), self.spelling.default_sql(column)
            self.output.execute(f"{self.spelling.alter(table)} ALTER COLUMN {name} SET DEFAULT {default}")

    def rename_sql(self, old: ObjectState, new: ObjectState) -> tuple[str, ...]:
        if isinstance(old, SequenceState):
            return (f"RENAME TABLE {self.qualified(old)} TO {self.qualified(new)}",)
        return super().rename_sql(old, new)

    def is_fresh(self, item: SequenceState) -> bool:
        if self.output.connection is None:
            return False
        query = sa.text(f"SELECT next_not_cached_value = start_value FROM {self.qualified(item)}")
        return bool(self.output.connection.execute(query).scalar())

    def _held(self, item: NamespaceState) -> str:
        return _HELD.format(name=self.spelling.string(item.name))
