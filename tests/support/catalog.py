"""Everything that a database holds, read past minimig: what a migration that failed must not have changed.

`dump` gives rows of the database's own catalog and of every table; two dumps are equal when nothing happened.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
_USER = "nspname !~ '^(pg_|information_schema$)'"
_POSTGRESQL = (
    f"""
    SELECT nspname, relname, relkind::text, coalesce(obj_description(c.oid, 'pg_class'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE {_USER} ORDER BY 1, 2
    """,
    f"""
    SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
           attgenerated::text, coalesce(pg_get_expr(adbin, adrelid), ''),
           coalesce(col_description(attrelid, attnum), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
    LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
    WHERE {_USER} AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2
    """,
    f"""
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace WHERE {_USER} ORDER BY 1, 2
    """,
    f"""
    SELECT pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE {_USER} ORDER BY 1
    """,
    f"""
    SELECT nspname, typname, enumlabel
    FROM pg_enum JOIN pg_type t ON t.oid = enumtypid JOIN pg_namespace n ON n.oid = typnamespace
    WHERE {_USER} ORDER BY 1, 2, enumsortorder
    """,
    f"SELECT * FROM pg_sequences WHERE {_USER.replace('nspname', 'schemaname')} ORDER BY 1, 2",
)
_TABLES = {
    "sqlite": "SELECT '\"' || name || '\"' FROM sqlite_master WHERE type = 'table' ORDER BY 1",
    "postgresql": f"""
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE {_USER} AND relkind = 'r' ORDER BY 1
    """,
}


def dump(connection: sa.Connection) -> list[list[tuple[Any, ...]]]:
    """The catalog and all rows of a SQLite or PostgreSQL database."""
    kind = connection.dialect.name
    queries = [_SQLITE] if kind == "sqlite" else list(_POSTGRESQL)
    tables = connection.exec_driver_sql(_TABLES[kind]).scalars().all()
    queries += [f"SELECT * FROM {table}" for table in tables]
    return [sorted((tuple(row) for row in connection.exec_driver_sql(query)), key=repr) for query in queries]
