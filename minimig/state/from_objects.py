"""The gate in for what stands beside the tables: SQLAlchemy's Sequence, and the schemas that anything is in.

SQLAlchemy knows sequences, but keeps no list of the schemas of a MetaData: they follow from what is in them. Alembic
and Django know neither.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from minimig.state.declared import declared
from minimig.state.from_items import plain_name
from minimig.state.objects import NamespaceState, ObjectState, SequenceState
from minimig.state.parts import Options
from minimig.state.tables import TableState
from minimig.state.values import SqlType

NUMBERS = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache", "order", "optional")
"""Arguments of `sqlalchemy.Sequence` that are kept. NO MINVALUE and NO MAXVALUE are what is meant without them."""


def sequence_state(sequence: sa.Sequence) -> SequenceState:
    """A sequence as a value."""
    given = {name: getattr(sequence, name, None) for name in NUMBERS}
    return SequenceState(
        str(sequence.name), plain_name(sequence.schema), sequence_options(data_type=sequence.data_type, **given)
    )


def sequence_options(**given: Any) -> Options:
    """The options of a sequence as sorted pairs; what is None, or says no, is left out."""
    if given.get("data_type") is not None:
        given["data_type"] = SqlType.of(given["data_type"])
    absent = {name for name in ("cycle", "order", "optional") if not given.get(name)}
    return tuple(sorted((name, v) for name, v in given.items() if v is not None and name not in absent))


def objects_of(metadata: sa.MetaData, kept: Collection[str]) -> Iterator[ObjectState]:
    """The objects declared on a MetaData, and the sequences of the tables `kept`."""
    yield from declared(metadata)
    yield from sequences_of(metadata, kept)


def sequences_of(metadata: sa.MetaData, kept: Collection[str]) -> Iterator[SequenceState]:
    """The sequences of a MetaData: those that the tables `kept` draw from, and those that no table draws from."""
    used: dict[str, bool] = {}
    found = {sequence_state(s).key: s for s in metadata._sequences.values()}  # noqa: SLF001 - nothing public lists them
    for table in metadata.tables.values():
        for sequence in _drawn_from(table):
            key = sequence_state(sequence).key
            found.setdefault(key, sequence)
            used[key] = used.get(key, False) or table.key in kept
    yield from (sequence_state(sequence) for key, sequence in found.items() if used.get(key, True))


def _drawn_from(table: sa.Table) -> Iterator[sa.Sequence]:
    for column in table.columns:
        if isinstance(column.default, sa.Sequence):
            yield column.default
        default = getattr(column.server_default, "arg", None)
        if isinstance(default, sa.sql.functions.next_value):
            yield default.sequence


def namespaces(tables: Iterable[TableState], objects: Iterable[ObjectState]) -> Iterator[NamespaceState]:
    """The schemas that tables, their types and other objects name.

    One with a dot is left out: SQL Server reads `database.schema` from it, and another database is not ours to create.
    """
    names: dict[str | None, None] = {}
    for table in tables:
        names[table.schema] = None
        names.update(dict.fromkeys(type_.schema for type_ in table.named_types))
    names.update(dict.fromkeys(item.schema for item in objects))
    yield from (NamespaceState(name) for name in sorted(filter(None, names)) if "." not in name)
