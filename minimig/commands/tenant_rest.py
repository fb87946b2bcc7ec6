"""Which tenants have all there is, where they are schemas of one PostgreSQL database: two questions for a hundred.

In: the tenants. Out: how it stands with those for whom a plain run has certainly nothing to do and nothing to tell.
Each version table answers with one sum over the names of its rows, all of them in one query; whose table is not there,
may not be read, or says anything else is left to be looked at by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256

import sqlalchemy as sa

from minimig.commands.history import last_applied
from minimig.commands.project import Project
from minimig.commands.tenant_list import Tenant
from minimig.commands.tenant_readers import Readers
from minimig.commands.tenant_work import NOTHING, TenantResult
from minimig.errors import MinimigError

AT_A_TIME = 100
FEW = 2
"""So many are asked one by one with as many questions."""

_READABLE = sa.text("""
    SELECT n.nspname AS schema, j.oid IS NOT NULL AS journal, set_config('lock_timeout', '1s', true)
    FROM pg_catalog.pg_namespace n
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = :table AND c.relkind = 'r'
    LEFT JOIN pg_catalog.pg_class j ON j.relnamespace = n.oid AND j.relname = :journal
    WHERE n.nspname = ANY(CAST(:schemas AS text[])) AND has_schema_privilege(n.oid, 'USAGE')
      AND has_table_privilege(c.oid, 'SELECT') AND (j.oid IS NULL OR has_table_privilege(j.oid, 'SELECT'))
      AND (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
           AND a.attname IN ('app', 'name', 'unfinished')) = 3
""")
"""Which of these schemas have rows that can be read. A table that is locked is not waited for: its worker will."""
_SUM = """
    SELECT {number}, encode(sha256(convert_to(
               string_agg(app || '.' || name, ' ' ORDER BY (app || '.' || name) COLLATE "C"), 'UTF8')), 'hex'),
           count(unfinished){notes}
    FROM {table}
"""


def tenants_at_rest(project: Project, tenants: Sequence[Tenant], readers: Readers) -> Iterator[TenantResult]:
    """Those who have what the files describe and nothing else. What goes wrong is told when they have their turn."""
    schemas = [tenant.name for tenant in tenants if tenant.schema is not None]
    revisions = frozenset(project.graph.headers)
    if len(schemas) <= FEW or not revisions or project.has_squashes:
        return
    wanted = sha256(" ".join(sorted(revisions)).encode()).hexdigest()
    at = last_applied(project.graph, revisions)
    with suppress(MinimigError):
        if project.engine.dialect.is_async:  # which serves one event loop, and none is here
            return
        for first in range(0, len(schemas), AT_A_TIME):
            with readers.one() as connection:
                sums = _sums(project, connection, schemas[first : first + AT_A_TIME])
            yield from (TenantResult(schema, NOTHING, at=at) for schema, found in sums if found == wanted)


def _sums(project: Project, connection: sa.Connection, schemas: Sequence[str]) -> list[tuple[str, str]]:
    """The sum over the rows of each of these that can be read and in whom nothing is half-done."""
    table, journal = project.recorder.table.name, project.recorder.journal.table.name
    names = {"table": table, "journal": journal, "schemas": [*schemas]}
    found = connection.execute(_READABLE, names).all()
    if not found:
        return []
    quote = connection.dialect.identifier_preparer.quote_identifier
    parts = [
        _SUM.format(
            number=number,
            table=f"{quote(row.schema)}.{quote(table)}",
            notes=f" + (SELECT count(*) FROM {quote(row.schema)}.{quote(journal)})" if row.journal else "",
        )
        for number, row in enumerate(found)
    ]
    rows = connection.exec_driver_sql(" UNION ALL ".join(parts))
    return [(found[number].schema, total) for number, total, half_done in rows if not half_done]
