"""What SQLAlchemy's Inspector leaves out of PostgreSQL's catalogs.

Added are sequences owned by a SERIAL column, keys that are deferrable, constraints that are NOT VALID, EXCLUDE,
collations of index columns, the schema that a foreign key points to whatever the search path, unknown types.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from minimig.dialects.postgresql.definitions import KINDS, live_objects
from minimig.dialects.postgresql.provider_reader import PROVIDERS, read_providers
from minimig.state.objects import ObjectState
from minimig.state.options import NOT_VALID
from minimig.state.raw_tables import RawTable
from minimig.state.reader import Reader, Tables, is_unknown, name_types
from minimig.state.values import SqlExpression

_OWNED_SEQUENCES = sa.text("""
    SELECT owner.relname AS "table", a.attname AS "column"
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_class owner ON owner.oid = d.refobjid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = owner.oid AND a.attnum = d.refobjsubid
    JOIN pg_catalog.pg_namespace n ON n.oid = owner.relnamespace
    WHERE d.deptype = 'a' AND n.nspname = :schema
      AND d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
""")
_OF_EXTENSIONS = sa.text("""
    SELECT c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
    WHERE d.deptype = 'e' AND n.nspname = :schema AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
""")
_DEFERRABLE_KEYS = sa.text("""
    SELECT t.relname AS "table", c.conname AS name, c.condeferred AS deferred
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE c.contype IN ('u', 'p') AND c.condeferrable AND n.nspname = :schema
""")
_NOT_PLAIN = sa.text("""
    SELECT t.relname AS "table", c.conname AS name, c.convalidated AS valid
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE c.contype IN ('f', 'c') AND n.nspname = :schema
      AND NOT (c.convalidated AND (c.conislocal OR t.relispartition))
