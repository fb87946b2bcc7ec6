"""What SQLAlchemy's Inspector reports, gathered table by table.

One `get_multi_*` call for each subject, whatever the number of tables (how many statements that becomes is the
dialect's affair: a constant number on PostgreSQL, one for each table on MySQL, where a reader may hand in an inspector
that knows the answers). A `Reader` then adds what the Inspector leaves out, or reads the tables itself. Everything here
is still SQLAlchemy's vocabulary; `reflection` turns it into states.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGInspector
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope

Row = dict[str, Any]


@dataclass
class RawTable:
    """One table as rows of the Inspector, open to be completed."""

    name: str
    columns: list[Row] = field(default_factory=list)
    primary_key: Row = field(default_factory=dict)
    foreign_keys: list[Row] = field(default_factory=list)
    uniques: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    excludes: list[Row] = field(default_factory=list)
    """Only a reader fills these: SQLAlchemy reports no EXCLUDE."""
    indexes: list[Row] = field(default_factory=list)
    comment: str | None = None
    options: Row = field(default_factory=dict)

    def column(self, name: str) -> Row:
        """The row of one column."""
        return next(row for row in self.columns if row["name"] == name)


def read_tables(
    connection: sa.Connection,
    schema: str | None,
    temporary: Collection[str] = (),
    only: Collection[str] | None = None,
    inspector: sa.Inspector | None = None,
) -> dict[str, RawTable]:
    """All tables of a schema by name, or `only` those; when `temporary` names some, those temporary tables alone.

    Asked is an inspector of the connection, or `inspector`.
    """
    inspector, dialect = inspector or sa.inspect(connection), connection.dialect.name
    wanted: dict[str, Any] = {"schema": schema, "kind": ObjectKind.TABLE, "scope": ObjectScope.DEFAULT}
    if only is not None:
        wanted["filter_names"] = list(only)
    if temporary:
        # Only PostgreSQL can tell temporary tables from others; elsewhere the names have to do.
        scoped = dialect == "postgresql"
        wanted["kind"] = ObjectKind.TABLE if scoped else ObjectKind.ANY
        wanted["scope"] = ObjectScope.TEMPORARY if scoped else ObjectScope.ANY
        wanted["filter_names"] = list(temporary)
    columns = inspector.get_multi_columns(**wanted)
    tables = {str(name): RawTable(str(name), _copies(rows)) for (_, name), rows in columns.items()}
    _fill(tables, "primary_key", inspector.get_multi_pk_constraint(**wanted))
    _fill(tables, "foreign_keys", inspector.get_multi_foreign_keys(**wanted))
    with suppress(NotImplementedError):  # PostgreSQL before SQLAlchemy 2.1
        _fill(tables, "options", inspector.get_multi_table_options(**wanted))
    if dialect != "sqlite":
        with suppress(NotImplementedError):  # SQL Server: they are among the indexes
            _fill(tables, "uniques", inspector.get_multi_unique_constraints(**wanted))
        with suppress(NotImplementedError):  # SQL Server
            _fill(tables, "checks", inspector.get_multi_check_constraints(**wanted))
        _fill(tables, "indexes", inspector.get_multi_indexes(**wanted))
        for (_, name), row in inspector.get_multi_table_comment(**wanted).items():
            tables[str(name)].comment = row["text"]
    return tables


def table_names(connection: sa.Connection, schema: str | None) -> list[str]:
    """The names of the tables that `read_tables` would read; nothing else of them is looked at."""
    inspector = sa.inspect(connection)
    names = inspector.get_table_names(schema)
    if isinstance(inspector, PGInspector):
        names += inspector.get_foreign_table_names(schema)
    return names


def _fill(tables: dict[str, RawTable], attribute: str, found: Any) -> None:
    for (_, name), rows in found.items():
        if name in tables:
            setattr(tables[name], attribute, _copies(rows))


def _copies(rows: Any) -> Any:
    """The Inspector keeps its rows for other callers: ours may be changed."""
    return [dict(row) for row in rows] if isinstance(rows, list) else dict(rows)
