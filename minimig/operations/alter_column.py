"""Alter a column: type, nullability, server default, comment, computed expression, identity, autoincrement and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.change import ColumnStep, TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import Offenders
from minimig.errors import StateError
from minimig.operations.base import Arguments, ColumnOperation, Operation, TableOperation, assign
from minimig.operations.columns import DropColumn
from minimig.operations.footprint import EVERYTHING, Footprint, column_providers, columns, table
from minimig.operations.keep import KEEP, Keep, given
from minimig.operations.offending import not_fitting
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.expressions import has_subquery, names_in, rename_in
from minimig.state.following import Place, chosen, followers, pointing, with_type
from minimig.state.from_items import computed_state, default_state, identity_state
from minimig.state.options import changed_options, former_options, with_options
from minimig.state.parts import ColumnState, ComputedState, IdentityState, Options
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import GENERIC, SqlExpression, SqlType, TypeArgument


@dataclass(frozen=True, init=False)
class AlterColumn(ColumnOperation):
    """Change a column. Only what is given changes; None for `server_default` or `comment` drops it.

    `fill` is SQL for rows that hold NULL when the column becomes NOT NULL. `using` is SQL that converts the old values
    when the type changes (PostgreSQL manual, ALTER TABLE ... USING); without it the database casts.

    `computed` gives another expression, by which the values are computed anew; None makes a plain column that keeps
    the values it had. `sequence` is the key (`shop.order_seq`) of the sequence that SQLAlchemy draws from when it
    inserts. Keyword options are those that `sqlalchemy.Column` takes for a dialect; None drops one.

    Columns that point to this one by foreign keys, and those that point to them, `follow` a change of its type when
    they have the type that it had: all of them, those named as `"table.column"`, or none (False). `using` converts
    their values too, with their own name in place of this column's.
    """

    type: SqlType | Keep
    nullable: bool | Keep
    server_default: SqlExpression | Keep | None
    comment: str | Keep | None
    computed: ComputedState | Keep | None
    identity: IdentityState | Keep | None
    autoincrement: bool | str | Keep
    sequence: str | Keep | None
    fill: str | None
    using: str | None
    follow: bool | tuple[str, ...]
    options: Options
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.ALTER_COLUMN
    folds_into_table: ClassVar[bool] = True

    def __init__(  # noqa: PLR0913 - what can be altered is what can be said
        self,
        table: str,
        column: str,
        *,
        type: TypeArgument | Keep = KEEP,
        nullable: bool | Keep = KEEP,
        server_default: str | sa.ClauseElement | SqlExpression | Keep | None = KEEP,
        comment: str | Keep | None = KEEP,
        computed: sa.Computed | ComputedState | Keep | None = KEEP,
        identity: sa.Identity | IdentityState | Keep | None = KEEP,
        autoincrement: bool | str | Keep = KEEP,
        sequence: str | Keep | None = KEEP,
        fill: str | None = None,
        using: str | None = None,
        follow: bool | Sequence[str] = True,
        schema: str | None = None,
        **options: Any,
    ) -> None:
        assign(
            self,
            table=table,
            schema=schema,
            column=column,
            type=type if isinstance(type, Keep) else SqlType.of(type),
            nullable=nullable,
            server_default=server_default if isinstance(server_default, Keep) else default_state(server_default),
            comment=comment if isinstance(comment, Keep) else comment or None,
            computed=computed if computed is None or isinstance(computed, Keep) else computed_state(computed),
            identity=identity if identity is None or isinstance(identity, Keep) else identity_state(identity),
            autoincrement=autoincrement,
            sequence=sequence,
            fill=fill,
            using=using,
            options=changed_options(options),
            follow=True if isinstance(type, Keep) else follow if isinstance(follow, bool) else tuple(follow),
        )
        if not self.changes and not self.options:
            raise StateError(f"AlterColumn({table!r}, {column!r}) changes nothing")

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of ColumnState that it sets, but for `options`."""
        values = {
            "type": self.type,
            "nullable": self.nullable,
            "default": self.server_default,
            "comment": self.comment,
            "computed": self.computed,
            "identity": self.identity,
            "autoincrement": self.autoincrement,
            "sequence": self.sequence,
        }
        return {name: value for name, value in values.items() if not isinstance(value, Keep)}

    def offenders(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> tuple[Offenders, ...]:
        if self.using is not None:
            return ()
        old, new = before[self.key], after[self.key].columns[self.column]
        return not_fitting(editor, old, new, filled=self.fill is not None)

    def having(self, *, fill: str | None = None, using: str | None = None) -> AlterColumn:
        """The same with SQL for the rows, where some is given."""
        changed = copy(self)
        assign(changed, fill=fill or self.fill, using=using or self.using)
        return changed

    @property
    def fill_for_rows(self) -> str | None:
        return self.fill

    def folds_into(self, column: ColumnState, fill: str | None) -> bool:
        if self.using is not None or self.options:
            return False
        rows_have_values = fill is not None or column.default is not None
        harmless = {"nullable", "comment"} if rows_have_values else {"nullable", "comment", "type"}
        return self.changes.keys() <= harmless and not (rows_have_values and self.fill is not None)

    def edit_column(self, column: ColumnState) -> ColumnState:
        return replace(column, **self.changes, options=with_options(column.options, self.options))

    def edit(self, table: TableState) -> TableState:
        key = table.primary_key
        if self.nullable is True and key is not None and self.column in key.columns:
            raise StateError(f"{self.key}.{self.column} is in the primary key and cannot be nullable")
        column = self.edit_column(table.column(self.column))
        if column.computed is not None and (column.default is not None or column.identity is not None):
            raise StateError(
                f"{self.key}.{self.column} would be computed and have a server default or an identity, too",
                hint="take that away in the same operation: server_default=None, identity=None",
            )
        return table.with_changed_column(column)

    @property
    def place(self) -> Place:
        """The column, as those that follow it know it."""
        return Place(self.key, self.column)

    def followers(self, before: SchemaState) -> tuple[Place, ...]:
        """The columns that follow. Raises StateError for one that is named and cannot."""
        if isinstance(self.type, Keep) or self.follow is False:
            return ()
        return followers(before, self.place) if self.follow is True else chosen(before, self.place, self.follow)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return self._along(state)[-1]

    def _along(self, before: SchemaState) -> list[SchemaState]:
        """The states on the way: before, after the column itself, and after each that follows."""
        along = [before, before.edited(self.key, self.edit)]
        for place in self.followers(before):
            along.append(with_type(along[-1], place, along[1][self.key].columns[self.column].type))
        return along

    def reverse(self, before: SchemaState) -> Operation:
        old = before[self.key].column(self.column)
        changes = {name: getattr(old, name) for name in self.changes}
        options = former_options(old.options, self.options)
        back = alter_column(self.table, self.column, changes, schema=self.schema, options=options)
        there = self.followers(before)
        if set(back.followers(self.state_forwards(before))) == set(there):
            return back
        follow = tuple(str(place) for place in there) or False
        return alter_column(self.table, self.column, changes, follow=follow, schema=self.schema, options=options)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        places = [self.place, *self.followers(before)]
        along = [before, after] if len(places) == 1 else self._along(before)
        steps = [self._step(*each) for each in zip(places, along, along[1:], strict=False)]
        if len(steps) > 1:
            editor.alter_together(steps)
        else:
            editor.alter_column(steps[0].change, steps[0].old, steps[0].new, fill=self.fill, using=self.using)

    def _step(self, place: Place, before: SchemaState, after: SchemaState) -> ColumnStep:
        old, new = before[place.table], after[place.table]
        using = self.using
        if using is not None:
            using = rename_in(using, self.column, place.column, GENERIC.identifier_preparer.quote(place.column))
        return ColumnStep(
            TableChange(before, after, old, new),
            old.column(place.column),
            new.column(place.column),
            fill=self.fill if place == self.place else None,
            using=using,
        )

    def describe(self) -> str:
        return f"alter column {self.key}.{self.column} ({', '.join(self._words())})"

    def _words(self) -> list[str]:
        words = {"default": "server default", "nullable": "null" if self.nullable is True else "not null"}
        return [words.get(name, name) for name in (*self.changes, *dict(self.options))]

    def fragment(self) -> str:
        return f"alter_{self.column}_on_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        expression = self.computed.expression.text if isinstance(self.computed, ComputedState) else ""
        sql = f"{self.fill or ''} {self.using or ''} {expression}"
        if has_subquery(sql):
            return EVERYTHING
        old = before[self.key].column(self.column)
        sources = columns(self.key, names_in(sql, before[self.key].columns)) - columns(self.key, [self.column])
        sources |= column_providers([old, self.edit_column(old)], before)
        together = {self.place, *self.followers(before)}
        if not isinstance(self.type, Keep):
            near = (other for place in together for other in pointing(before, place))
            sources |= {(place.table, place.column) for place in near if place not in together}
        return Footprint(
            changes=frozenset((place.table, place.column) for place in together),
            reads=sources | {table(place.table) for place in together},
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable) or (isinstance(following, DropColumn) and following.column == self.column):
            return (following,)
        if isinstance(following, AlterColumn) and following.column == self.column:
            both = self.changes.keys() & following.changes.keys()
            if "type" in both or "computed" in self.changes or (self.fill is not None and "nullable" in both):
                return None  # what the first one does to the values would be left out
            return (
                alter_column(
                    self.table,
                    self.column,
                    {**self.changes, **following.changes},
                    fill=following.fill or self.fill,
                    using=following.using or self.using,
                    follow=self.follow if isinstance(following.type, Keep) else following.follow,
                    schema=self.schema,
                    options={**dict(self.options), **dict(following.options)},
                ),
            )
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.column), given(
            type=self.type,
            nullable=self.nullable,
            server_default=self.server_default,
            comment=self.comment,
            computed=self.computed,
            identity=self.identity,
            autoincrement=self.autoincrement,
            sequence=self.sequence,
            fill=self.fill,
            using=self.using,
            follow=KEEP if self.follow is True else self.follow,
            schema=self.schema,
            **dict(self.options),
        )


def alter_column(
    table: str,
    column: str,
    changes: Mapping[str, Any],
    *,
    fill: str | None = None,
    using: str | None = None,
    follow: bool | Sequence[str] = True,
    schema: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> AlterColumn:
    """An AlterColumn that sets these fields of ColumnState, and these options of dialects."""
    arguments = {"server_default" if name == "default" else name: value for name, value in changes.items()}
    return AlterColumn(
        table, column, **arguments, fill=fill, using=using, follow=follow, schema=schema, **(options or {})
    )
