"""What stands on a table, view or function of a live PostgreSQL database, whoever made it.

A connection comes in, plain values go out; nothing here changes a database. Views and triggers that have to step aside
are read together with all that people gave them by hand (owner, grants, comments, options, indexes), as the statements
that give it again. The catalogs tell which column a view shows, so views on other columns are left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.state.objects import TriggerState, ViewState

_SEEDS = """
    relations AS (
        SELECT to_regclass(name)::oid AS oid FROM unnest(CAST(:relations AS text[])) AS name
    ), functions AS (
        SELECT CASE WHEN name LIKE '%(%' THEN to_regprocedure(name)::oid ELSE to_regproc(name)::oid END AS oid
        FROM unnest(CAST(:functions AS text[])) AS name
    ), used AS (
        SELECT d.classid, d.objid
        FROM relations r
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE cardinality(CAST(:columns AS text[])) = 0 OR a.attname = ANY(CAST(:columns AS text[]))
        UNION ALL
        SELECT d.classid, d.objid
        FROM functions f
        JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = f.oid
    )
"""
_IN_THE_WAY = sa.text(
    "WITH "
    + _SEEDS
    + "SELECT EXISTS (SELECT FROM used WHERE classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass))"
)
_VIEWS = sa.text(
    "WITH RECURSIVE "
    + _SEEDS
    + """, above AS (
        SELECT r.ev_class AS oid, 1 AS depth
        FROM used u JOIN pg_rewrite r ON r.oid = u.objid AND u.classid = 'pg_rewrite'::regclass
        JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')
        WHERE c.oid NOT IN (SELECT oid FROM relations WHERE oid IS NOT NULL)
        UNION
        SELECT c.oid, above.depth + 1
        FROM above
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = above.oid
        JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass AND r.ev_class <> above.oid
        JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')
    )
    SELECT c.oid AS oid, n.nspname AS schema, c.relname AS name, c.relkind = 'm' AS materialized,
           c.relispopulated AS populated, pg_get_viewdef(c.oid) AS definition
    FROM (SELECT oid, max(depth) AS depth FROM above GROUP BY oid) AS v
    JOIN pg_class c ON c.oid = v.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    ORDER BY v.depth, n.nspname, c.relname
"""
)
_TRIGGERS = sa.text(
    "WITH "
    + _SEEDS
    + """
    SELECT DISTINCT n.nspname AS schema, c.relname AS "table", t.tgname AS name, t.tgenabled AS enabled,
           pg_get_triggerdef(t.oid) AS definition
    FROM used u
    JOIN pg_trigger t ON t.oid = u.objid AND u.classid = 'pg_trigger'::regclass AND NOT t.tgisinternal
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    ORDER BY n.nspname, c.relname, t.tgname
"""
)
_VIEW_GIFTS = sa.text("""
    WITH view AS (
        SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name,
               CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid IN (SELECT to_regclass(name) FROM unnest(CAST(:relations AS text[])) AS name)
    ), gifts AS (
        SELECT v.oid, 1 AS place, NULL AS "column",
               format('ALTER %s %s SET (%s)', v.kind, v.name, array_to_string(v.reloptions, ', ')) AS statement
        FROM view v WHERE v.reloptions IS NOT NULL
        UNION ALL
        SELECT v.oid, 2, a.attname, format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', v.name, a.attname,
                                           pg_get_expr(d.adbin, d.adrelid))
        FROM view v JOIN pg_attrdef d ON d.adrelid = v.oid
        JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum = d.adnum
        UNION ALL
        SELECT v.oid, 3, NULL, pg_get_indexdef(i.indexrelid) FROM view v JOIN pg_index i ON i.indrelid = v.oid
        UNION ALL
        SELECT v.oid, 4, NULL, pg_get_ruledef(r.oid)
        FROM view v JOIN pg_rewrite r ON r.ev_class = v.oid WHERE r.rulename <> '_RETURN'
        UNION ALL
        SELECT v.oid, 5, NULL, pg_get_triggerdef(t.oid)
        FROM view v JOIN pg_trigger t ON t.tgrelid = v.oid WHERE NOT t.tgisinternal AND CAST(:triggers AS boolean)
        UNION ALL
        SELECT v.oid, 6, NULL, format('COMMENT ON %s %s IS %L', v.kind, v.name, obj_description(v.oid, 'pg_class'))
        FROM view v WHERE obj_description(v.oid, 'pg_class') IS NOT NULL
        UNION ALL
        SELECT v.oid, 7, a.attname, format('COMMENT ON COLUMN %s.%I IS %L', v.name, a.attname,
                                           col_description(v.oid, a.attnum))
        FROM view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
        WHERE col_description(v.oid, a.attnum) IS NOT NULL
        UNION ALL
        SELECT v.oid, 8, NULL, format('GRANT %s ON %s TO %s%s', g.privilege_type, v.name,
               CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
               CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
        FROM view v CROSS JOIN LATERAL aclexplode(v.relacl) AS g WHERE g.grantee <> v.relowner
        UNION ALL
        SELECT v.oid, 9, a.attname, format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, v.name,
               CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
               CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
        FROM view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
        CROSS JOIN LATERAL aclexplode(a.attacl) AS g WHERE g.grantee <> v.relowner
        UNION ALL
        SELECT v.oid, 10, NULL, format('ALTER %s %s OWNER TO %I', v.kind, v.name, pg_get_userbyid(v.relowner))
        FROM view v WHERE pg_get_userbyid(v.relowner) <> current_user
    )
    SELECT oid, "column", statement FROM gifts ORDER BY place, statement
