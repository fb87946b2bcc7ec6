"""Changing a column on MySQL and MariaDB: MODIFY, and what has to step aside for it.

In goes a column before and after; out go the statements in an order that InnoDB accepts. Foreign keys on the column are
taken off while its type changes and put back where both sides fit again; NULLs are filled while the column still takes
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig.dialects.change import ColumnStep, TableChange
from minimig.dialects.dependents import Held, touching
from minimig.dialects.excerpt import holding
from minimig.dialects.mysql.clauses import MySQLClauses
from minimig.dialects.mysql.foreign_keys import fits
from minimig.dialects.mysql.text import requote_names
from minimig.dialects.remake import remake_column
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.type_parts import plain_type


def alter_together(editor: MySQLClauses, steps: Sequence[ColumnStep]) -> None:
    """Change one or several columns: the foreign keys on any of them are gone meanwhile."""
    changes = [(ColumnChange(editor, step.change, step.old, step.new), step) for step in steps]
    before, after = steps[0].change.before, steps[-1].change.after
    for change, step in changes:
        change.refuse(step.using)
    keys_before = {(t.key, key.name): (t, key) for change, _ in changes for t, key in change.keys_before(before)}
    keys_after = {(t.key, key.name): (t, key) for change, _ in changes for t, key in change.keys_after(after)}
    for holder, key in keys_before.values():
        why = "a column under a foreign key does not change: the key steps aside"
        editor.alter_clauses(holder, [editor.drop_clause(key)], why)
    for change, step in changes:
        change.execute(step.fill, step.using)
    for holder, key in keys_after.values():
        built = editor.built(holder)
        why = "the foreign key that stepped aside comes back"
        editor.alter_clauses(holder, [editor.add_clause(editor.built_constraint(built, key.name))], why)


@dataclass(frozen=True)
class ColumnChange:
    """One column on its way from `old` to `new`."""

    editor: MySQLClauses
    change: TableChange
    old: ColumnState
    new: ColumnState

    def refuse(self, using: str | None) -> None:
        """Raise UnsupportedError for `using` on a primary key's column, DatabaseError for rows with a label that goes.

        Strict mode would refuse those rows too, with "Data truncated for column" and no word of the label.
        """
        table = self.change.new
        labels, kept = _labels(self.editor, self.old), _labels(self.editor, self.new)
        if using is None and kept:
            lost = self.editor.both_labels(self.new, kept, labels)[len(kept) :]
            hint = 'update those rows before, or say what they become: using="CASE ... END"'
            self.editor.refuse_rows_holding(lost, [(self.change.old, self.old)], hint)
        if using is not None and table.primary_key is not None and self.new.name in table.primary_key.columns:
            raise UnsupportedError(
                f"{table.key}.{self.new.name} is in the primary key, whose values cannot be converted by using="
            )

    def execute(self, fill: str | None, using: str | None) -> None:
        """All statements but those for foreign keys."""
        if self.old.computed != self.new.computed:
            if self.new.computed is not None:
                remake_column(self.editor, self.change, self.new)
                return
            self._store()
        table, editor = self.change.new, self.editor
        checks_before, checks_after = self._type_checks(self.old), self._type_checks(self.new)
        if checks_before != checks_after:
            names = (editor.quote_constraint(name) for name in checks_before)
            editor.alter_clauses(table, (editor.drop_check_clause(name) for name in names))
        self._modify(fill, using)
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
        why = "the converted values are computed in a column beside"
        editor.alter_clauses(table, [f"ADD COLUMN {self._specification(aside)}"], why)
        editor.update(table, aside.name, requote_names(using, table))
        self._say(replace(self.old, nullable=True, default=None))
        editor.update(table, self.new.name, "NULL")
        self._say(loose)
        editor.update(table, self.new.name, beside)
        editor.alter_clauses(table, [f"DROP COLUMN {beside}"], "the column beside has given its values away")

    def _say(self, column: ColumnState) -> None:
        why = "MODIFY states the whole column anew: what it left out would be lost"
        self.editor.alter_clauses(self.change.new, [f"MODIFY COLUMN {self._specification(column)}"], why)

    def _specification(self, column: ColumnState) -> str:
        return self.editor.column_specification(self.change.new, column)

    @property
    def _retyped(self) -> bool:
        return self.editor.column_type(self.old) != self.editor.column_type(self.new)

    def keys_before(self, schema: SchemaState) -> Iterator[Held]:
        """The foreign keys on the column, if its type changes, that the database has while this is its schema."""
        if self._retyped:
            yield from self._held(schema, self.change.old.key)

    def keys_after(self, schema: SchemaState) -> Iterator[Held]:
        """Those that it can have when this is its schema."""
        if self._retyped:
            yield from self._held(schema, self.change.new.key)

    def _held(self, schema: SchemaState, table: str) -> Iterator[Held]:
        keys = touching(schema, schema[table], [self.new.name])
        yield from ((holder, key) for holder, key in keys if fits(self.editor, schema, holder, key))

    def _type_checks(self, column: ColumnState) -> dict[str, str]:
        """Names of the CHECKs that come with the column's type, and the clauses that add them."""
        table = self.change.new
        checks = self.editor.checks_of_type(holding(table, column), column.name)
        return {str(check.name): self.editor.add_clause(check) for check in checks}


def _labels(editor: MySQLClauses, column: ColumnState) -> tuple[str, ...]:
    """What an ENUM or a SET may hold; nothing for another type."""
    impl = plain_type(column.type.sa_type.dialect_impl(editor.dialect))
    if isinstance(impl, mysql.SET):
        return tuple(impl.values)
    return tuple(impl.enums) if isinstance(impl, sa.Enum) and impl.native_enum else ()
