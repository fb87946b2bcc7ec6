"""Filling a column of a large table, some rows at a time.

In: a table, what to set, where. Each batch of rows is a transaction of its own, along the primary key, and the journal
knows how far the walk has come: whoever waits for a row waits for one batch, and a run that is killed goes on behind
the last batch, so that each row is changed once. `runtime.batches` walks; here is what it walks by. (Alembic and Django
leave this to a loop that each project writes; pgroll and Rails' maintenance tasks have it, without the exact once.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy as shallow
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.rights import Act, Need
from minimig.dialects.walk import Walk, can_be_walked, walk_of
from minimig.errors import IrreversibleError, StateError, nearest
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import EVERYTHING, Footprint, sql_providers, table
from minimig.operations.keep import given
from minimig.operations.needs import on_table
from minimig.operations.noop import NOOP, Noop
from minimig.operations.run_sql import RunSQL
from minimig.state.conditional import on_dialect
from minimig.state.parts import UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression


@dataclass(frozen=True, init=False)
class Backfill(TableOperation):
    """Set columns in the rows of a large table, `batch` rows at a time, each batch in a transaction of its own.

    `set` gives each column a value or SQL: a text is SQL, `{"total": "price * amount", "active": True}`. `where` is SQL
    that picks the rows. The walk goes along `key`: the primary key, or the columns of a unique constraint that are NOT
    NULL. `throttle` is the pause behind each batch as a share of the time that the batch took: 1.0 halves the load.

    A run that is killed goes on behind its last batch, and each row is changed once. What is before it in the file is
    committed first. In a script, and on a connection that is inside the caller's transaction, it is a single UPDATE.

    `reverse` is another Backfill, or `ops.NOOP`; without one the migration cannot be taken back. A squash leaves an
    `elidable` one out: a new database has no rows.
    """

    set: Mapping[str, Any]
    where: SqlExpression | None
    batch: int
    by: tuple[str, ...] | None
    back: Backfill | Noop | None
    throttle: float
    elidable: bool
    symbol: ClassVar[str] = "s"

    def __init__(  # noqa: PLR0913 - each is a choice of its own, most of them by name alone
        self,
        table: str,
        set: Mapping[str, Any],
        *,
        where: str | sa.ClauseElement | SqlExpression | None = None,
        batch: int = 1000,
        key: str | Sequence[str] | None = None,
        reverse: Backfill | Noop | None = None,
        throttle: float = 0.0,
        elidable: bool = False,
        schema: str | None = None,
    ) -> None:
        _check_arguments(table, set, batch, throttle, reverse)
        assign(
            self,
            table=table,
            schema=schema,
            set={name: _value(value) for name, value in set.items()},
            where=None if where is None else SqlExpression.of(where),
            batch=batch,
            by=(key,) if isinstance(key, str) else None if key is None else tuple(key),
            back=reverse,
            throttle=throttle,
            elidable=elidable,
        )

    @property
    def in_batches(self) -> bool:
        return True

    @property
    def left_out_of_squashes(self) -> bool:
        return self.elidable

    def state_forwards(self, state: SchemaState) -> SchemaState:
        there = state[self.key]
        for name in self.set:
            _check_column(there, name)
        key = self._key(there)
        for name in key:
            if name in self.set:
                raise StateError(f"Backfill sets {there.key}.{name}, by which it walks", hint="walk by another key")
            if not can_be_walked(there.columns[name].type.sa_type):
                raise StateError(
                    f"Backfill cannot walk along {there.key}.{name}, of type {there.columns[name].type.call}",
                    hint="give a key of numbers, texts, UUIDs, dates or bytes with key=(...), or use ops.RunSQL",
                )
        return state

    def reverse(self, before: SchemaState) -> Operation:
        if self.back is None:
            raise IrreversibleError(
                f"{self.describe()} has no reverse", hint="give Backfill a reverse, or reverse=ops.NOOP"
            )
        if isinstance(self.back, Noop):
            return RunSQL(NOOP, reverse=NOOP)
        return _with_back(self.back, _with_back(self, None))

    def walk(self, editor: SchemaEditor, after: SchemaState) -> Walk:
        there = on_dialect(after, editor.dialect.name)[self.key]
        return walk_of(
            editor.built(there),
            editor.dialect,
            key=self._key(there),
            values=self.set,
            where=self.where,
            batch=self.batch,
            share=self.throttle,
        )

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        update = self.walk(editor, after).whole()
        if editor.output.connection is None:
            update = update.prefix_with(f"/* minimig migrate does this {self.batch} rows at a time */")
        editor.change_rows(update)

    def needs(self, before: SchemaState, after: SchemaState) -> tuple[Need, ...]:
        return (on_table(Act.UPDATE, before[self.key]),)

    def describe(self) -> str:
        return f"backfill {self.key}: {', '.join(self.set)}"

    def fragment(self) -> str:
        return f"backfill_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        """The table as a whole, so that nothing about it passes; a subquery may read anything."""
        parts = [part for part in (*self.set.values(), self.where) if isinstance(part, SqlExpression)]
        if any("select" in part.text.lower() for part in parts):
            return EVERYTHING
        targets = (key.target for key in before[self.key].foreign_keys if key.target != self.key)
        reads = frozenset(table(target) for target in targets) | sql_providers(parts, before)
        return Footprint(changes=frozenset({table(self.key)}), reads=reads)

    def arguments(self) -> Arguments:
        named = {
            "where": None if self.where is None else _written(self.where),
            "batch": None if self.batch == _BATCH else self.batch,
            "key": self.by,
            "reverse": self.back,
            "throttle": self.throttle or None,
            "elidable": self.elidable or None,
        }
        values = {name: _written(value) for name, value in self.set.items()}
        there = {name: value for name, value in named.items() if value is not None}
        return (self.table, values), {**there, **given(schema=self.schema)}

    def _key(self, there: TableState) -> tuple[str, ...]:
        """The columns to walk by, in the order of their index. Raises StateError when they do not tell rows apart."""
        primary = there.primary_key.columns if there.primary_key else ()
        if self.by is None:
            if not primary:
                raise StateError(
                    f"Backfill walks along a key, and table {there.key} has no primary key",
                    hint="name the columns of a unique constraint that are NOT NULL with key=(...), or use ops.RunSQL",
                )
            return primary
        for name in self.by:
            _check_column(there, name)
        uniques = [c.columns for c in there.constraints.values() if isinstance(c, UniqueState)]
        for columns in filter(None, (primary, *uniques)):
            nullable = columns != primary and any(there.columns[name].nullable for name in columns)
            if {*columns} == {*self.by} and not nullable:
                return columns
        raise StateError(
            f"Backfill cannot walk {there.key} by {', '.join(self.by)}, which do not tell its rows apart",
            hint="give the columns of the primary key, or of a unique constraint that are all NOT NULL",
        )


_BATCH = 1000


def _with_back(operation: Backfill, back: Backfill | None) -> Backfill:
    copy = shallow(operation)
    assign(copy, back=back)
    return copy


def _value(value: Any) -> Any:
    if isinstance(value, sa.BindParameter) and not value.required and not isinstance(value.value, str):
        return value.value  # sa.literal(1)
    return SqlExpression.of(value) if isinstance(value, str | sa.ClauseElement) else value


def _written(value: Any) -> Any:
    """SQL text as a plain string, which is how the constructor takes it."""
    return value.text if isinstance(value, SqlExpression) and value.element is None else value


def _check_column(there: TableState, name: str) -> None:
    if name not in there.columns:
        raise StateError(
            f"Backfill names a column {name!r}, which table {there.key} does not have at this point",
            hint=nearest(name, there.columns) or f"the columns are: {', '.join(there.columns)}",
        )
    if there.columns[name].computed is not None:
        raise StateError(f"{there.key}.{name} is computed and takes no value", hint="leave it out")


def _check_arguments(table_name: str, values: Any, batch: Any, throttle: Any, reverse: Any) -> None:
    if not isinstance(values, Mapping) or not values:
        raise StateError(
            f"Backfill of {table_name} takes what to set by column, not {values!r}",
            hint='write {"slug": "lower(title)"}',
        )
    if not isinstance(batch, int) or batch < 1:
        raise StateError(f"Backfill of {table_name} has batch={batch!r}", hint="give a number of rows from 1 on")
    if not isinstance(throttle, int | float) or not 0 <= throttle < float("inf"):
        raise StateError(
            f"Backfill of {table_name} has throttle={throttle!r}",
            hint="give a share of the time of a batch: 0 for no pause, 1.0 for a pause as long as the batch",
        )
    if reverse is not None and not isinstance(reverse, Noop | Backfill):
        raise StateError(
            f"the reverse of Backfill of {table_name} is {reverse!r}",
            hint="write reverse=ops.Backfill(...), or reverse=ops.NOOP to leave the rows as they are",
        )
