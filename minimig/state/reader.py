"""What SQLAlchemy's Inspector leaves out of a database's catalogs; each dialect has a reader of its own.

A reader completes the rows of `raw_tables` with a constant number of queries. The base class adds nothing: it serves a
database whose Inspector says everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.state.raw_tables import RawTable, Row
from minimig.state.raw_type import RawType

Tables = Mapping[str, RawTable]


class Reader:
    """Reads what the Inspector does not report. A subclass overrides what its database needs."""

    names_schema: ClassVar[bool] = False
    """Whether the default schema must be asked for by its name: unnamed, the Inspector would list others as well."""

    integer_keys_count: ClassVar[bool] = True
    """Whether the Inspector says of a column of the primary key if it numbers itself."""

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
        """Add to `tables`, which are those of one schema, what the Inspector does not report."""

    def complete_temporary(self, connection: sa.Connection, tables: Tables) -> None:
        """The same for temporary tables, which few catalogs list."""

    def autoincrement(self, row: Row, key: tuple[str, ...]) -> bool | str:
        """True or False where models could say the opposite of a column, "auto" everywhere else."""
        if row.get("identity") or row["name"] not in key:
            return "auto"
        if row.get("owns_sequence") or (row.get("autoincrement") and self.integer_keys_count):
            return True
        return False if len(key) == 1 and isinstance(row["type"], sa.Integer) else "auto"


def is_unknown(row: Row) -> bool:
    """Whether SQLAlchemy knows no type for a column."""
    return isinstance(row["type"], sa.types.NullType)


def name_types(tables: Tables, types: Mapping[tuple[str, str], Any]) -> None:
    """Give columns of unknown type the text of the type that the database has for them, by table and column."""
    for table in tables.values():
        for row in table.columns:
            if is_unknown(row) and (table.name, row["name"]) in types:
                row["type"] = RawType(str(types[table.name, row["name"]]))
