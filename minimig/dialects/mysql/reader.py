"""What SQLAlchemy's Inspector leaves out of MySQL and MariaDB's catalogs.

Added are CHECKs written inside a column, JSON (kept as LONGTEXT with such a CHECK), descending index columns, defaults
that are expressions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig.dialects.mysql.create_sql import column_lines
from minimig.dialects.mysql.definitions import KINDS, live_objects
from minimig.dialects.mysql.provider_reader import read_sequences
from minimig.dialects.mysql.shown import inspector_of
from minimig.dialects.mysql.text import unescaped
from minimig.errors import StateError
from minimig.state.objects import ObjectState, SequenceState
from minimig.state.raw_tables import RawTable, Row, read_tables
from minimig.state.reader import Reader, Tables, is_unknown, name_types

_DESCENDING = sa.text("""
    SELECT table_name AS `table`, index_name, column_name AS `column`
    FROM information_schema.statistics
    WHERE table_schema = coalesce(:schema, database()) AND collation = 'D'
""")
_COLUMN_CHECKS = sa.text("""
    SELECT table_name AS `table`, check_clause AS clause
    FROM information_schema.check_constraints
    WHERE constraint_schema = coalesce(:schema, database()) AND level = 'Column'
""")
_JSON = re.compile(r"\(*json_valid\(`((?:[^`]|``)+)`\)+")
_MYSQL_COLUMNS = sa.text("""
    SELECT table_name, column_name, column_default, extra, column_comment
    FROM information_schema.columns
    WHERE table_schema = coalesce(:schema, database())
""")
_COLUMN_TYPES = sa.text("""
    SELECT table_name, column_name, column_type
    FROM information_schema.columns
    WHERE table_schema = coalesce(:schema, database()) AND table_name IN :tables
