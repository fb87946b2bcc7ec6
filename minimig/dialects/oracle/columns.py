"""Changing a column on Oracle: MODIFY, or a column beside where MODIFY would have to convert.

MODIFY says only what changes: NOT NULL said to a column that is NOT NULL is an error (ORA-01442), and so is NULL
(ORA-01451). Where the type does not merely grow (`types`) the values are copied to a new column, which takes the name;
what is built on the old one is known from the states, goes before and comes back after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from minimig.dialects.aside import AsideEditor
from minimig.dialects.change import TableChange
from minimig.dialects.dependents import Dependents, dependents_of, speaking_of
from minimig.dialects.oracle.identity import identity_clause
from minimig.dialects.oracle.text import refuse_empty
from minimig.dialects.oracle.types import modifies
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


@dataclass(frozen=True)
class ColumnChange:
    """One column on its way from `old` to `new`."""

    editor: AsideEditor
    change: TableChange
    old: ColumnState
    new: ColumnState

    def execute(self, fill: str | None, using: str | None) -> None:
        """All statements. Raises UnsupportedError, before the first of them, for what Oracle cannot change."""
        editor, table, old, new = self.editor, self.change.new, self.old, self.new
        if new.computed:
            editor.compute_again(self.change, old, new)
            return
        refuse_empty(fill, new, table)
        copied = using is not None or not self._in_place or old.computed is not None
        identity = identity_clause(editor, table, old, new)
        if copied and new.identity is not None:
            raise UnsupportedError(f"{table.key}.{new.name} numbers itself, so its values cannot be converted")
        gone = self._in_the_way(self.change.before, self.change.old, copied=copied)
        back = self._in_the_way(self.change.after, table, copied=copied)
        checks_before, checks_after = editor.added_type_checks(table, old), editor.added_type_checks(table, new)
        rechecked = copied or checks_before != checks_after
        for name in checks_before if rechecked else ():
            editor.drop_constraint_sql(table, name)
        editor.take_away(self.change, gone)
        if identity is not None:
            self._modify([identity])
        if copied:
            self._copy(using)
        self._change(replace(new, nullable=True, default=None) if copied else old, fill)
        editor.put_back(self.change, back)
        for statement in checks_after.values() if rechecked else ():
            editor.execute(statement)
        comment_before = None if copied else old.comment
        if comment_before != new.comment:
            editor.comment_column(table, new, comment_before)

    def _change(self, old: ColumnState, fill: str | None) -> None:
        """What MODIFY does in place."""
        editor, new = self.editor, self.new
        fills = fill is not None and old.nullable and not new.nullable
        words = [editor.column_type(new)] if editor.column_type(old) != editor.column_type(new) else []
        default_before, default_after = editor.default_sql(old), editor.default_sql(new)
        if default_before != default_after and not (old.identity and new.identity is None and default_after is None):
            words.append(f"DEFAULT {default_after or 'NULL'}")
        null = ["NULL" if new.nullable else "NOT NULL"] if old.nullable != new.nullable else []
        self._modify(words if fills else words + null)
        if fills:
            editor.fill(self.change.new, new, str(fill), only_null=True)
            self._modify(null)

    def _modify(self, words: list[str]) -> None:
        if words:
            name = self.editor.quote(self.new.name)
            self.editor.execute(f"{self.editor.alter(self.change.new)} MODIFY ({name} {' '.join(words)})")

    def _copy(self, using: str | None) -> None:
        """Put the values, converted, into a column beside, which takes the place of the old one."""
        editor, table = self.editor, self.change.new
        aside = replace(self.new, name=f"{self.new.name[:110]}__new", nullable=True, default=None, comment=None)
        name = editor.quote(self.new.name)
        why = "values that cannot be converted in place are computed in a column beside"
        editor.execute(f"{editor.alter(table)} ADD {editor.column_specification(table, aside)}", why)
        editor.fill(table, aside, using or name, only_null=False)
        editor.execute(f"{editor.alter(table)} DROP COLUMN {name}", "its values are in the other one")
        why = "the column beside takes the place of the old one"
        editor.execute(f"{editor.alter(table)} RENAME COLUMN {editor.quote(aside.name)} TO {name}", why)

    def _in_the_way(self, schema: SchemaState, table: TableState, *, copied: bool) -> Dependents:
        if copied:
            return dependents_of(schema, table, self.new.name)
        retyped = self.editor.column_type(self.old) != self.editor.column_type(self.new)
        # ORA-54033: a column in the expression of a virtual one, which an index over expressions makes, too
        return speaking_of(schema, table, self.new.name, checks=False) if retyped else Dependents()

    @property
    def _in_place(self) -> bool:
        old, new = self.editor.column_type(self.old), self.editor.column_type(self.new)
        return old == new or modifies(old, new)
