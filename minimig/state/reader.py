"""What SQLAlchemy's Inspector leaves out of a database's catalogs; each dialect has a reader of its own.

A reader completes the rows of `raw_tables` with a constant number of queries. The base class adds nothing: it serves a
database whose Inspector says everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.state.objects import NamespaceState, ObjectState, SequenceState, ViewState
from minimig.state.raw_tables import RawTable, Row, read_tables
from minimig.state.raw_type import RawType

Tables = Mapping[str, RawTable]


class Reader:
    """Reads what the Inspector does not report. A subclass overrides what its database needs."""

    names_schema: ClassVar[bool] = False
    """Whether the default schema must be asked for by its name: unnamed, the Inspector would list others as well."""

    integer_keys_count: ClassVar[bool] = True
    """Whether the Inspector says of a column of the primary key if it numbers itself."""

    def tables(
        self, connection: sa.Connection, schema: str | None, only: Collection[str] | None
    ) -> dict[str, RawTable]:
        """All tables of a schema by name, or `only` those, as far as the Inspector tells."""
        return read_tables(connection, schema, only=only)

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
        """Add to `tables`, which are those of one schema, what the Inspector does not report."""

    def complete_temporary(self, connection: sa.Connection, tables: Tables) -> None:
        """The same for temporary tables, which few catalogs list."""

    def objects(self, connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> dict[str, ObjectState]:
        """Those of `wanted`, by key, that the database has, as it has them.

        Where it has the same, the very state of `wanted`; what cannot be read is taken to be as `wanted` says. Objects
        that nobody asks for are not looked for: many of them belong to extensions and to other tools.
        """
        kinds = {(type(item), item.schema) for item in wanted.values()}
        inspector = sa.inspect(connection)
        names = {(kind, schema): _names(inspector, kind, schema) for kind, schema in kinds}
        missing = {
            key
            for key, item in wanted.items()
            if (there := names[type(item), item.schema]) is not None and item.name not in there
        }
        return {key: item for key, item in wanted.items() if key not in missing}

    def extension_tables(self, connection: sa.Connection, schema: str | None) -> Collection[str]:
        """The tables and views of a schema that belong to an extension of the database, and so to nobody's models."""
        return ()

    def autoincrement(self, row: Row, key: tuple[str, ...]) -> bool | str:
        """True or False where models could say the opposite of a column, "auto" everywhere else."""
        if row.get("identity") or row["name"] not in key:
            return "auto"
        if row.get("owns_sequence") or (row.get("autoincrement") and self.integer_keys_count):
            return True
        return False if len(key) == 1 and isinstance(row["type"], sa.Integer) else "auto"


def _names(inspector: sa.Inspector, kind: type[ObjectState], schema: str | None) -> Collection[str] | None:
    """The names of all objects of a kind in a schema; None when the Inspector knows nothing of the kind."""
    if kind is ViewState:
        found = set(inspector.get_view_names(schema))
        with suppress(NotImplementedError):
            found |= set(inspector.get_materialized_view_names(schema))
        return found
    if kind is SequenceState:
        return inspector.get_sequence_names(schema)
    return inspector.get_schema_names() if kind is NamespaceState else None


def is_unknown(row: Row) -> bool:
    """Whether SQLAlchemy knows no type for a column."""
    return isinstance(row["type"], sa.types.NullType)


def name_types(tables: Tables, types: Mapping[tuple[str, str], Any]) -> None:
    """Give columns of unknown type the text of the type that the database has for them, by table and column."""
    for table in tables.values():
        for row in table.columns:
            if is_unknown(row) and (table.name, row["name"]) in types:
                row["type"] = RawType(str(types[table.name, row["name"]]))
