"""What MySQL and MariaDB say of the things that a statement names, for `dialects.fingerprint`.

DDL is atomic in MySQL 8 ("Atomic Data Definition Statement Support") and MariaDB 10.6 ("Atomic DDL").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa

from minimig.dialects.fingerprint import about, digest, words

_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")

_TABLES = sa.text("""
    SELECT table_schema, table_name, database() FROM information_schema.tables
    WHERE (table_name IN :names OR table_name REGEXP '[^a-zA-Z0-9_]')
      AND (table_schema = database() OR table_schema IN :names OR table_schema REGEXP '[^a-zA-Z0-9_]')
""").bindparams(sa.bindparam("names", expanding=True))
"""Those that a statement may name; a name with other characters in it is several words of a statement."""

_OTHERS = {
    ("procedure", "function", "package"): """
        SELECT routine_name, routine_type, md5(routine_definition), md5(routine_comment), security_type, sql_data_access
        FROM information_schema.routines WHERE routine_schema = database()
    """,
    ("trigger",): """
        SELECT trigger_name, event_object_table, event_manipulation, action_timing, md5(action_statement)
        FROM information_schema.triggers WHERE trigger_schema = database()
    """,
    ("event",): """
        SELECT event_name, md5(event_definition), execute_at, interval_value, interval_field, starts, ends, status,
               on_completion, event_comment
        FROM information_schema.events WHERE event_schema = database()
    """,
    ("database", "schema"): "SELECT schema_name, default_collation_name FROM information_schema.schemata",
    ("grant", "revoke"): """
        SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges
        UNION ALL SELECT grantee, table_schema, privilege_type FROM information_schema.schema_privileges
        UNION ALL SELECT grantee, '', privilege_type FROM information_schema.user_privileges
    """,
}
"""What else to ask when the statement has one of these words."""

_START = r"(?:\s|--[^\n]*\n|\#[^\n]*\n|/\*.*?\*/)*"
_UNSEEN = re.compile(
    rf"{_START}(?:(?:CREATE|DROP|RENAME)\s+(?:USER|ROLE|SERVER)\b|ALTER\s+TABLE\b.*\bEXCHANGE\s+PARTITION\b)",
    re.IGNORECASE | re.DOTALL,
)
_RENAME = re.compile(rf"{_START}RENAME\s+TABLES?\b(.*)", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"(?:`(?:[^`]|``)+`|[\w$]+)(?:\s*\.\s*(?:`(?:[^`]|``)+`|[\w$]+))?")
_NO_TABLES = frozenset(["to", "if", "exists", "wait", "nowait"])


def mysql_fingerprint(connection: sa.Connection, statement: str) -> str:
    """The fingerprint of tables, views, routines, triggers and events that a statement names."""
    return digest(connection.dialect, _facts(connection, words(statement)))


def is_unseen(statement: str) -> bool:
    """Whether a statement may do something that the catalogs do not show to everybody who may do it.

    Accounts are one such thing; tables that change places another one, since they may be alike.
    """
    if _UNSEEN.match(statement):
        return True
    renamed = _RENAME.match(statement)
    if renamed is None:
        return False
    tables = [name.replace("`", "").lower() for name in _TABLE.findall(renamed[1]) if name.lower() not in _NO_TABLES]
    return len(set(tables)) < len(tables)


def _facts(connection: sa.Connection, names: frozenset[str]) -> Iterator[str]:
    for kinds, query in _OTHERS.items():
        if not names.isdisjoint(kinds):
            yield from about(names, connection.exec_driver_sql(query), named_by=2)
    for schema, table, own in connection.execute(_TABLES, {"names": sorted(names)}).all():
        if not (words(table) <= names and (schema == own or words(schema) <= names)):
            continue
        quoted = ".".join(connection.dialect.identifier_preparer.quote_identifier(part) for part in (schema, table))
        row = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}").one()
        yield f"{quoted} {_COUNTER.sub('', str(row[1]))}"
