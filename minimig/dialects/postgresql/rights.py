"""What a role of PostgreSQL may not do, asked of the catalogs in one query.

Who owns a thing may alter it, and so may a member of that role; the owner of its schema may drop it. A superuser may
everything, and the functions of the catalogs say so. What is not there yet is not asked about: whoever creates it will
own it. Managed servers let users create extensions by ways of their own, which no catalog tells of, so there nothing is
said of extensions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import sqlalchemy as sa

from minimig.dialects.rights import Lack, Need

_MANAGED = (
    "rds_superuser", "cloudsqlsuperuser", "azure_pg_admin", "alloydbsuperuser", "supabase_admin", "neon_superuser",
    "doadmin", "avnadmin", "tsdbadmin", "_rdb_superadmin", "heroku_admin", "ibm",
)  # fmt: skip

_NEEDS = "json_to_recordset(CAST(:needs AS json)) AS n(place int, act text, kind text, name text, home text)"

_SESSION = """
SELECT -1 AS place, CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'transaction' END AS want,
       NULL AS home, CAST(current_user AS text) AS owner
WHERE pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'
"""

_RELATIONS = f"""
SELECT n.place, CASE WHEN n.act IN ('insert', 'update', 'delete', 'references') THEN n.act
                     WHEN n.kind = 'trigger' AND n.act = 'create' THEN 'trigger'
                     WHEN n.act = 'index' AND pg_has_role(c.relowner, 'USAGE') THEN 'create'
                     ELSE 'own' END,
       CAST(s.nspname AS text), CAST(pg_get_userbyid(c.relowner) AS text)
FROM {_NEEDS} JOIN pg_class c ON c.relname = n.name JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE n.kind IN ('table', 'view', 'sequence', 'trigger', 'index') AND (n.act <> 'create' OR n.kind = 'trigger')
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  AND (s.nspname = n.home OR n.home IS NULL AND pg_table_is_visible(c.oid))
  AND NOT CASE
    WHEN n.act IN ('insert', 'update', 'references') THEN has_any_column_privilege(c.oid, n.act)
    WHEN n.act = 'delete' THEN has_table_privilege(c.oid, 'DELETE')
    WHEN n.kind = 'trigger' AND n.act = 'create' THEN has_table_privilege(c.oid, 'TRIGGER')
    WHEN n.act = 'index' THEN pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(s.oid, 'CREATE')
    WHEN n.kind <> 'trigger' AND (n.act = 'drop' OR n.kind = 'view')
      THEN pg_has_role(c.relowner, 'USAGE') OR pg_has_role(s.nspowner, 'USAGE')
    ELSE pg_has_role(c.relowner, 'USAGE') END
"""

_TYPES = f"""
SELECT n.place, 'own', CAST(s.nspname AS text), CAST(pg_get_userbyid(t.typowner) AS text)
FROM {_NEEDS} JOIN pg_type t ON t.typname = n.name JOIN pg_namespace s ON s.oid = t.typnamespace
WHERE n.kind = 'type' AND n.act <> 'create' AND t.typtype IN ('e', 'd')
  AND (s.nspname = n.home OR n.home IS NULL AND pg_type_is_visible(t.oid))
  AND NOT (pg_has_role(t.typowner, 'USAGE') OR n.act = 'drop' AND pg_has_role(s.nspowner, 'USAGE'))
"""

_FUNCTIONS = f"""
SELECT n.place, 'own', CAST(min(s.nspname) AS text), CAST(min(pg_get_userbyid(p.proowner)) AS text)
FROM {_NEEDS} JOIN pg_proc p ON p.proname = n.name JOIN pg_namespace s ON s.oid = p.pronamespace
WHERE n.kind = 'function' AND n.act <> 'create'
  AND (s.nspname = n.home OR n.home IS NULL AND pg_function_is_visible(p.oid))
GROUP BY n.place HAVING NOT bool_or(pg_has_role(p.proowner, 'USAGE') OR pg_has_role(s.nspowner, 'USAGE'))
"""

_CREATING = f"""
SELECT n.place, 'create', CAST(s.nspname AS text), NULL
FROM {_NEEDS} JOIN pg_namespace s ON s.nspname = COALESCE(n.home, current_schema())
WHERE n.act = 'create' AND n.kind IN ('table', 'view', 'sequence', 'function', 'collation')
  AND NOT has_schema_privilege(s.oid, 'CREATE')
  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = s.oid AND c.relname = n.name)
"""

_SCHEMAS = f"""
SELECT n.place, CASE n.act WHEN 'create' THEN 'database' ELSE 'own' END,
       CAST(current_database() AS text), CAST(pg_get_userbyid(s.nspowner) AS text)
FROM {_NEEDS} LEFT JOIN pg_namespace s ON s.nspname = n.name
WHERE n.kind = 'schema' AND CASE WHEN n.act <> 'create' THEN s.oid IS NOT NULL AND NOT pg_has_role(s.nspowner, 'USAGE')
  ELSE s.oid IS NULL AND NOT has_database_privilege(current_database(), 'CREATE') END
