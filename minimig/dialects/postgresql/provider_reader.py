"""Schemas, extensions, collations and sequences as PostgreSQL's catalogs have them: one query for each kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from minimig.state.objects import CollationState, ExtensionState, NamespaceState, ObjectState, SequenceState
from minimig.state.values import SqlType

PROVIDERS = (NamespaceState, ExtensionState, CollationState, SequenceState)

_SCHEMAS = "SELECT nspname AS name FROM pg_namespace"
_EXTENSIONS = """
    SELECT extname AS name, extversion AS version, nspname AS schema
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
"""
_SEQUENCES = """
    SELECT schemaname AS schema, sequencename AS name, data_type::text AS data_type, start_value AS start,
           increment_by AS increment, min_value AS minvalue, max_value AS maxvalue, cycle, cache_size AS cache
    FROM pg_sequences
"""
_COLLATIONS = """
    SELECT n.nspname AS schema, c.collname AS name, row_to_json(c)::text AS columns
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE n.nspname <> 'pg_catalog' AND c.collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
"""
_TYPES = {"smallint": sa.SmallInteger(), "integer": sa.Integer()}
_PROVIDER_NAMES = {"c": "libc", "i": "icu", "b": "builtin"}


def read_providers(connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> dict[str, ObjectState]:
    """Those of `wanted` that the database has, by key; see `Reader.objects`."""
    kinds = {type(item) for item in wanted.values()}
    found: dict[str, ObjectState] = {}
    for kind, read in _READERS.items():
        if kind in kinds:
            found.update((item.key, item) for item in read(connection))
    return {key: _as_asked(found[key], item) for key, item in wanted.items() if key in found}


def _schemas(connection: sa.Connection) -> Iterator[ObjectState]:
    yield from (NamespaceState(row.name) for row in connection.execute(sa.text(_SCHEMAS)))


def _extensions(connection: sa.Connection) -> Iterator[ObjectState]:
    for row in connection.execute(sa.text(_EXTENSIONS)):
        yield ExtensionState(row.name, _schema(connection, row.schema), row.version)


def _sequences(connection: sa.Connection) -> Iterator[ObjectState]:
    for row in connection.execute(sa.text(_SEQUENCES)).mappings():
        options = {name: value for name, value in row.items() if name not in ("schema", "name", "data_type")}
        options["data_type"] = SqlType.of(_TYPES.get(row["data_type"], sa.BigInteger()))
        yield SequenceState(row["name"], _schema(connection, row["schema"]), tuple(sorted(options.items())))


def _collations(connection: sa.Connection) -> Iterator[ObjectState]:
    """The names of the columns changed with PostgreSQL 15 and 17, and the locale of ICU moved."""
    for row in connection.execute(sa.text(_COLLATIONS)):
        columns: dict[str, Any] = json.loads(row.columns)
        provider = _PROVIDER_NAMES.get(columns["collprovider"], "libc")
        options: dict[str, Any] = {"provider": provider, "deterministic": columns["collisdeterministic"]}
        if provider == "libc":
            options |= {"lc_collate": columns["collcollate"], "lc_ctype": columns["collctype"]}
        else:
            options["locale"] = columns.get("colllocale") or columns.get("colliculocale") or columns["collcollate"]
            options["rules"] = columns.get("collicurules")
        yield CollationState.of(row.name, _schema(connection, row.schema), **options)


_READERS = {
    NamespaceState: _schemas,
    ExtensionState: _extensions,
    SequenceState: _sequences,
    CollationState: _collations,
}


def _schema(connection: sa.Connection, schema: str) -> str | None:
    return None if schema == connection.dialect.default_schema_name else schema


def _as_asked(live: ObjectState, wanted: ObjectState) -> ObjectState:
    """The live object without what `wanted` leaves open: an extension's version and schema, a locale's spelling."""
    if isinstance(live, ExtensionState) and isinstance(wanted, ExtensionState):
        version = None if wanted.version is None else live.version
        schema = None if wanted.schema is None else live.schema
        return replace(live, version=version, schema=schema)
    if isinstance(live, CollationState) and _plain(live) == _plain(wanted):
        return wanted
    return live


def _plain(item: ObjectState) -> dict[str, Any]:
    """The options of a collation; newer servers spell a locale of ICU as a language tag."""
    options = dict(item.said)
    locale = str(options.get("locale", ""))
    return {**options, "locale": "" if "@" in locale else locale.replace("_", "-").lower()}
