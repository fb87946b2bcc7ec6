"""Changing a column on MySQL and MariaDB: MODIFY, and what has to step aside for it.

In goes a column before and after; out go the statements in an order that InnoDB accepts. Foreign keys on the column are
taken off while its type changes and put back where both sides fit again; NULLs are filled while the column still takes
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from minimig.dialects.change import TableChange
from minimig.dialects.dependents import Held, touching
from minimig.dialects.mysql.clauses import MySQLClauses
from minimig.dialects.mysql.foreign_keys import fits
from minimig.dialects.mysql.text import requote_names
from minimig.dialects.remake import remake_column
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState


@dataclass(frozen=True)
class ColumnChange:
    """One column on its way from `old` to `new`."""

    editor: MySQLClauses
    change: TableChange
    old: ColumnState
    new: ColumnState

    def execute(self, fill: str | None, using: str | None) -> None:
        """All statements. Raises UnsupportedError, before the first of them, for `using` on a primary key's column."""
        if self.old.computed != self.new.computed:
            if self.new.computed is not None:
                remake_column(self.editor, self.change, self.new)
                return
            self._store()
        table, editor = self.change.new, self.editor
        if using is not None and table.primary_key is not None and self.new.name in table.primary_key.columns:
            raise UnsupportedError(
                f"{table.key}.{self.new.name} is in the primary key, whose values cannot be converted by using="
            )
        checks_before, checks_after = self._type_checks(self.old), self._type_checks(self.new)
        keys_before, keys_after = self._keys() if self._retyped else ([], [])
        if checks_before != checks_after:
            names = (editor.quote_constraint(name) for name in checks_before)
            editor.alter_clauses(table, (editor.drop_check_clause(name) for name in names))
        for holder, key in keys_before:
            editor.alter_clauses(holder, [editor.drop_clause(key)])
        self._modify(fill, using)
        for holder, key in keys_after:
            built = editor.built(holder)
            editor.alter_clauses(holder, [editor.add_clause(editor.built_constraint(built, key.name))])
        if checks_before != checks_after:
            editor.alter_clauses(table, checks_after.values())

    def _store(self) -> None:
        """A computed column becomes a plain one by MODIFY when it is stored; one that is not must be stored first."""
        computed = self.old.computed
        if computed is not None and computed.persisted is not True:
            stored = replace(self.old, computed=replace(computed, persisted=True))
            remake_column(self.editor, self.change, stored)

    def _modify(self, fill: str | None, using: str | None) -> None:
        table = self.change.new
        loose = replace(self.new, nullable=True, default=None)
        fills = fill is not None and self.old.nullable and not self.new.nullable
        current = self.old
        if self._retyped and (using is not None or fills):
            if using is not None:
                self._convert(using, loose)
            else:
                self._say(loose)
            current = loose
        if fills:
            self.editor.fill(table, self.new, str(fill), only_null=True)
        if self._specification(current) != self._specification(self.new):
            self._say(self.new)

    def _convert(self, using: str, loose: ColumnState) -> None:
        """Compute the new values in a column beside; the old column stays, and with it the indexes and keys over it."""
        editor, table = self.editor, self.change.new
        aside = ColumnState(f"{self.new.name[:58]}__new", self.new.type)
        beside = editor.quote(aside.name)
        editor.alter_clauses(table, [f"ADD COLUMN {self._specification(aside)}"])
        editor.update(table, aside.name, requote_names(using, table))
        self._say(replace(self.old, nullable=True, default=None))
        editor.update(table, self.new.name, "NULL")
        self._say(loose)
        editor.update(table, self.new.name, beside)
        editor.alter_clauses(table, [f"DROP COLUMN {beside}"])

    def _say(self, column: ColumnState) -> None:
        self.editor.alter_clauses(self.change.new, [f"MODIFY COLUMN {self._specification(column)}"])

    def _specification(self, column: ColumnState) -> str:
        return self.editor.column_specification(self.change.new, column)

    @property
    def _retyped(self) -> bool:
        return self.editor.column_type(self.old) != self.editor.column_type(self.new)

    def _keys(self) -> tuple[list[Held], list[Held]]:
        """The foreign keys on the column that the database has before, and those that it can have after."""
        change, name = self.change, self.new.name
        before = touching(change.before, change.old, [name])
        after = touching(change.after, change.new, [name])
        return (
            [(table, key) for table, key in before if fits(self.editor, change.before, table, key)],
            [(table, key) for table, key in after if fits(self.editor, change.after, table, key)],
        )

    def _type_checks(self, column: ColumnState) -> dict[str, str]:
        """Names of the CHECKs that come with the column's type, and the clauses that add them."""
        table = self.change.new
        built = self.editor.built(replace(table, columns={**table.columns, column.name: column}))
        checks = self.editor.type_checks(built, column.name)
        return {str(check.name): self.editor.add_clause(check) for check in checks}