"""

_EXTENSIONS = f"""
SELECT n.place, CASE WHEN x.oid IS NOT NULL THEN 'own' WHEN has_database_privilege(current_database(), 'CREATE')
                     THEN 'superuser' ELSE 'database' END,
       CAST(current_database() AS text), CAST(pg_get_userbyid(x.extowner) AS text)
FROM {_NEEDS} LEFT JOIN pg_extension x ON x.extname = n.name
WHERE n.kind = 'extension' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname IN :managed)
  AND CASE WHEN n.act <> 'create' THEN x.oid IS NOT NULL AND NOT pg_has_role(x.extowner, 'USAGE')
  ELSE x.oid IS NULL AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    AND EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = n.name)
    AND (NOT has_database_privilege(current_database(), 'CREATE') OR NOT EXISTS (
      SELECT FROM pg_available_extension_versions v WHERE v.name = n.name AND (v.trusted OR NOT v.superuser))) END
"""

_MISSING = {
    "own": ("must be owner, which is {owner}", "ALTER {kind} {name} OWNER TO {me}"),
    "create": ("has no CREATE on schema {home}", "GRANT CREATE ON SCHEMA {place} TO {me}"),
    "database": ("has no CREATE on database {home}", "GRANT CREATE ON DATABASE {place} TO {me}"),
    "superuser": ("must be superuser", "CREATE EXTENSION {bare}"),
}
_PRIVILEGE = ("has no {want} on it", "GRANT {want} ON {name} TO {me}")
_IN_SCHEMAS = {"table", "view", "sequence", "trigger", "index", "function"}
_READ_ONLY = {
    "standby": ("this is a standby, which takes no writes", "connect to the primary"),
    "transaction": (
        "transactions are read-only (default_transaction_read_only)",
        "this database is read-only: ALTER ROLE {me} SET default_transaction_read_only = off, or connect otherwise",
    ),
}


def postgresql_lacks(connection: sa.Connection, needs: Sequence[Need]) -> tuple[Lack, ...]:
    """What the current role may not do. A server that does not understand the question lacks nothing."""
    rows = _rows(connection, needs)
    if not rows:
        return ()
    quote = connection.dialect.identifier_preparer.quote
    me = str(connection.exec_driver_sql("SELECT current_user").scalar_one())
    return tuple(_lack(needs, row, quote(me), quote) for row in rows)


def _rows(connection: sa.Connection, needs: Sequence[Need]) -> Sequence[Any]:
    kinds = {need.kind for need in needs}
    parts = [_SESSION]
    parts += [_RELATIONS, _CREATING] if kinds & _IN_SCHEMAS else []
    found = {"type": _TYPES, "function": _FUNCTIONS, "schema": _SCHEMAS, "collation": _CREATING}
    parts += [sql for kind, sql in found.items() if kind in kinds and sql not in parts]
    if "extension" in kinds and (connection.dialect.server_version_info or ()) >= (13,):  # which know of `trusted`
        parts.append(_EXTENSIONS)
    values = [
        {"place": place, "act": need.act, "kind": need.kind, "name": need.name, "home": need.schema}
        for place, need in enumerate(needs)
    ]
    query = sa.text(" UNION ALL ".join(parts) + " ORDER BY 1, 2")
    given: dict[str, Any] = {"needs": json.dumps(values)} if len(parts) > 1 else {}
    if _EXTENSIONS in parts:
        query = query.bindparams(sa.bindparam("managed", expanding=True))
        given["managed"] = list(_MANAGED)
    try:
        with connection.begin_nested() if connection.in_transaction() else nullcontext():
            return connection.execute(query, given).all()
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            raise
        return ()


def _lack(needs: Sequence[Need], row: Any, me: str, quote: Any) -> Lack:
    place, want, home, owner = row
    if place < 0:
        missing, mend = _READ_ONLY[want]
        return Lack(None, missing, mend.format(me=me))
    need = needs[place]
    missing, mend = _MISSING.get(want, _PRIVILEGE)
    kind, full = need.kind.upper(), quote(need.name)
    if need.kind not in ("schema", "extension"):
        full = f"{quote(home)}.{full}"
    kind = {"trigger": "TABLE", "index": "TABLE", "function": "ROUTINE"}.get(need.kind, kind)
    if need.kind == "extension" and want == "own":
        mend = "GRANT {owner_name} TO {me}"  # an extension has no ALTER ... OWNER
    words = {"owner": owner, "owner_name": quote(owner or ""), "me": me, "want": want.upper(), "home": home}
    names = {"kind": kind, "name": full, "bare": quote(need.name), "place": quote(home)}
    told = mend.format(**words, **names)
    return Lack(need, missing.format(**words), f"{told}, by a superuser" if want == "superuser" else told)
