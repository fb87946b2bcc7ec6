"""What MySQL and MariaDB say of the things that a statement names, for `dialects.fingerprint`.

DDL is atomic in MySQL 8 ("Atomic Data Definition Statement Support") and MariaDB 10.6 ("Atomic DDL").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import sqlalchemy as sa

from minimig.dialects.fingerprint import about, digest

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")

_TABLES = sa.text("""
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_name IN :names AND (table_schema = database() OR table_schema IN :names)
""").bindparams(sa.bindparam("names", expanding=True))

_OTHERS = {
    ("procedure", "function"): """
        SELECT routine_name, routine_type, md5(routine_definition), md5(routine_comment), security_type, sql_data_access
        FROM information_schema.routines WHERE routine_schema = database()
    """,
    ("trigger",): """
        SELECT trigger_name, event_object_table, event_manipulation, action_timing, md5(action_statement)
        FROM information_schema.triggers WHERE trigger_schema = database()
    """,
    ("database", "schema"): "SELECT schema_name, default_collation_name FROM information_schema.schemata",
    ("grant", "revoke"): "SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges",
}
"""What else to ask when the statement has one of these words."""


def mysql_fingerprint(connection: sa.Connection, names: Collection[str]) -> str:
    """The fingerprint of tables, views, routines and triggers with these names."""
    return digest(_facts(connection, frozenset(names)))


def _facts(connection: sa.Connection, names: frozenset[str]) -> Iterator[str]:
    for words, query in _OTHERS.items():
        if not names.isdisjoint(words):
            yield from about(names, connection.exec_driver_sql(query), named_by=2)
    for schema, table in connection.execute(_TABLES, {"names": sorted(names)}).all():
        quoted = ".".join(connection.dialect.identifier_preparer.quote_identifier(part) for part in (schema, table))
        row = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}".replace("%", "%%")).one()
        yield f"{quoted} {_COUNTER.sub('', str(row[1]))}"
