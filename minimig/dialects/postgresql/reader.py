"""What SQLAlchemy's Inspector leaves out of PostgreSQL's catalogs.

Added are sequences owned by a SERIAL column, deferrable unique constraints, the schema that a foreign key points to
whatever the search path, unknown types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import sqlalchemy as sa

from minimig.dialects.postgresql.definitions import KINDS, live_objects
from minimig.state.objects import ObjectState
from minimig.state.raw_tables import RawTable
from minimig.state.reader import Reader, Tables, is_unknown, name_types

_OWNED_SEQUENCES = sa.text("""
    SELECT owner.relname AS "table", a.attname AS "column"
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_class owner ON owner.oid = d.refobjid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = owner.oid AND a.attnum = d.refobjsubid
    JOIN pg_catalog.pg_namespace n ON n.oid = owner.relnamespace
    WHERE d.deptype = 'a' AND n.nspname = :schema
      AND d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
""")
_DEFERRABLE_UNIQUES = sa.text("""
    SELECT t.relname AS "table", c.conname AS name, c.condeferred AS deferred
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE c.contype = 'u' AND c.condeferrable AND n.nspname = :schema
""")
_TARGET_SCHEMAS = sa.text("""
    SELECT t.relname AS "table", c.conname AS name, target.nspname AS schema
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_catalog.pg_class referred ON referred.oid = c.confrelid
    JOIN pg_catalog.pg_namespace target ON target.oid = referred.relnamespace
    WHERE c.contype = 'f' AND n.nspname = :schema
""")
_COLUMN_TYPES = sa.text("""
    SELECT t.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname = :schema AND t.relname = ANY(:tables)
""")


class PostgreSQLReader(Reader):
    """PostgreSQL's catalogs."""

    names_schema: ClassVar[bool] = True
    integer_keys_count: ClassVar[bool] = False

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
        name = {"schema": schema}
        for found in connection.execute(_OWNED_SEQUENCES, name):
            if found.table in tables:
                tables[found.table].column(found.column)["owns_sequence"] = True
        for found in connection.execute(_DEFERRABLE_UNIQUES, name):
            for row in tables[found.table].uniques if found.table in tables else ():
                if row["name"] == found.name:
                    row.update(deferrable=True, initially="DEFERRED" if found.deferred else None)
        targets = {(found.table, found.name): found.schema for found in connection.execute(_TARGET_SCHEMAS, name)}
        for table in tables.values():
            for row in table.foreign_keys:
                row["referred_schema"] = targets.get((table.name, row["name"]), row["referred_schema"])
            _drop_schema_of_sequences(table, schema)
        unknown = {name for name, table in tables.items() if any(is_unknown(row) for row in table.columns)}
        if unknown:
            rows = connection.execute(_COLUMN_TYPES, {**name, "tables": sorted(unknown)})
            name_types(tables, {(row.table, row.column): row.type for row in rows})

    def objects(self, connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> dict[str, ObjectState]:
        others = {key: item for key, item in wanted.items() if not isinstance(item, KINDS)}
        found = {**super().objects(connection, others), **dict(live_objects(connection, wanted))}
        return {key: found[key] for key in wanted if key in found}


def _drop_schema_of_sequences(table: RawTable, schema: str | None) -> None:
    """The Inspector was told the schema and writes it into the text of a default; nobody else does."""
    for row in table.columns:
        if row.get("default"):
            row["default"] = row["default"].replace(f'nextval(\'"{schema}".', "nextval('")
