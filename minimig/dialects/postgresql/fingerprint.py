"""What PostgreSQL says of the things that a statement names, for `dialects.fingerprint`: a query for each kind."""

from __future__ import annotations

import re

import sqlalchemy as sa

from minimig.dialects.fingerprint import about, digest, words

_OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"

_QUERIES = (
    """
    SELECT nspname, nspname, nspowner, nspacl::text FROM pg_catalog.pg_namespace n WHERE {ours}
    """,
    """
    SELECT c.relname, c.relname, n.nspname, c.relkind, c.relowner, c.relacl::text, c.reloptions::text,
           c.relpersistence,
           c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
           pg_catalog.pg_get_expr(c.relpartbound, c.oid),
           (SELECT string_agg(h.inhparent::regclass::text, chr(30) ORDER BY h.inhseqno)
            FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid),
           pg_catalog.obj_description(c.oid, 'pg_class'),
           CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {ours}
    """,
    """
    SELECT a.attrelid::regclass::text, c.relname, a.attname, a.attnotnull,
           pg_catalog.format_type(a.atttypid, a.atttypmod),
           a.attidentity, a.attcollation, pg_catalog.col_description(a.attrelid, a.attnum),
           pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND {ours}
    """,
    """
    SELECT k.conrelid::regclass::text, k.contypid::regtype::text, k.conname, k.convalidated,
           pg_catalog.pg_get_constraintdef(k.oid)
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace WHERE {ours}
    """,
    """
    SELECT c.relname, i.indrelid::regclass::text, pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE {ours}
    """,
    """
    SELECT t.oid::regtype::text, t.typname, t.typtype, t.typnotnull, t.typdefault,
           (SELECT string_agg(e.enumlabel, chr(30) ORDER BY e.enumsortorder)
            FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE {ours}
    """,
    """
    SELECT p.proname, p.proname, p.oid::regprocedure::text, p.prokind, md5(p.prosrc), p.proacl::text
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {ours}
    """,
    """
    SELECT t.tgname, c.relname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND {ours}
    """,
    "SELECT tablename, policyname, cmd, qual, with_check FROM pg_catalog.pg_policies",
    "SELECT extname, extname, extversion FROM pg_catalog.pg_extension",
    "SELECT datname, datname, datdba, datacl::text FROM pg_catalog.pg_database",
    "SELECT rolname, rolname, rolsuper, rolcanlogin FROM pg_catalog.pg_roles",
    "SELECT rulename, ev_class::regclass::text, ev_enabled FROM pg_catalog.pg_rewrite",
    """
    SELECT pubname, 'publication' FROM pg_catalog.pg_publication
    UNION ALL SELECT subname, 'subscription' FROM pg_catalog.pg_subscription
    UNION ALL SELECT spcname, 'tablespace' FROM pg_catalog.pg_tablespace
    UNION ALL SELECT stxname, 'statistics' FROM pg_catalog.pg_statistic_ext
    UNION ALL SELECT collname, 'collation' FROM pg_catalog.pg_collation
    UNION ALL SELECT evtname, 'event trigger' FROM pg_catalog.pg_event_trigger
    UNION ALL SELECT fdwname, 'foreign data wrapper' FROM pg_catalog.pg_foreign_data_wrapper
    UNION ALL SELECT srvname, 'server' FROM pg_catalog.pg_foreign_server
    """,
)

_UNSEEN = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:CREATE|DROP|ALTER)\s+(?:TRUSTED\s+|PROCEDURAL\s+|DEFAULT\s+)?"
    r"(?:OPERATOR|CAST|CONVERSION|TEXT\s+SEARCH|TRANSFORM|ACCESS\s+METHOD|USER\s+MAPPING|LANGUAGE)\b",
    re.IGNORECASE | re.DOTALL,
)


def postgresql_fingerprint(connection: sa.Connection, statement: str) -> str:
    """The fingerprint of all that a statement names, and of what belongs to it."""
    asked = (query.format(ours=_OURS) for query in _QUERIES)
    rows = (row for query in asked for row in connection.exec_driver_sql(query, execution_options=_PLAIN))
    return digest(connection.dialect, about(words(statement), rows, named_by=2))


def is_unseen(statement: str) -> bool:
    """Whether a statement may do something that none of these queries shows."""
    return _UNSEEN.match(statement) is not None


_PLAIN = {"no_parameters": True}
