"""SQLite's catalogs, read in three questions whatever the number of tables.

Columns and foreign keys come from PRAGMAs that are asked as tables (SQLite manual, "PRAGMA functions"). All else stands
in the text of the CREATE statements. SQLAlchemy's Inspector asks for each table, and for a table's text searches the
whole catalog: of 3,000 tables that takes minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.sqlite.create_sql import Clause, ColumnText, index_text, table_text
from minimig.dialects.sqlite.declared import declared_type
from minimig.dialects.sqlite.definitions import KINDS, live_objects
from minimig.state.objects import ObjectState
from minimig.state.raw_tables import RawTable, Row, table_names
from minimig.state.reader import Reader, Tables

_HIDDEN, _STORED = 1, 3
"""What `table_xinfo` says of a column that a virtual table hides, and of one that is computed and stored."""

_AT_ONCE = 500
"""How many names are asked for in one question; SQLite takes 999 parameters, or more."""

_ACTIONS = ("SET NULL", "SET DEFAULT", "CASCADE", "RESTRICT", "NO ACTION")


class SQLiteReader(Reader):
    """SQLite's catalog, which is the text of the CREATE statements."""

    def tables(
        self, connection: sa.Connection, schema: str | None, only: Collection[str] | None
    ) -> dict[str, RawTable]:
        names = table_names(connection, schema) if only is None else only
        found = {name: RawTable(name) for name in names}
        types = _Types(connection.dialect)
        for row in _column_rows(connection, schema, None if only is None else list(only)):
            if row[0] in found and row[-1] != _HIDDEN:
                found[row[0]].columns.append(_column(types, row[1:]))
        return found

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
        for raw in tables.values():
            raw.primary_key["constrained_columns"] = _key_columns(raw)
        _foreign_keys(connection, schema, tables)
        rows = connection.exec_driver_sql(
            f"SELECT type, name, tbl_name, sql FROM {_master(connection, schema)} WHERE sql IS NOT NULL ORDER BY name"
        )
        for kind, name, table_name, sql in rows:
            table = tables.get(table_name)
            if table is None:
                continue
            if kind == "table":
                _complete(table, sql)
            elif kind == "index":
                table.indexes.append(_index(name, sql))

    def objects(self, connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> dict[str, ObjectState]:
        others = {key: item for key, item in wanted.items() if not isinstance(item, KINDS)}
        found = {**super().objects(connection, others), **dict(live_objects(connection, wanted))}
        return {key: found[key] for key in wanted if key in found}

    def autoincrement(self, row: Row, key: tuple[str, ...]) -> bool | str:
        """What the Inspector says of AUTOINCREMENT is an option of the table here."""
        return "auto"


def _column_rows(connection: sa.Connection, schema: str | None, only: list[str] | None) -> Iterator[sa.Row[Any]]:
    """Table, name, type, NOT NULL, default, place in the key and kind of every column, in the tables' order."""
    columns = 'm.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden'
    base = (
        f"SELECT {columns} FROM {_master(connection, schema)} m JOIN pragma_table_xinfo(m.name, ?) c"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    )
    # A table that nobody wants may be one that cannot be asked: a virtual one whose module is not loaded.
    parts = [None] if only is None else [only[at : at + _AT_ONCE] for at in range(0, len(only), _AT_ONCE)]
    for names in parts:
        among = "" if names is None else f" AND m.name IN ({', '.join('?' * len(names))})"
        yield from connection.exec_driver_sql(f"{base}{among}", (schema or "main", *(names or ())))


class _Types(dict[str, TypeEngine[Any]]):
    """Types by the words that SQLite has for them; each is made once."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._dialect = dialect

    def __missing__(self, declared: str) -> TypeEngine[Any]:
        return self.setdefault(declared, declared_type(self._dialect, declared))


def _column(types: _Types, told: Sequence[Any]) -> Row:
    """One column as the Inspector would tell it."""
    name, declared, not_null, default, place, kind = told
    text = declared.upper()
    if kind:
        text = text.replace("GENERATED", "").replace("ALWAYS", "").strip()  # SQLite counts them among the type
    row = {
        "name": name,
        "type": types[text],
        "nullable": not not_null,
        "default": None if default is None else str(default),
        "primary_key": place,
    }
    return {**row, "computed": {"sqltext": "", "persisted": kind == _STORED}} if kind else row


def _master(connection: sa.Connection, schema: str | None) -> str:
    return connection.dialect.identifier_preparer.quote_schema(schema or "main") + ".sqlite_master"


def _complete(table: RawTable, create: str) -> None:
    text = table_text(create)
    for clause in text.all_constraints():
        if clause.kind == "check":
            table.checks.append({"name": clause.name, "sqltext": clause.body, **_conflict(clause)})
        elif clause.kind == "unique":
            table.uniques.append({"name": clause.name, "column_names": clause.columns, **_conflict(clause)})
        elif clause.kind == "primary key":
            table.primary_key.update(name=clause.name, **_conflict(clause))
            if "AUTOINCREMENT" in clause.words:
                table.options["sqlite_autoincrement"] = True
        elif clause.kind == "foreign key":
            _foreign_key(table, clause)
    if "WITHOUT ROWID" in text.ending:
        table.options["sqlite_with_rowid"] = False
    if "STRICT" in text.ending:
        table.options["sqlite_strict"] = True
    _complete_columns(table, [column for column in text.columns if column.says_more])


def _complete_columns(table: RawTable, told: Sequence[ColumnText]) -> None:
    rows = {row["name"]: row for row in table.columns} if told else {}
    for column in told:
        if column.name in rows:
            _complete_column(rows[column.name], column)


def _complete_column(row: Row, column: ColumnText) -> None:
    computed, collation, not_null = (column.clause(kind) for kind in ("computed", "collate", "not null"))
    if computed is not None:
        row["computed"]["sqltext"] = computed.body
    if collation is not None and isinstance(row["type"], sa.String):
        row["type"] = type(row["type"])(row["type"].length, collation=collation.last.upper())
    if not_null is not None:
        row["options"] = _conflict(not_null).get("dialect_options", {})
        row["options"] = {f"{name}_not_null": value for name, value in row["options"].items()}


def _conflict(clause: Clause) -> Row:
    """ON CONFLICT, which no PRAGMA reports."""
    answer = clause.after("ON", "CONFLICT", among=("ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"))
    return {"dialect_options": {"sqlite_on_conflict": answer}} if answer else {}


def _key_columns(table: RawTable) -> list[str]:
    """The columns of the primary key, in the order of the key."""
    own = [row for row in table.columns if row["primary_key"]]
    return [row["name"] for row in sorted(own, key=lambda row: row["primary_key"])]


def _foreign_keys(connection: sa.Connection, schema: str | None, tables: Tables) -> None:
    """Add the foreign keys of all tables; one that names no columns points to the primary key of its target."""
    by_name = {name.lower(): table for name, table in tables.items()}  # SQLite does not tell cases apart
    rows = connection.exec_driver_sql(
        f'SELECT m.name, k.id, k."table", k."from", k."to" FROM {_master(connection, schema)} m'
        " JOIN pragma_foreign_key_list(m.name, ?) k WHERE m.type = 'table' ORDER BY m.name, k.id, k.seq",
        (schema or "main",),
    )
    found: dict[tuple[str, int], Row] = {}
    for name, number, target, column, target_column in rows:
        if name not in tables:
            continue
        if (name, number) not in found:
            row = found[name, number] = {"name": None, "referred_schema": schema, "referred_table": target}
            row |= {"constrained_columns": [], "referred_columns": [], "options": {}}
            if target_column is None and target.lower() in by_name:
                row["referred_columns"] = _key_columns(by_name[target.lower()])
            tables[name].foreign_keys.append(row)
        row = found[name, number]
        row["constrained_columns"].append(column)
        if target_column is not None:
            row["referred_columns"].append(target_column)


def _foreign_key(table: RawTable, clause: Clause) -> None:
    """Give the Inspector's row of this key the name and the options that it is written with."""
    same = [row for row in table.foreign_keys if _is_over(row, clause)]
    row = next((row for row in same if not row.get("written")), None)
    if row is None and same:  # one that says the same again, which the Inspector leaves out
        row = dict(same[0])
        table.foreign_keys.append(row)
    if row is not None:
        words: dict[str, Any] = {
            "ondelete": clause.after("ON", "DELETE", among=_ACTIONS),
            "onupdate": clause.after("ON", "UPDATE", among=_ACTIONS),
            "initially": clause.after("INITIALLY", among=("DEFERRED", "IMMEDIATE")),
        }
        if "DEFERRABLE" in clause.words:
            words["deferrable"] = clause.after("NOT", among=("DEFERRABLE",)) is None
        given = {name: value for name, value in words.items() if value not in (None, "NO ACTION")}
        row.update(name=clause.name, options=given, written=True)


def _is_over(row: Row, clause: Clause) -> bool:
    columns = [name.lower() for name in row["constrained_columns"]]
    return columns == [name.lower() for name in clause.columns] and (
        row["referred_table"].lower() == (clause.target or "").lower()
    )


def _index(name: str, sql: str) -> Row:
    found = index_text(sql)
    options = {"sqlite_where": sa.text(found.where.replace(":", "\\:"))} if found.where else {}
    unique = sql.split(None, 2)[1].upper() == "UNIQUE"
    return {"name": name, "elements": found.elements, "unique": unique, "dialect_options": options}