""")
_COLLATIONS = """
    SELECT t.relname AS "table", x.relname AS index, a.attname AS "column", quote_ident(c.collname) AS collation
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL unnest(i.indcollation) WITH ORDINALITY AS k(used, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[k.position - 1] AND a.attnum > 0
    JOIN pg_catalog.pg_collation c ON c.oid = k.used
    WHERE k.used <> a.attcollation AND {schema}
"""
_EXCLUDES = """
    SELECT t.relname AS "table", c.conname AS name, am.amname AS method, c.condeferrable AS deferrable,
           c.condeferred AS deferred, pg_get_expr(i.indpred, i.indrelid) AS predicate, a.attname AS "column",
           pg_get_indexdef(c.conindid, o.position::int, false) AS expression, op.oprname AS operator,
           CASE WHEN NOT oc.opcdefault THEN oc.opcname END AS class
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_catalog.pg_index i ON i.indexrelid = c.conindid
    JOIN pg_catalog.pg_class x ON x.oid = c.conindid
    JOIN pg_catalog.pg_am am ON am.oid = x.relam
    CROSS JOIN LATERAL unnest(c.conexclop) WITH ORDINALITY AS o(operator, position)
    JOIN pg_catalog.pg_operator op ON op.oid = o.operator
    JOIN pg_catalog.pg_opclass oc ON oc.oid = i.indclass[o.position - 1]
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[o.position - 1] AND a.attnum > 0
    WHERE c.contype = 'x' AND {schema} ORDER BY t.relname, c.conname, o.position
"""
_IN_SCHEMA, _TEMPORARY = "n.nspname = :schema", "n.oid = pg_my_temp_schema()"
_TARGET_SCHEMAS = sa.text("""
    SELECT t.relname AS "table", c.conname AS name, target.nspname AS schema
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_catalog.pg_class referred ON referred.oid = c.confrelid
    JOIN pg_catalog.pg_namespace target ON target.oid = referred.relnamespace
    WHERE c.contype = 'f' AND n.nspname = :schema
""")
_COLUMN_TYPES = """
    SELECT t.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND {schema} AND t.relname = ANY(:tables)
"""

_MISREAD_COLUMNS = sa.text("""
    SELECT t.relname AS "table", a.attname AS "column", a.attnotnull AS required, y.typtype = 'd' AS of_domain,
           a.attislocal OR t.relispartition AS local, d."default"
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
    JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN LATERAL (
        SELECT pg_get_expr(adbin, adrelid) AS "default" FROM pg_catalog.pg_attrdef
        WHERE adrelid = a.attrelid AND adnum = a.attnum
    ) d ON true
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname = :schema
      AND (y.typtype = 'd' OR NOT (a.attislocal OR t.relispartition) OR d."default" LIKE '%nextval(%')
""")
"""Columns of which the Inspector reports something else: of a domain, inherited, with a sequence in the default."""


_TABLE_OPTIONS = sa.text("""
    SELECT t.relname AS "table", t.relpersistence = 'u' AS unlogged,
           array_cat(t.reloptions, (SELECT array_agg('toast.' || o) FROM unnest(toast.reloptions) AS o)) AS parameters
    FROM pg_catalog.pg_class t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_catalog.pg_class toast ON toast.oid = t.reltoastrelid
    WHERE n.nspname = :schema AND t.relkind IN ('r', 'p')
      AND (t.relpersistence = 'u' OR t.reloptions IS NOT NULL OR toast.reloptions IS NOT NULL)
""")


class PostgreSQLReader(Reader):
    """PostgreSQL's catalogs."""

    names_schema: ClassVar[bool] = True
    integer_keys_count: ClassVar[bool] = False

    def complete(self, connection: sa.Connection, schema: str | None, tables: Tables) -> None:
        name = {"schema": schema}
        for found in connection.execute(_OWNED_SEQUENCES, name):
            if found.table in tables:
                tables[found.table].column(found.column)["owns_sequence"] = True
        _mark_deferrable(tables, connection.execute(_DEFERRABLE_KEYS, name))
        _mark_unchecked(tables, {(row.table, row.name): row.valid for row in connection.execute(_NOT_PLAIN, name)})
        _add_excludes(tables, connection.execute(sa.text(_EXCLUDES.format(schema=_IN_SCHEMA)), name))
        _add_collations(tables, connection.execute(sa.text(_COLLATIONS.format(schema=_IN_SCHEMA)), name))
        targets = {(found.table, found.name): found.schema for found in connection.execute(_TARGET_SCHEMAS, name)}
        for table in tables.values():
            for row in table.foreign_keys:
                row["referred_schema"] = targets.get((table.name, row["name"]), row["referred_schema"])
        _add_options(tables, connection.execute(_TABLE_OPTIONS, name))
        _correct_columns(connection, name, tables)
        _name_unknown_types(connection, _IN_SCHEMA, name, tables)

    def complete_temporary(self, connection: sa.Connection, tables: Tables) -> None:
        for table in tables.values():
            _declare_domains(table)
        _name_unknown_types(connection, _TEMPORARY, {}, tables)
        _add_excludes(tables, connection.execute(sa.text(_EXCLUDES.format(schema=_TEMPORARY))))
        _add_collations(tables, connection.execute(sa.text(_COLLATIONS.format(schema=_TEMPORARY))))

    def extension_tables(self, connection: sa.Connection, schema: str | None) -> Collection[str]:
        named = {"schema": schema or connection.dialect.default_schema_name}
        return frozenset(connection.execute(_OF_EXTENSIONS, named).scalars())

    def objects(self, connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> dict[str, ObjectState]:
        providers = {key: item for key, item in wanted.items() if isinstance(item, PROVIDERS)}
        others = {k: item for k, item in wanted.items() if not isinstance(item, (*PROVIDERS, *KINDS))}
        found = {**super().objects(connection, others), **read_providers(connection, providers)}
        found.update(live_objects(connection, wanted))
        return {key: found[key] for key in wanted if key in found}


def _name_unknown_types(connection: sa.Connection, schema: str, name: Mapping[str, Any], tables: Tables) -> None:
    """Types that SQLAlchemy does not know, as the server writes them."""
    unknown = {name for name, table in tables.items() if any(is_unknown(row) for row in table.columns)}
    if unknown:
        rows = connection.execute(sa.text(_COLUMN_TYPES.format(schema=schema)), {**name, "tables": sorted(unknown)})
        name_types(tables, {(row.table, row.column): row.type for row in rows})


def _mark_deferrable(tables: Tables, keys: Iterable[Any]) -> None:
    for key in keys:
        table = tables.get(key.table)
        for row in [*table.uniques, table.primary_key] if table else []:
            if row.get("name") == key.name:
                row.update(deferrable=True, initially="DEFERRED" if key.deferred else None)


def _mark_unchecked(tables: Tables, found: Mapping[tuple[str, str], bool]) -> None:
    """Foreign keys and CHECKs that are NOT VALID, which SQLAlchemy 2.1 tells of CHECKs, but in other words.

    What is found and valid is a parent's CHECK.
    """
    for table in tables.values():
        for row in (*table.foreign_keys, *table.checks):
            unchecked = found.get((table.name, row["name"])) is False
            row["dialect_options"] = dict([NOT_VALID]) if unchecked else {}
        table.checks = [row for row in table.checks if not found.get((table.name, row["name"]))]


def _add_collations(tables: Tables, found: Iterable[Any]) -> None:
    """Collations of index columns that are not the column's own."""
    for each in found:
        for row in tables[each.table].indexes if each.table in tables else ():
            if row["name"] == each.index:
                row.setdefault("collations", {})[each.column] = each.collation


_STORAGE = "with" in dict(postgresql.dialect.construct_arguments)[sa.Table]
"""Whether models can speak of storage parameters: SQLAlchemy knows them since 2.1."""


def _add_options(tables: Tables, found: Iterable[Any]) -> None:
    for row in found:
        options = tables[row.table].options if row.table in tables else {}
        if row.unlogged:
            options["prefixes"] = ["UNLOGGED"]
        if row.parameters and _STORAGE:
            options["postgresql_with"] = dict(parameter.split("=", 1) for parameter in row.parameters)


def _add_excludes(tables: Tables, found: Iterable[Any]) -> None:
    """EXCLUDE constraints from the rows of their elements."""
    for (name, constraint), rows in groupby(found, key=lambda row: (row.table, row.name)):
        if name not in tables:
            continue
        elements = list(rows)
        first = elements[0]
        tables[name].excludes.append(
            {
                "name": constraint,
                "elements": tuple((row.column or SqlExpression(row.expression), row.operator) for row in elements),
                "deferrable": first.deferrable or None,
                "initially": "DEFERRED" if first.deferred else None,
                "options": {
                    "postgresql_using": None if first.method == "gist" else first.method,
                    "postgresql_where": first.predicate and SqlExpression(first.predicate),
                    "postgresql_ops": {row.column: row[-1] for row in elements if row.column and row[-1]} or None,
                },
            }
        )


def _correct_columns(connection: sa.Connection, name: Mapping[str, str | None], tables: Tables) -> None:
    """Give back to columns of domains what the Inspector took from the domain, to defaults what it cut off.

    A column that a table has from its parent alone is the parent's.
    """
    for table in tables.values():
        _declare_domains(table)
    for found in connection.execute(_MISREAD_COLUMNS, name):
        if found.table not in tables:
            continue
        row = tables[found.table].column(found.column)
        if not found.local:
            tables[found.table].columns.remove(row)
        elif found.of_domain:
            row.update(nullable=not found.required, default=found.default)
        else:
            row["default"] = found.default


def _declare_domains(table: RawTable) -> None:
    """Domains as models declare them.

    The Inspector reports each as made elsewhere and its default as a string, and gives default and NOT NULL of a domain
    to the columns that use it.
    """
    for row in table.columns:
        type_ = row["type"].item_type if isinstance(row["type"], sa.ARRAY) else row["type"]
        if isinstance(type_, postgresql.DOMAIN):
            type_.create_type = True
            if type_.default is not None:
                type_.default = sa.text(str(type_.default).replace(":", "\\:"))
            if type_.collation == "default":
                type_.collation = vars(type_.data_type)["collation"] = None
