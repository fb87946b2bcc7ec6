"""SHOW CREATE TABLE of many tables in one question.

On MySQL and MariaDB SQLAlchemy's Inspector reads each table from what SHOW CREATE TABLE prints, and asks for one after
the other: a thousand round trips. MariaDB answers a block of statements at once (MariaDB manual, "BEGIN NOT ATOMIC").
Here is an inspector that has the answers already. Whatever it has none for, it asks for as ever: a server or a driver
that knows no such block costs nothing but the question.

(The catalogs in information_schema tell the same in six questions, but not in the words that SQLAlchemy reads, and take
longer.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

import sqlalchemy as sa

_AT_ONCE = 1000
"""How many tables are asked for in one block: a hundred kilobytes of text, where a server takes a megabyte at least."""

_DRIVERS = frozenset(["pymysql", "mysqldb"])
"""Those that are known to give several results for one statement."""

_QUIETLY = {"skip_user_error_events": True}
"""As SQLAlchemy asks for a table itself: an answer that is an error is nobody's affair."""


def inspector_of(connection: sa.Connection, schema: str | None, only: Collection[str] | None) -> sa.Inspector:
    """An inspector that knows what SHOW CREATE TABLE prints for the tables of a schema, or for `only` those."""
    inspector, dialect = sa.inspect(connection), connection.dialect
    if not getattr(dialect, "is_mariadb", False) or dialect.driver not in _DRIVERS:
        return inspector
    names = inspector.get_table_names(schema) if only is None else only
    texts = _shown(connection, [_full_name(dialect, schema, name) for name in names])
    knowing: Any = copy(dialect)
    ask = knowing._show_create_table  # noqa: SLF001 - SQLAlchemy has no public place for what was asked already

    def show(connection: sa.Connection, table: Any, charset: str | None = None, full_name: str | None = None) -> str:
        return texts[full_name] if full_name in texts else ask(connection, table, charset, full_name)

    knowing._show_create_table = show  # noqa: SLF001
    inspector.dialect = knowing
    return inspector


def _full_name(dialect: sa.Dialect, schema: str | None, name: str) -> str:
    """A table as the Inspector calls it."""
    return ".".join(dialect.identifier_preparer.quote_identifier(part) for part in (schema, name) if part)


def _shown(connection: sa.Connection, names: Sequence[str]) -> dict[str | None, str]:
    found: dict[str | None, str] = {}
    for start in range(0, len(names), _AT_ONCE):
        block = names[start : start + _AT_ONCE]
        statements = "".join(f"SHOW CREATE TABLE {name}; " for name in block)
        with suppress(sa.exc.DBAPIError):
            result = connection.exec_driver_sql(f"BEGIN NOT ATOMIC {statements}END", execution_options=_QUIETLY)
            found.update(zip(block, _texts(result), strict=False))
            result.close()
    return found


def _texts(result: sa.CursorResult[Any]) -> Iterator[str]:
    """The text in each result, up to a table that cannot be shown."""
    cursor: Any = result.cursor
    errors: Any = result.dialect.loaded_dbapi.Error
    with suppress(errors):
        while True:
            rows = cursor.fetchall()
            if not rows or not isinstance(rows[0][1], str):
                return
            yield rows[0][1].strip()
            if not cursor.nextset():
                return
