"""A named enum changed in every column that uses it.

In goes a state and an `EnumEdit`; out comes the state after, in which the columns' types, their server defaults and the
SQL that speaks of a label have followed. A label that goes on under another name takes such SQL along, as PostgreSQL
does; one that goes away, or is merged into another, must not be spoken of any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from minimig.errors import StateError, nearest
from minimig.state.enum_types import with_enum
from minimig.state.expressions import rename_type_in, replace_string, speaks_of, string_value
from minimig.state.named_types import Labels, NamedType, TypeName, named_types_in
from minimig.state.parts import CheckState, ColumnState, ConstraintState, IndexState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.values import GENERIC, SqlExpression

Item = ConstraintState | IndexState


@dataclass(frozen=True)
class EnumEdit:
    """What becomes of a named enum.

    `values` says what becomes of an old label. `in_place` tells that no row has to change for it where the database
    keeps enums as types: a label is only added or renamed.
    """

    name: TypeName
    new_name: TypeName
    before: Labels
    after: Labels
    values: Mapping[str, str] = field(default_factory=dict)
    in_place: bool = False

    @property
    def gone(self) -> tuple[str, ...]:
        """The labels that are taken away."""
        return tuple(label for label in self.before if label not in self.after)

    @property
    def moved(self) -> Mapping[str, str]:
        """The labels that go on under another name: what nobody else has become, and was not there before."""
        new = list(self.values.values())
        return {old: to for old, to in self.values.items() if to not in self.before and new.count(to) == 1}


def enum_labels(state: SchemaState, name: TypeName) -> Labels:
    """The labels of a named enum. Raises StateError when no column uses it, or columns disagree about it."""
    used = list(_used(state, name))
    if not used:
        known = {str(each) for table in state.tables.values() for each in table.named_types}
        raise StateError(f"no column uses an enum called {name} at this point", hint=nearest(str(name), known))
    for where, enum in used:
        if enum.labels is None:
            raise StateError(f"{name} is a domain, not an enum", where=where)
        if not enum.editable:
            raise StateError(
                f"the labels of enum {name} stand in the class of the decorator that {where} uses, and no operation"
                " can edit a class",
                hint="let the decorator take them as arguments: the class sa.Enum as its impl",
            )
        if enum.labels != used[0][1].labels:
            raise StateError(
                f"{where} and {used[0][0]} have different labels for enum {name}",
                hint="bring them together with ops.AlterColumn(..., type=sa.Enum(...)) first",
            )
    return used[0][1].labels or ()


def enum_tables(state: SchemaState, name: TypeName) -> Iterator[tuple[TableState, tuple[str, ...]]]:
    """The tables that use a named enum, with the columns that do."""
    return ((table, table.named_types[name]) for table in state.catalog.using(name))


def edit_enum(state: SchemaState, edit: EnumEdit) -> SchemaState:
    """The state after the edit. Raises StateError where SQL speaks of a label that goes away."""
    users = enum_tables(state, edit.name)
    return state.with_changed_tables(_edited(table, set(columns), edit) for table, columns in users)


def items_that_follow(table: TableState, columns: Collection[str], edit: EnumEdit) -> tuple[Item, ...]:
    """The constraints and indexes of a table whose SQL is another one after the edit."""
    after = _edited(table, columns, edit)
    before: dict[str, Item] = {**table.constraints, **table.indexes}
    both: dict[str, Item] = {**after.constraints, **after.indexes}
    return tuple(item for name, item in before.items() if both[name] != item)


def speaks_of_label(item: Item, table: TableState, columns: Collection[str], label: str) -> bool:
    """Whether a CHECK or an index that looks at one of `columns` speaks of a label."""
    looks = not set(columns).isdisjoint(columns_of(item, table))
    return looks and any(speaks_of(text, label) for text in _texts(item))


def _used(state: SchemaState, name: TypeName) -> Iterator[tuple[str, NamedType]]:
    for table, columns in enum_tables(state, name):
        for column in columns:
            for used in named_types_in(table.columns[column].type):
                if used.name == name:
                    yield f"{table.key}.{column}", used


# --- one table --------------------------------------------------------------------------------------------------------


def _edited(table: TableState, columns: Collection[str], edit: EnumEdit) -> TableState:
    for label in edit.gone:
        if label not in edit.moved:
            _refuse_default(table, columns, edit, label)
    follow = _Follower(table, columns, edit)
    return replace(
        table,
        columns={name: follow.column(column) for name, column in table.columns.items()},
        constraints={name: follow.constraint(item) for name, item in table.constraints.items()},
        indexes={name: follow.index(item) for name, item in table.indexes.items()},
    )


def _refuse_default(table: TableState, columns: Collection[str], edit: EnumEdit, label: str) -> None:
    for name in columns:
        default = table.columns[name].default
        if default is not None and speaks_of(default.text, label):
            raise StateError(
                f"{label!r} is taken out of enum {edit.name}, and is the server default of {table.key}.{name}",
                hint="give the column another default before: ops.AlterColumn(..., server_default=...)",
            )


@dataclass(frozen=True)
class _Follower:
    """Lets the parts of one table follow an edit."""

    table: TableState
    columns: Collection[str]
    edit: EnumEdit

    def column(self, column: ColumnState) -> ColumnState:
        computed = column.computed
        if computed is not None and self._looks(computed.expression.text):
            computed = replace(computed, expression=self._sql(computed.expression, f"computed column {column.name}"))
        if column.name not in self.columns:
            return column if computed == column.computed else replace(column, computed=computed)
        edit = self.edit
        type_ = with_enum(column.type, edit.name, edit.after, edit.new_name.name)
        default = column.default and self._value(column.default)
        return replace(column, type=type_, default=default, computed=computed)

    def constraint(self, constraint: ConstraintState) -> ConstraintState:
        if not isinstance(constraint, CheckState) or not self._concerns(constraint):
            return constraint
        return replace(constraint, expression=self._sql(constraint.expression, f"CHECK {constraint.name}"))

    def index(self, index: IndexState) -> IndexState:
        if not self._concerns(index):
            return index
        what = f"index {index.name}"
        elements = tuple(e if isinstance(e, str) else self._sql(e, what) for e in index.elements)
        options = tuple((k, self._sql(v, what) if isinstance(v, SqlExpression) else v) for k, v in index.options)
        return replace(index, elements=elements, options=options)

    def _concerns(self, item: Item) -> bool:
        return not set(self.columns).isdisjoint(columns_of(item, self.table))

    def _looks(self, sql: str) -> bool:
        check = CheckState("", SqlExpression(sql))
        return not set(self.columns).isdisjoint(columns_of(check, self.table))

    def _value(self, default: SqlExpression) -> SqlExpression:
        text = self._renamed_type(default.text)
        for old, new in self.edit.moved.items():
            text = replace_string(text, old, new)
        if text == default.text:
            return default
        value = string_value(text)
        return SqlExpression(text) if value is None else SqlExpression.literal(value)

    def _sql(self, expression: SqlExpression, what: str) -> SqlExpression:
        """A CHECK, a predicate, an index element: labels follow when they are renamed in place, the name always."""
        text = self._renamed_type(expression.text)
        for label in self.edit.gone:
            if speaks_of(text, label):
                self._refuse(text, label, what)
                text = replace_string(text, label, self.edit.moved[label])
        return expression if text == expression.text else SqlExpression(text)

    def _refuse(self, text: str, label: str, what: str) -> None:
        hint = f"drop {what} in an operation before this one, and make it again after it"
        if label not in self.edit.moved:
            raise StateError(f"{label!r} is taken out of enum {self.edit.name}, and {what} speaks of it", hint=hint)
        others = [c for c in self.table.columns.values() if c.name not in self.columns and _holds_strings(c)]
        check = CheckState("", SqlExpression(text))
        spoken = {c.name for c in others} & set(columns_of(check, self.table))
        if spoken:
            raise StateError(
                f"{what} of {self.table.key} speaks of {label!r}, and looks at {', '.join(sorted(spoken))} too:"
                " which of them it means cannot be known",
                hint=hint,
            )

    def _renamed_type(self, text: str) -> str:
        old, new = self.edit.name.name, self.edit.new_name.name
        return text if old == new else rename_type_in(text, old, new, GENERIC.identifier_preparer.quote(new))


def _holds_strings(column: ColumnState) -> bool:
    """Whether a column may be compared with a string that is not a label."""
    return isinstance(column.type.sa_type, sa.String | sa.Enum | sa.types.TypeDecorator | sa.ARRAY)


def _texts(item: Item) -> Iterator[str]:
    parts: tuple[Any, ...] = ()
    if isinstance(item, CheckState):
        parts = (item.expression,)
    elif isinstance(item, IndexState):
        parts = (*item.elements, *(value for _, value in item.options))
    yield from (part.text for part in parts if isinstance(part, SqlExpression))
