"""Computed columns of PostgreSQL: one that is computed no more, and one that stands in the way of a type change."""

from __future__ import annotations

from dataclasses import replace

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.remake import remake_column
from minimig.errors import UnsupportedError
from minimig.state.expressions import names_in
from minimig.state.parts import ColumnState


def stop_computing(editor: SchemaEditor, change: TableChange, column: ColumnState) -> None:
    """Keep the values; a virtual column (PostgreSQL 18) must be stored first, for it has none."""
    stored = replace(column, computed=column.computed and replace(column.computed, persisted=True))
    if column.computed and not editor.normalizer(editor.dialect).persisted(column.computed.persisted):
        remake_column(editor, change, stored)
    editor.execute(f"{editor.alter(change.new)} ALTER COLUMN {editor.quote(column.name)} DROP EXPRESSION")


def refuse_computed_from(editor: SchemaEditor, change: TableChange, old: ColumnState, new: ColumnState) -> None:
    """Raise UnsupportedError: PostgreSQL converts no column that another is computed from."""
    computed = [c for c in change.old.columns.values() if c.computed is not None and c.name != old.name]
    users = [c.name for c in computed if c.computed and names_in(c.computed.expression.text, [old.name])]
    if users and editor.column_type(old) != editor.column_type(new):
        raise UnsupportedError(
            f"PostgreSQL cannot change the type of {change.new.key}.{new.name}: computed column {', '.join(users)}"
            " uses it",
            hint="drop the computed column before and add it again after the change",
        )
