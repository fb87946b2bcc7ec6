"""All tables at one moment.

A schema is edited by making a new one that shares every table that did not change, so a state per revision costs next
to nothing and two equal tables are usually the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from minimig.errors import StateError, nearest
from minimig.state.parts import ForeignKeyState
from minimig.state.tables import TableState, table_key


@dataclass(frozen=True)
class SchemaState:
    """A schema as a value. `tables` is keyed by `TableState.key` and never edited in place."""

    tables: Mapping[str, TableState] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Iterable[TableState]) -> SchemaState:
        """A schema of these tables."""
        return cls({table.key: table for table in tables})

    def __contains__(self, key: str) -> bool:
        return key in self.tables

    def __getitem__(self, key: str) -> TableState:
        """The table known by `key`, or StateError with the nearest names."""
        try:
            return self.tables[key]
        except KeyError:
            raise StateError(f"there is no table {key!r} at this point", hint=nearest(key, self.tables)) from None

    def with_table(self, table: TableState) -> SchemaState:
        """The schema with a table that it did not have."""
        if table.key in self.tables:
            raise StateError(f"there is a table {table.key!r} already")
        return SchemaState({**self.tables, table.key: table})

    def without_table(self, key: str) -> SchemaState:
        """The schema without a table that no other table points to; otherwise StateError names the foreign keys."""
        self[key]
        pointing = [f"{table.key}.{fk.name}" for table, fk in self.references_to(key) if table.key != key]
        if pointing:
            raise StateError(
                f"table {key} cannot be dropped: foreign key {', '.join(pointing)} points to it",
                hint="drop the foreign key, or the table that holds it, in an operation before this one",
            )
        return SchemaState({k: t for k, t in self.tables.items() if k != key})

    def with_changed_table(self, table: TableState) -> SchemaState:
        """The schema with the table of the same key replaced."""
        return SchemaState({**self.tables, table.key: table})

    def with_renamed_table(self, old: str, name: str, schema: str | None) -> SchemaState:
        """The schema with a table renamed or moved, and every foreign key that points to it following."""
        new = table_key(name, schema)
        table = replace(self[old], name=name, schema=schema)
        if new in self.tables:
            raise StateError(f"there is a table {new!r} already")
        tables = {table.key if key == old else key: table if key == old else t for key, t in self.tables.items()}
        return SchemaState({key: t.retargeted(old, new) for key, t in tables.items()})

    def with_renamed_column(self, key: str, old: str, new: str) -> SchemaState:
        """The schema with a column renamed, and every foreign key that points to it following."""
        table = self[key].with_renamed_column(old, new)
        return SchemaState(
            {k: table if k == key else t.with_target_column_renamed(key, old, new) for k, t in self.tables.items()}
        )

    def edited(self, key: str, edit: Callable[[TableState], TableState]) -> SchemaState:
        """The schema with one table replaced by what `edit` makes of it."""
        return self.with_changed_table(edit(self[key]))

    def references_to(self, key: str) -> tuple[tuple[TableState, ForeignKeyState], ...]:
        """Every foreign key that points to a table, with the table that holds it."""
        return tuple((t, fk) for t in self.tables.values() for fk in t.foreign_keys if fk.target == key)