""").bindparams(sa.bindparam("tables", expanding=True))


class MySQLReader(Reader):
    """The catalogs of MySQL and MariaDB."""

    def tables(
        self, connection: sa.Connection, schema: str | None, only: Collection[str] | None
    ) -> dict[str, RawTable]:
        return read_tables(connection, schema, only=only, inspector=inspector_of(connection, schema, only))

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
        name = {"schema": schema}
        for found in connection.execute(_DESCENDING, name):
            if found.table in tables:
                _descending(tables[found.table], found.index_name, found.column)
        _complete_columns(connection, name, tables)
        for table in tables.values():
            _drop_indexes_of_keys(table)
            _drop_other_faces(table)
            _decode_labels(table)
        _name_unknown_types(connection, schema, tables)
        if _is_mariadb(connection):
            for found in connection.execute(_COLUMN_CHECKS, name):
                if found.table in tables:
                    _column_check(tables[found.table], found.clause)

    def objects(self, connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> dict[str, ObjectState]:
        others = {k: item for k, item in wanted.items() if not isinstance(item, (*KINDS, SequenceState))}
        sequences = {key: item for key, item in wanted.items() if isinstance(item, SequenceState)}
        found = {**super().objects(connection, others), **read_sequences(connection, sequences)}
        found.update(live_objects(connection, wanted))
        return {key: found[key] for key in wanted if key in found}

    def complete_temporary(self, connection: sa.Connection, tables: Tables) -> None:
        """No catalog lists temporary tables, and the Inspector overlooks their defaults and descending columns."""
        for table in tables.values():
            shown = connection.exec_driver_sql(f"SHOW COLUMNS FROM {table.name}").all()
            name_types(tables, {(table.name, name): type_ for name, type_, *_ in shown})
            for name, *_, default, _extra in shown:
                row = table.column(name)
                if row.get("default") is None and default not in (None, "NULL"):
                    row["default"] = default
            for index in connection.exec_driver_sql(f"SHOW INDEX FROM {table.name}").mappings():
                if index["Collation"] == "D":
                    _descending(table, index["Key_name"], index["Column_name"])
            if _is_mariadb(connection):
                _told_by_create(table, connection.exec_driver_sql(f"SHOW CREATE TABLE {table.name}").one()[1])
            _decode_labels(table)
            _drop_other_faces(table)


def _complete_columns(connection: sa.Connection, name: Mapping[str, str | None], tables: Tables) -> None:
    mariadb = _is_mariadb(connection)
    rows = {(table.name, row["name"]): row for table in tables.values() for row in table.columns}
    for table, column, default, extra, comment in connection.execute(_MYSQL_COLUMNS, name):
        if table not in tables:
            continue
        row = _unquote(tables[table], column) if "`" in column else rows.get((table, column))
        if row is None:
            raise StateError(
                f"column {column!r} of table {table} cannot be read: SQLAlchemy's reader stops at the line break in it",
                hint="rename the column",
            )
        # The Inspector overlooks one behind a default in which a quote is escaped.
        row["comment"] = comment or None
        if mariadb:
            _column_default(row, default, extra)


def _descending(table: RawTable, index: str, column: str) -> None:
    for row in table.indexes:
        if row["name"] == index:
            row.setdefault("column_sorting", {})[column] = ("desc",)


def _name_unknown_types(connection: sa.Connection, schema: str | None, tables: Tables) -> None:
    """Types that SQLAlchemy does not know, as the server writes them."""
    unknown = sorted(name for name, table in tables.items() if any(map(is_unknown, table.columns)))
    if unknown:
        rows = connection.execute(_COLUMN_TYPES, {"schema": schema, "tables": unknown})
        name_types(tables, {(table, column): type_ for table, column, type_ in rows})


def _unquote(table: RawTable, name: str) -> Row:
    """A column with a backtick in its name, which the Inspector leaves doubled, and which is put right everywhere."""
    doubled = name.replace("`", "``")
    for row in table.columns:
        row["name"] = name if row["name"] == doubled else row["name"]
    for row in (table.primary_key, *table.foreign_keys, *table.uniques, *table.indexes):
        for words in ("constrained_columns", "column_names"):
            if words in row:
                row[words] = [name if column == doubled else column for column in row[words]]
    return table.column(name)


def _is_mariadb(connection: sa.Connection) -> bool:
    return bool(getattr(connection.dialect, "is_mariadb", False))


def _told_by_create(table: RawTable, create: str) -> None:
    """Defaults in full, and JSON: the Inspector cuts an expression off where its first parenthesis closes."""
    for line in column_lines(create):
        row = table.column(line.name)
        row["type"] = mysql.JSON() if line.json else row["type"]
        if not row.get("computed"):
            row["default"] = line.default


def _decode_labels(table: RawTable) -> None:
    """The labels of ENUM and SET as they are: the Inspector leaves the escapes in them."""
    for row in table.columns:
        type_ = row["type"]
        if isinstance(type_, mysql.ENUM):
            labels = map(unescaped, type_.enums)
            row["type"] = mysql.ENUM(*labels, charset=type_.charset, collation=type_.collation)
        elif isinstance(type_, mysql.SET):
            values, bitwise = map(unescaped, type_.values), type_.retrieve_as_bitwise
            charset, collation = type_.charset, type_.collation
            row["type"] = mysql.SET(*values, charset=charset, collation=collation, retrieve_as_bitwise=bitwise)


def _column_default(row: Row, default: str | None, extra: str) -> None:
    """MariaDB's own text: the Inspector overlooks defaults such as `lcase('X')`."""
    on_update = extra.lower().find("on update")
    if default is None or row.get("computed") or (default == "NULL" and on_update < 0):
        return
    row["default"] = f"{default} {extra[on_update:]}" if on_update >= 0 else default


def _column_check(table: RawTable, clause: str) -> None:
    """A CHECK inside a column: that of JSON, or anybody's. It is called as the column was when it was made."""
    valid = _JSON.fullmatch(clause)
    if valid is not None:
        table.column(valid[1].replace("``", "`"))["type"] = mysql.JSON()
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
