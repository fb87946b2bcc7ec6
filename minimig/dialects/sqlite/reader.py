"""What SQLAlchemy's Inspector leaves out of SQLite's catalogs.

Added are CHECKs, unique constraints, computed columns and indexes, from the text of the CREATE statements.
"""

from __future__ import annotations

import sqlalchemy as sa

from minimig.dialects.sqlite.create_sql import Clause, column_list, index_text, table_clauses
from minimig.state.raw_tables import RawTable, Row
from minimig.state.reader import Reader, Tables


class SQLiteReader(Reader):
    """SQLite's catalog, which is the text of the CREATE statements."""

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
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
                    _clause(table, clause)
            elif kind == "index":
                table.indexes.append(_index(name, sql))

    def autoincrement(self, row: Row, key: tuple[str, ...]) -> bool | str:
        """What the Inspector says of AUTOINCREMENT is an option of the table here."""
        return "auto"


def _clause(table: RawTable, clause: Clause) -> None:
    if clause.kind == "check":
        table.checks.append({"name": clause.name, "sqltext": clause.text})
    elif clause.kind == "unique":
        columns = (clause.column,) if clause.column is not None else column_list(clause.text)
        table.uniques.append({"name": clause.name, "column_names": columns})
    elif clause.column is not None:
        table.column(clause.column)["computed"]["sqltext"] = clause.text


def _index(name: str, sql: str) -> Row:
    found = index_text(sql)
    options = {"sqlite_where": sa.text(found.where.replace(":", "\\:"))} if found.where else {}
    unique = sql.split(None, 2)[1].upper() == "UNIQUE"
    return {"name": name, "elements": found.elements, "unique": unique, "dialect_options": options}
