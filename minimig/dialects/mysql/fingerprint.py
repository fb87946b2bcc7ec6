"""What MySQL and MariaDB say of tables, for `dialects.fingerprint`. DDL is atomic in MySQL 8 and MariaDB 10.6."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import sqlalchemy as sa

from minimig.dialects.fingerprint import digest

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
_MISSING = (1146, 1049)
"""Error numbers of a table, and of a database, that is not there."""

_OTHERS = (
    """
    SELECT routine_type, routine_name, md5(routine_definition), md5(routine_comment)
    FROM information_schema.routines WHERE routine_schema = database()
    """,
    """
    SELECT trigger_name, event_object_table, action_timing, md5(action_statement)
    FROM information_schema.triggers WHERE trigger_schema = database()
    """,
    "SELECT table_name, md5(view_definition) FROM information_schema.views WHERE table_schema = database()",
    "SELECT schema_name, default_collation_name FROM information_schema.schemata",
)
_NAMES = "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type <> 'VIEW'"
_GRANTS = "SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges"


def mysql_fingerprint(connection: sa.Connection, tables: Collection[str] | None) -> str:
    """The fingerprint of these tables, or of the whole database with its routines, triggers and views."""
    if tables is not None:
        return digest(_definition(connection, table) for table in tables)
    return digest(_everything(connection))


def _everything(connection: sa.Connection) -> Iterator[str]:
    for query in (*_OTHERS, _GRANTS):
        yield from (repr(tuple(row)) for row in connection.exec_driver_sql(query))
    for name in connection.exec_driver_sql(_NAMES).scalars().all():
        yield _definition(connection, name)


def _definition(connection: sa.Connection, table: str) -> str:
    quoted = ".".join(connection.dialect.identifier_preparer.quote_identifier(part) for part in table.split("."))
    try:
        row = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}".replace("%", "%%")).one()
    except sa.exc.DBAPIError as error:
        if error.orig is not None and error.orig.args[0] in _MISSING:
            return f"{table} is not there"
        raise
    return f"{table} {_COUNTER.sub('', str(row[1]))}"
