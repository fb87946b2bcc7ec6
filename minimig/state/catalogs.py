"""What SQLAlchemy's Inspector leaves out, read from each database's own catalog.

A function per dialect completes the rows of `raw_tables` with a constant number of queries. What is added:

    PostgreSQL   sequences owned by a SERIAL column, deferrable unique constraints, the schema that a foreign key
                 points to whatever the search path, types that SQLAlchemy does not know
    MariaDB      CHECKs written inside a column, JSON (kept as LONGTEXT with such a CHECK), descending index columns,
                 defaults that are expressions
    SQLite       CHECKs, unique constraints, computed columns and indexes, from the text of the CREATE statements
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig.state.raw_tables import RawTable, Row
from minimig.state.raw_type import RawType
from minimig.state.sqlite_sql import Clause, column_list, index_text, table_clauses

Tables = Mapping[str, RawTable]


def complete_temporary(connection: sa.Connection, tables: Tables) -> None:
    """Add to temporary tables, which no catalog of MySQL lists, the defaults that the Inspector overlooks."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return
    for table in tables.values():
        for name, *_, default, _extra in connection.exec_driver_sql(f"SHOW COLUMNS FROM {table.name}"):
            row = table.column(name)
            if row.get("default") is None and default not in (None, "NULL"):
                row["default"] = default


def complete(connection: sa.Connection, schema: str | None, tables: Tables) -> None:
    """Add to `tables` what the Inspector does not report. Nothing is asked when there are no tables."""
    reader = _READERS.get(connection.dialect.name)
    if reader is not None and tables:
        reader(connection, schema, tables)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

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


def _postgresql(connection: sa.Connection, schema: str | None, tables: Tables) -> None:
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
    unknown = {name for name, table in tables.items() if any(_is_unknown(row) for row in table.columns)}
    if unknown:
        rows = connection.execute(_COLUMN_TYPES, {**name, "tables": sorted(unknown)})
        _name_types(tables, {(row.table, row.column): row.type for row in rows})


def _drop_schema_of_sequences(table: RawTable, schema: str | None) -> None:
    """The Inspector was told the schema and writes it into the text of a default; nobody else does."""
    for row in table.columns:
        if row.get("default"):
            row["default"] = row["default"].replace(f'nextval(\'"{schema}".', "nextval('")


# --- MySQL and MariaDB ------------------------------------------------------------------------------------------------

_DESCENDING = sa.text("""
    SELECT table_name AS `table`, index_name AS `index`, column_name AS `column`
    FROM information_schema.statistics
    WHERE table_schema = coalesce(:schema, database()) AND collation = 'D'
""")
_COLUMN_CHECKS = sa.text("""
    SELECT table_name AS `table`, constraint_name AS `column`, check_clause AS clause
    FROM information_schema.check_constraints
    WHERE constraint_schema = coalesce(:schema, database()) AND level = 'Column'
""")
_MYSQL_COLUMNS = sa.text("""
    SELECT table_name AS `table`, column_name AS `column`, column_type AS type, column_default AS `default`,
           extra AS extra
    FROM information_schema.columns
    WHERE table_schema = coalesce(:schema, database())
""")


def _mysql(connection: sa.Connection, schema: str | None, tables: Tables) -> None:
    name = {"schema": schema}
    for found in connection.execute(_DESCENDING, name):
        for row in tables[found.table].indexes if found.table in tables else ():
            if row["name"] == found.index:
                row.setdefault("column_sorting", {})[found.column] = ("desc",)
    for table in tables.values():
        _drop_indexes_of_keys(table)
        _drop_other_faces(table)
    columns = [row for row in connection.execute(_MYSQL_COLUMNS, name) if row.table in tables]
    _name_types(tables, {(row.table, row.column): row.type for row in columns})
    if getattr(connection.dialect, "is_mariadb", False):
        for found in connection.execute(_COLUMN_CHECKS, name):
            if found.table in tables:
                _column_check(tables[found.table], found.column, found.clause)
        for found in columns:
            _column_default(tables[found.table].column(found.column), found.default, found.extra)


def _column_default(row: Row, default: str | None, extra: str) -> None:
    """MariaDB's own text: the Inspector overlooks defaults such as `lcase('X')`."""
    on_update = extra.lower().find("on update")
    if default is not None and default != "NULL" and not row.get("computed"):
        row["default"] = f"{default} {extra[on_update:]}" if on_update >= 0 else default


def _column_check(table: RawTable, column: str, clause: str) -> None:
    if clause.strip("()") == f"json_valid(`{column}`":
        table.column(column)["type"] = mysql.JSON()
    else:
        table.checks.append({"name": None, "sqltext": clause})


def _drop_indexes_of_keys(table: RawTable) -> None:
    """InnoDB makes an index for each foreign key that has none, under the key's name or its first column's."""
    own = {
        name: tuple(key["constrained_columns"])
        for key in table.foreign_keys
        for name in (key["name"], key["constrained_columns"][0] if "_ibfk_" in key["name"] else key["name"])
    }
    table.indexes = [
        row for row in table.indexes if row["unique"] or own.get(row["name"], ()) != tuple(row["column_names"])
    ]


def _drop_other_faces(table: RawTable) -> None:
    """A unique key is listed as constraint and as index: the index stays where a constraint could not say it all."""
    rich = {row["name"] for row in table.indexes if row.get("dialect_options") or row.get("column_sorting")}
    table.uniques = [row for row in table.uniques if row["name"] not in rich]


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _sqlite(connection: sa.Connection, schema: str | None, tables: Tables) -> None:
    master = connection.dialect.identifier_preparer.quote_schema(schema or "main") + ".sqlite_master"
    rows = connection.exec_driver_sql(
        f"SELECT type, name, tbl_name, sql FROM {master} WHERE sql IS NOT NULL ORDER BY name"
    )
    for kind, name, table_name, sql in rows:
        table = tables.get(table_name)
        if table is None:
            continue
        if kind == "table":
            for clause in table_clauses(sql):
                _sqlite_clause(table, clause)
        elif kind == "index":
            table.indexes.append(_sqlite_index(name, sql))


def _sqlite_clause(table: RawTable, clause: Clause) -> None:
    if clause.kind == "check":
        table.checks.append({"name": clause.name, "sqltext": clause.text})
    elif clause.kind == "unique":
        columns = (clause.column,) if clause.column is not None else column_list(clause.text)
        table.uniques.append({"name": clause.name, "column_names": columns})
    elif clause.column is not None:
        table.column(clause.column)["computed"]["sqltext"] = clause.text


def _sqlite_index(name: str, sql: str) -> Row:
    found = index_text(sql)
    options = {"sqlite_where": sa.text(found.where.replace(":", "\\:"))} if found.where else {}
    unique = sql.split(None, 2)[1].upper() == "UNIQUE"
    return {"name": name, "elements": found.elements, "unique": unique, "dialect_options": options}


# --- all --------------------------------------------------------------------------------------------------------------

_READERS: dict[str, Callable[[sa.Connection, str | None, Tables], None]] = {
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
    "sqlite": _sqlite,
}


def _is_unknown(row: Row) -> bool:
    return isinstance(row["type"], sa.types.NullType)


def _name_types(tables: Tables, types: Mapping[tuple[str, str], Any]) -> None:
    for table in tables.values():
        for row in table.columns:
            if _is_unknown(row) and (table.name, row["name"]) in types:
                row["type"] = RawType(str(types[table.name, row["name"]]))