""")
_FUNCTION_GIFTS = sa.text("""
    WITH target AS (
        SELECT CAST(:name AS text) AS name
    ), function AS (
        SELECT p.*, t.name, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind
        FROM target t JOIN pg_proc p ON p.oid = CASE WHEN t.name LIKE '%(%' THEN to_regprocedure(t.name)::oid
                                                     ELSE to_regproc(t.name)::oid END
    )
    SELECT 1 AS place, format('COMMENT ON %s %s IS %L', kind, name, obj_description(oid, 'pg_proc')) AS statement
    FROM function WHERE obj_description(oid, 'pg_proc') IS NOT NULL
    UNION ALL
    SELECT 2, format('GRANT EXECUTE ON %s %s TO %s%s', kind, name,
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
           CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM function CROSS JOIN LATERAL aclexplode(proacl) AS g WHERE g.grantee <> proowner
    UNION ALL
    SELECT 3, format('ALTER %s %s OWNER TO %I', kind, name, pg_get_userbyid(proowner))
    FROM function WHERE pg_get_userbyid(proowner) <> current_user
    ORDER BY place
""")


@dataclass(frozen=True)
class Seeds:
    """What is about to change: relations and functions as SQL names them; of the relations, perhaps only columns."""

    relations: tuple[str, ...]
    columns: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, list[str]]:
        return {"relations": [*self.relations], "columns": [*self.columns], "functions": [*self.functions]}


@dataclass(frozen=True)
class LiveView:
    """A view as the database has it; `schema` is None for the default schema."""

    oid: int
    item: ViewState
    definition: str

    @property
    def key(self) -> str:
        return self.item.key


@dataclass(frozen=True)
class LiveTrigger:
    """A trigger as the database has it."""

    item: TriggerState
    definition: str
    enabled: str

    @property
    def key(self) -> str:
        return self.item.key


def is_in_the_way(connection: sa.Connection, seeds: Seeds) -> bool:
    """Whether any view or trigger may look at what is about to change. One quick question, which most often ends it."""
    return bool(connection.execute(_IN_THE_WAY, seeds.parameters).scalar())


def views_above(connection: sa.Connection, seeds: Seeds) -> tuple[LiveView, ...]:
    """The views that show what is about to change, directly or over others, each after those it is built on."""
    default = connection.dialect.default_schema_name
    return tuple(
        LiveView(
            row.oid,
            ViewState(
                row.name,
                None if row.schema == default else row.schema,
                materialized=row.materialized,
                populated=row.populated or not row.materialized,
            ),
            row.definition.rstrip().removesuffix(";"),
        )
        for row in connection.execute(_VIEWS, seeds.parameters)
    )


def triggers_above(connection: sa.Connection, seeds: Seeds) -> tuple[LiveTrigger, ...]:
    """The triggers that look at these columns or call these functions."""
    default = connection.dialect.default_schema_name
    return tuple(
        LiveTrigger(
            TriggerState(row.name, None if row.schema == default else row.schema, table=row.table),
            row.definition,
            str(row.enabled),
        )
        for row in connection.execute(_TRIGGERS, seeds.parameters)
    )


def gifts_to_views(
    connection: sa.Connection, relations: Sequence[str], *, triggers: bool
) -> tuple[tuple[int, str | None, str], ...]:
    """What people gave to these views: the view, the column if it is about one, and the statement that gives it."""
    if not relations:
        return ()
    rows = connection.execute(_VIEW_GIFTS, {"relations": [*relations], "triggers": triggers})
    return tuple((row.oid, row.column, row.statement) for row in rows)


def gifts_to_function(connection: sa.Connection, name: str) -> tuple[str, ...]:
    """What people gave to a function: the statements that give it again to the one of that name."""
    return tuple(row.statement for row in connection.execute(_FUNCTION_GIFTS, {"name": name}))


def columns_of_view(connection: sa.Connection, relation: str) -> Collection[str]:
    """The names of the columns that a view has."""
    query = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(CAST(:name AS text)) AND attnum > 0"
    return set(connection.execute(sa.text(query), {"name": relation}).scalars())
