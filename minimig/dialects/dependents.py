"""What a database has built on a column, to be put out of the way while the column changes.

Pure: in go a schema, a table and a column, out comes everything over the column or over columns computed from it. Who
takes it away and puts it back is `aside`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from minimig.state.expressions import names_in
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ExcludeState,
    ForeignKeyState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import SqlExpression

Held = tuple[TableState, ForeignKeyState]
"""A foreign key and the table that holds it."""


@dataclass(frozen=True)
class Dependents:
    """Everything over one column of a table. `computed` are the columns computed from it."""

    foreign_keys: tuple[Held, ...] = ()
    indexes: tuple[IndexState, ...] = ()
    constraints: tuple[UniqueState | CheckState | ExcludeState, ...] = ()
    primary_key: PrimaryKeyState | None = None
    computed: tuple[ColumnState, ...] = ()


def dependents_of(schema: SchemaState, table: TableState, column: str) -> Dependents:
    """Everything over `column`, or over a column computed from it."""
    computed = tuple(
        other
        for other in table.columns.values()
        if other.name != column and other.computed and names_in(other.computed.expression.text, [column])
    )
    return replace(_over(schema, table, {column, *(other.name for other in computed)}), computed=computed)


def speaking_of(schema: SchemaState, table: TableState, column: str, *, checks: bool) -> Dependents:
    """Only what has the column in SQL text, which some databases do not rewrite, and what is over computed columns.

    Keys, uniques and plain indexes are tied to the column itself and follow when it is renamed; so do `checks` on some.
    """
    computed = dependents_of(schema, table, column).computed
    above = _over(schema, table, {other.name for other in computed})
    own = (c for c in table.constraints.values() if isinstance(c, CheckState) and column in columns_of(c, table))
    return Dependents(
        foreign_keys=above.foreign_keys,
        indexes=tuple(
            index for index in table.indexes.values() if index in above.indexes or column in _spoken(index, table)
        ),
        constraints=tuple(dict.fromkeys([*above.constraints, *(own if checks else ())])),
        primary_key=above.primary_key,
        computed=computed,
    )


def touching(schema: SchemaState, table: TableState, columns: Collection[str]) -> list[Held]:
    """Every foreign key that one of the columns takes part in, on either side, with the table that holds it."""
    among = set(columns)
    own = [(table, key) for key in table.foreign_keys if among & set(key.columns)]
    inbound = [pair for pair in schema.references_to(table.key) if among & set(pair[1].target_columns)]
    return own + [pair for pair in inbound if pair not in own]


def _over(schema: SchemaState, table: TableState, columns: Collection[str]) -> Dependents:
    among, key = set(columns), table.primary_key
    return Dependents(
        foreign_keys=tuple(touching(schema, table, among)),
        indexes=tuple(index for index in table.indexes.values() if among & set(columns_of(index, table))),
        constraints=tuple(
            constraint
            for constraint in table.constraints.values()
            if not isinstance(constraint, ForeignKeyState) and among & set(columns_of(constraint, table))
        ),
        primary_key=key if key is not None and among & set(key.columns) else None,
    )


def _spoken(index: IndexState, table: TableState) -> tuple[str, ...]:
    """The columns in the expressions of an index and of its options."""
    values = [*index.elements, *(value for _, value in index.options)]
    texts = [value.text for value in values if isinstance(value, SqlExpression)]
    return tuple(name for text in texts for name in names_in(text, table.columns))
