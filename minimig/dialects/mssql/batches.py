"""Batches of T-SQL for what SQL Server does only by procedures and by names: renames, comments, nameless constraints.

Text in, text out. Names stand inside string literals here, so each is quoted as an identifier first and as a string
after that. A DEFAULT has no name of ours: SQL Server gives it one that nobody can foresee, and a name of our own
(`df_books_title`) would be taken already once a table is renamed and another of the old name is made. So it is looked
up when it has to go. (Alembic does the same; Django's backend for SQL Server, too.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CONTINUED = re.compile(r"\\(\r?\n)")


def literal(text: str) -> str:
    """A string literal. Without the N, SQL Server keeps only the signs of its own code page."""
    return with_backslashes("N'" + text.replace("'", "''") + "'")


def with_backslashes(literal: str) -> str:
    """A literal in which a backslash at the end of a line stays: SQL Server would join the two lines.

    The cast keeps what is put together from being cut off at 8,000 bytes.
    """
    whole = in_pieces(literal)
    return literal if whole == literal else f"CAST({literal[: literal.index(chr(39))]}'' AS NVARCHAR(MAX)) + {whole}"


def in_pieces(literal: str) -> str:
    """The same for EXEC(...), which takes literals and nothing else, and cuts nothing off."""
    sign = literal[: literal.index("'")]
    return _CONTINUED.sub(lambda match: f"\\' + {sign}'{match[1]}", literal)


def rename(kind: str, path: str, name: str) -> str:
    """sp_rename. The path is quoted as it is everywhere, the new name must not be."""
    return f"EXEC sp_rename {literal(path)}, {literal(name)}, {literal(kind)}"


def drop_default(table: str, column: str) -> str:
    """Drop the DEFAULT of a column, whatever it is called."""
    return _run(f"SELECT {_drop(table)} FROM sys.default_constraints\n    {_on_column(table, column)}")


def drop_primary_key(table: str) -> str:
    """Drop the primary key, whatever it is called."""
    found = f"sys.key_constraints\n    WHERE parent_object_id = OBJECT_ID({literal(table)}) AND type = 'PK'"
    return _run(f"SELECT {_drop(table)} FROM {found}")


def drop_on_column(table: str, column: str) -> str:
    """Drop the DEFAULT, CHECKs and foreign keys that stand on a column alone, as PostgreSQL does with a column."""
    on_column = _on_column(table, column)
    found = "\n        UNION ".join(
        f"SELECT {name} FROM {catalog} {on_column}"
        for name, catalog in (
            ("name", "sys.default_constraints"),
            ("name", "sys.check_constraints"),
            ("OBJECT_NAME(constraint_object_id)", "sys.foreign_key_columns"),
        )
    )
    return _run(f"SELECT STRING_AGG({_drop(table)}, N'; ') FROM (\n        {found}\n    ) AS found (name)")


def comment(procedure: str, text: str | None, schema: str | None, path: Mapping[str, str]) -> str:
    """A comment is an extended property. Without a schema it is the session's own, which only the server knows."""
    value = "" if text is None else f", {literal(text)}"
    below = "".join(f", {literal(kind)}, {literal(name)}" for kind, name in path.items())
    owner = "@schema" if schema is None else literal(schema)
    call = f"EXEC sp_{procedure}extendedproperty N'MS_Description'{value}, N'SCHEMA', {owner}{below}"
    return f"DECLARE @schema SYSNAME = SCHEMA_NAME();\n{call}" if schema is None else call


def _run(query: str) -> str:
    """Run what a query says. Nothing is run when it finds nothing.

    As an initial value the query reports no row count, behind which drivers would not see an error of the second part.
    """
    return f"DECLARE @sql NVARCHAR(MAX) = (\n    {query}\n);\nEXEC sp_executesql @sql"


def _drop(table: str) -> str:
    return literal(f"ALTER TABLE {table} DROP CONSTRAINT ") + " + QUOTENAME(name)"


def _on_column(table: str, column: str) -> str:
    parent = f"parent_object_id = OBJECT_ID({literal(table)})"
    return f"WHERE {parent} AND COL_NAME(parent_object_id, parent_column_id) = {literal(column)}"
