"""A named enum changed column by column, where the database does not keep it as a type of its own.

In goes an `EnumChange`; out go calls of the schema editor's other methods, each with the states around it: what speaks
of a renamed label steps aside, each column gets its new type, what stepped aside comes back. Rows that hold a label
which goes on under another name, or is merged into one, are updated while the column still takes both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from minimig.dialects.change import EnumChange, TableChange
from minimig.state.enum_types import with_enum
from minimig.state.enums import EnumEdit, enum_tables, items_that_follow
from minimig.state.named_types import Labels
from minimig.state.parts import ColumnState, ConstraintState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

Concerned = Callable[[ColumnState], bool]
"""Whether a column is one of those to be changed."""


class Editor(Protocol):
    """What is needed of a schema editor."""

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None: ...

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None: ...

    def create_index(self, change: TableChange, index: IndexState) -> None: ...

    def drop_index(self, change: TableChange, index: IndexState) -> None: ...

    def alter_column(
        self,
        change: TableChange,
        old: ColumnState,
        new: ColumnState,
        *,
        fill: str | None = None,
        using: str | None = None,
    ) -> None: ...

    def both_labels(self, column: ColumnState, before: Labels, after: Labels) -> Labels: ...

    def replace_labels(self, table: TableState, column: ColumnState, values: Mapping[str, str]) -> None: ...


def everything(_: ColumnState) -> bool:
    """All columns."""
    return True


def alter_columns(editor: Editor, change: EnumChange, concerned: Concerned = everything) -> None:
    """Change the enum in the columns that are concerned, table by table."""
    walk = _Walk(change.before)
    for table, names in list(enum_tables(change.before, change.edit.name)):
        columns = [name for name in names if concerned(table.columns[name])]
        if columns:
            _alter_table(editor, walk, table, columns, change)


def _alter_table(editor: Editor, walk: _Walk, table: TableState, columns: Sequence[str], change: EnumChange) -> None:
    target = change.after[table.key]
    following = items_that_follow(table, columns, change.edit)
    for item in following:
        if isinstance(item, IndexState):
            editor.drop_index(walk.to(walk.state[table.key].without_index(item.name)), item)
        else:
            editor.drop_constraint(walk.to(walk.state[table.key].without_constraint(item.name)), item)
    for name in columns:
        _alter_column(editor, walk, table.key, target.columns[name], change.edit)
    for item in following:
        current = walk.state[table.key]
        if isinstance(item, IndexState):
            index = target.indexes[item.name]
            editor.create_index(walk.to(current.with_index(index)), index)
        else:
            constraint = target.constraints[item.name]
            editor.add_constraint(walk.to(current.with_constraint(constraint)), constraint)


def _alter_column(editor: Editor, walk: _Walk, key: str, new: ColumnState, edit: EnumEdit) -> None:
    old = walk.state[key].columns[new.name]
    if edit.values:
        both = editor.both_labels(old, edit.before, edit.after)
        if both != edit.before:
            type_ = with_enum(old.type, edit.name, both, edit.name.name)
            old = _step(editor, walk, key, replace(old, type=type_))
        editor.replace_labels(walk.state[key], old, edit.values)
    _step(editor, walk, key, new)


def _step(editor: Editor, walk: _Walk, key: str, new: ColumnState) -> ColumnState:
    old = walk.state[key].columns[new.name]
    editor.alter_column(walk.to(walk.state[key].with_changed_column(new)), old, new)
    return new


class _Walk:
    """The states on the way, one table after the other."""

    def __init__(self, before: SchemaState) -> None:
        self.state = before

    def to(self, table: TableState) -> TableChange:
        """The change that leads to this table."""
        before, self.state = self.state, self.state.with_changed_table(table)
        return TableChange(before, self.state, before[table.key], table)
