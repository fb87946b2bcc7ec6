"""A column that is dropped and added anew in one operation, because its database cannot change it in place.

Only a computed column can go this way: its values are computed again. What its table has over it, constraints and
indexes, goes before and comes back after. PostgreSQL before 17 and MariaDB know no other way to another expression.
"""

from __future__ import annotations

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.errors import UnsupportedError
from minimig.state.expressions import names_in
from minimig.state.parts import ColumnState, ForeignKeyState
from minimig.state.tables import TableState, columns_of


def remake_column(editor: SchemaEditor, change: TableChange, column: ColumnState) -> None:
    """Drop the column of that name and add it as it shall be, with what uses it.

    Raises UnsupportedError, before the first statement, when a primary key, another computed column or a foreign key
    that points to it hangs on it.
    """
    name, bare = column.name, change.old
    _refuse_users(change, name)
    constraints = [c for c in bare.constraints.values() if name in columns_of(c, bare)]
    constraints.sort(key=lambda c: not isinstance(c, ForeignKeyState))  # a key may need an index that goes after it
    indexes = [index for index in bare.indexes.values() if name in columns_of(index, bare)]
    for constraint in constraints:
        step = _step(change, bare, bare.without_constraint(constraint.name))
        editor.drop_constraint(step, constraint)
        bare = step.new
    for index in indexes:
        step = _step(change, bare, bare.without_index(index.name))
        editor.drop_index(step, index)
        bare = step.new
    step = _step(change, bare, bare.without_column(name))
    editor.drop_column(step, bare.column(name))
    step = _step(change, step.new, step.new.with_column(column))
    editor.add_column(step, column, None)
    for index in indexes:
        step = _step(change, step.new, step.new.with_index(index))
        editor.create_index(step, index)
    for constraint in reversed(constraints):
        step = _step(change, step.new, step.new.with_constraint(constraint))
        editor.add_constraint(step, constraint)


def _step(change: TableChange, old: TableState, new: TableState) -> TableChange:
    return TableChange(change.before.with_changed_table(old), change.before.with_changed_table(new), old, new)


def _refuse_users(change: TableChange, name: str) -> None:
    table = change.old
    key = table.primary_key
    users = ["the primary key"] if key is not None and name in key.columns else []
    users += [
        f"computed column {c.name}"
        for c in table.columns.values()
        if c.name != name and c.computed is not None and names_in(c.computed.expression.text, [name])
    ]
    pointing = change.before.references_to(table.key)
    users += [f"foreign key {t.key}.{fk.name}" for t, fk in pointing if name in fk.target_columns]
    if users:
        raise UnsupportedError(
            f"{table.key}.{name} must be made anew to be computed in another way, and {users[0]} uses it",
            hint="drop that in an operation before this one, and add it again after it",
        )
