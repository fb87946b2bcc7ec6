"""MariaDB's sequences with their options: each is a table of one row, so all are read by one query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from minimig.state.objects import ObjectState, SequenceState
from minimig.state.parts import Options

_NAMES = sa.text("""
    SELECT table_schema AS `schema`, table_name AS name, database() AS `default`
    FROM information_schema.tables WHERE table_type = 'SEQUENCE'
""")
_COLUMNS = {
    "start": "start_value",
    "increment": "increment",
    "minvalue": "minimum_value",
    "maxvalue": "maximum_value",
    "cycle": "cycle_option",
    "cache": "cache_size",
}


def read_sequences(connection: sa.Connection, wanted: Mapping[str, SequenceState]) -> dict[str, ObjectState]:
    """Those of `wanted` that the database has, by key, with all their options."""
    there = {(None if row.schema == row.default else row.schema, row.name) for row in connection.execute(_NAMES)}
    found = {key: item for key, item in wanted.items() if (item.schema, item.name) in there}
    if not found:
        return {}
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(f"{column} AS `{option}`" for option, column in _COLUMNS.items())
    query = " UNION ALL ".join(
        f"SELECT {number} AS number, {columns} FROM "
        + ".".join(quote(part) for part in (item.schema, item.name) if part is not None)
        for number, item in enumerate(found.values())
    )
    rows = {row["number"]: _options(row) for row in connection.execute(sa.text(query)).mappings()}
    return {
        key: SequenceState(item.name, item.schema, rows[number]) for number, (key, item) in enumerate(found.items())
    }


def _options(row: Mapping[Any, Any]) -> Options:
    options = {option: int(row[option]) for option in _COLUMNS}
    return tuple(sorted({**options, "cycle": bool(options["cycle"])}.items()))
