"""Whether the views and triggers of a live SQLite database are as they were said to be.

`sqlite_master` keeps the statement that made them, word for word; only a rename writes names in it anew, in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.sqltext import canonical
from minimig.state.definition import Definition
from minimig.state.objects import DefinedState, ObjectState, TriggerState, ViewState

_VIEW = re.compile(r"\s*CREATE\s.*?\sAS\s+(.*)", re.IGNORECASE | re.DOTALL)
_TRIGGER = re.compile(r"create (?:temp |temporary )?trigger (?:if not exists )?(?:main\.)?")

KINDS = (ViewState, TriggerState)
"""What is compared here."""


def live_objects(connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> Iterator[tuple[str, ObjectState]]:
    """The views and triggers among `wanted` that are there, by key, each as it is."""
    items = {key: item for key, item in wanted.items() if isinstance(item, KINDS)}
    for schema in dict.fromkeys(item.schema for item in items.values()):
        master = connection.dialect.identifier_preparer.quote_schema(schema or "main") + ".sqlite_master"
        rows = connection.exec_driver_sql(f"SELECT type, name, sql FROM {master} WHERE type IN ('view', 'trigger')")
        there = {(kind, name.lower()): sql for kind, name, sql in rows}
        for key, item in items.items():
            sql = there.get((item.kind, item.name.lower())) if item.schema == schema else None
            if sql is not None:
                yield key, _as_it_is(item, sql)


def _as_it_is(item: DefinedState, sql: str) -> ObjectState:
    said = item.definition.on("sqlite") or ""
    match = _VIEW.match(sql) if isinstance(item, ViewState) else None
    live = match[1] if match else sql
    return item if _plain(live) == _plain(said) else replace(item, definition=Definition.of({"sqlite": live}))


def _plain(sql: str) -> str:
    return _TRIGGER.sub("create trigger ", canonical(sql))
