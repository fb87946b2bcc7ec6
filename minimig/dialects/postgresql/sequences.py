"""Columns that number themselves: SERIAL and identity, and the names that PostgreSQL ties to a table's name.

SQLAlchemy makes an integer primary key SERIAL while its table is created. A column can gain or lose that later (the key
is dropped, a foreign key is added to it), and then its default and its sequence have to come or go by statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.postgresql.catalog import Catalog, own_name
from minimig.dialects.sequences import SequenceRules
from minimig.state.parts import ColumnState, IdentityState, PrimaryKeyState
from minimig.state.tables import TableState

_INTEGERS = ("SMALLINT", "INTEGER", "BIGINT")
_DEFAULTS = {
    "increment": "INCREMENT BY 1",
    "minvalue": "NO MINVALUE",
    "maxvalue": "NO MAXVALUE",
    "cycle": "NO CYCLE",
    "cache": "CACHE 1",
}
"""How an identity option that is no longer given goes back to what it would have been (PostgreSQL, CREATE SEQUENCE)."""

_RULES = SequenceRules()


class Sequences:
    """The self-numbering columns of one editor's database."""

    def __init__(self, editor: SchemaEditor) -> None:
        self._editor = editor

    # --- SERIAL -------------------------------------------------------------------------------------------------------

    def serial(self, table: TableState) -> str | None:
        """The column that CREATE TABLE would make SERIAL."""
        key = table.primary_key.columns if table.primary_key else ()
        return self._editor.said("serial", self._editor.excerpt(table, key), _serial)

    def add_numbered(self, change: TableChange, column: ColumnState) -> bool:
        """Add a column that numbers the rows there are, if it can only be meant to become the key; false if not.

        The key itself comes by an operation of its own, and `bestow` gives the column a sequence then.
        """
        keyed = replace(change.new, primary_key=PrimaryKeyState((column.name,)))
        if column.nullable or change.new.primary_key is not None or self.serial(keyed) != column.name:
            return False
        self._editor.execute(self._editor.add_column_clause(replace(change, new=keyed), column))
        self._editor.after_add_column(change, column)
        self.release(replace(change, old=keyed))
        return True

    def release(self, change: TableChange) -> None:
        """Take default and sequence from a column that is SERIAL no more."""
        name = self.serial(change.old)
        if name is None or name == self.serial(change.new):
            return
        sequence = self._existing(change.new, name)
        editor = self._editor
        editor.execute(f"{self._alter(change.new, name)} DROP DEFAULT", "the column does not number itself any more")
        if sequence is not None:
            why = "the sequence gave the column its numbers"
            editor.execute(f"DROP SEQUENCE {editor.qualified(change.new.schema, sequence)}", why)

    def bestow(self, change: TableChange) -> None:
        """Give default and sequence to a column that is SERIAL from now on; fit the sequence of one that stays so."""
        name, old_name = self.serial(change.new), self.serial(change.old)
        if name is None:
            return
        column = change.new.column(name)
        type_ = self._editor.column_type(column)
        as_type = f" AS {type_}" if type_ in _INTEGERS else ""
        if name != old_name:
            self._create(change.new, name, as_type)
        elif as_type and type_ != self._editor.column_type(change.old.column(name)):
            sequence = self._existing(change.new, name)
            if sequence is not None:
                qualified = self._editor.qualified(change.new.schema, sequence)
                self._editor.execute(f"ALTER SEQUENCE {qualified}{as_type}")

    def _create(self, table: TableState, column: str, as_type: str) -> None:
        editor = self._editor
        sequence = editor.qualified(table.schema, own_name(table.name, column, "seq"))
        owner = f"{editor.table(table)}.{editor.quote(column)}"
        with editor.because("a column that numbers itself is one with a sequence here, and this one exists already"):
            editor.execute(f"CREATE SEQUENCE {sequence}{as_type} OWNED BY {owner}")
            editor.execute(f"{self._alter(table, column)} SET DEFAULT nextval({editor.string(sequence)})")
        self._continue(table, column, 1)

    # --- identity -----------------------------------------------------------------------------------------------------

    def drop_identity(self, table: TableState, old: ColumnState, new: ColumnState) -> None:
        """DROP IDENTITY, when the column has one no more."""
        if old.identity is not None and new.identity is None:
            self._editor.execute(f"{self._alter(table, new.name)} DROP IDENTITY")

    def set_identity(self, table: TableState, old: ColumnState, new: ColumnState) -> None:
        """Add an identity, which goes on after the highest value there is, or change its options."""
        if new.identity is None or old.identity == new.identity:
            return
        alter = self._alter(table, new.name)
        if old.identity is not None:
            changes = " ".join(_identity_changes(old.identity, new.identity))
            self._editor.execute(f"{alter} {changes}")
            return
        identity = sa.Identity(always=new.identity.always, **dict(new.identity.options))
        clause = self._editor.ddl_compiler().visit_identity_column(identity)
        self._editor.execute(f"{alter} ADD {clause}")
        self._continue(table, new.name, int(dict(new.identity.options).get("start", 1)))

    def _continue(self, table: TableState, column: str, start: int) -> None:
        """Let the next number be one that no row has."""
        editor, name = self._editor, self._editor.quote(column)
        sequence = f"pg_get_serial_sequence({editor.string(editor.table(table))}, {editor.string(column)})"
        editor.execute(
            f"SELECT setval({sequence}, max({name})) FROM {editor.table(table)} HAVING max({name}) >= {start}",
            "the next number must be one that no row has",
        )

    # --- rows with numbers of their own -------------------------------------------------------------------------------

    def pass_over(self, table: TableState, columns: Collection[str]) -> None:
        """Let columns that rows gave numbers to go on behind them; what was numbered before stays numbered."""
        serial = self.serial(table)
        for column in table.columns.values():
            if column.name in columns and (column.identity or column.name == serial):
                options = dict(column.identity.options) if column.identity else {}
                self._pass_over(table, column.name, options)

    def _pass_over(self, table: TableState, column: str, options: Mapping[str, Any]) -> None:
        editor, name = self._editor, self._editor.quote(column)
        sequence = f"pg_get_serial_sequence({editor.string(editor.table(table))}, {editor.string(column)})"
        upward = int(options.get("increment", 1)) > 0
        further, edge, reached = ("greatest", "max", ">=") if upward else ("least", "min", "<=")
        start = int(options.get("start", 1 if upward else -1))
        editor.execute(
            f"SELECT setval({sequence}, {further}({edge}({name}), pg_sequence_last_value({sequence}::regclass)))"
            f" FROM {editor.table(table)} HAVING {edge}({name}) {reached} {start}",
            "the next number must be one that none of these rows has",
        )

    # --- names that follow --------------------------------------------------------------------------------------------

    def rename(self, old: TableState, new: TableState) -> None:
        """Let the primary key's own name and those of sequences follow a renamed table or column."""
        if new.primary_key is not None and new.primary_key.name is None:
            self._rename_key(old, new)
        serial = self.serial(new)
        for old_column, column in zip(old.columns.values(), new.columns.values(), strict=True):
            if column.identity is not None or column.name == serial:
                self._rename_sequence(old, new, old_column.name, column.name)

    def _rename_key(self, old: TableState, new: TableState) -> None:
        before, after = own_name(old.name, None, "pkey"), own_name(new.name, None, "pkey")
        if before != after:
            actual = self._catalog.primary_key(self._editor.table(new)) if self._catalog else before
            self._rename("INDEX", new.schema, before, after, actual)

    def _rename_sequence(self, old: TableState, new: TableState, old_column: str, column: str) -> None:
        before, after = own_name(old.name, old_column, "seq"), own_name(new.name, column, "seq")
        if before != after:
            actual = self._catalog.sequence(self._editor.table(new), column) if self._catalog else before
            self._rename("SEQUENCE", new.schema, before, after, actual)

    def _rename(self, kind: str, schema: str | None, before: str, after: str, actual: str | None) -> None:
        """Rename what still has the name it was made with, unless somebody else has the new name already."""
        editor = self._editor
        if actual != before:
            return
        if self._catalog is not None and self._catalog.has_relation(editor.qualified(schema, after)):
            return
        exists = "" if self._catalog is not None else "IF EXISTS "
        name = editor.qualified(schema, before)
        editor.execute(f"ALTER {kind} {exists}{name} RENAME TO {editor.quote(after)}")

    @property
    def _catalog(self) -> Catalog | None:
        connection = self._editor.output.connection
        return None if connection is None else Catalog(connection)

    def _existing(self, table: TableState, column: str) -> str | None:
        """The sequence behind a column: the catalog's answer, or in a script the name it would have got."""
        if self._catalog is None:
            return own_name(table.name, column, "seq")
        return self._catalog.sequence(self._editor.table(table), column)

    def _alter(self, table: TableState, column: str) -> str:
        return f"{self._editor.alter(table)} ALTER COLUMN {self._editor.quote(column)}"


def _serial(built: sa.Table) -> str | None:
    column = built.autoincrement_column
    ours = column is None or column.identity is not None or isinstance(column.default, sa.Sequence)
    return None if ours or column is None else column.name


def _identity_changes(old: IdentityState, new: IdentityState) -> Iterator[str]:
    if old.always != new.always:
        yield f"SET GENERATED {'ALWAYS' if new.always else 'BY DEFAULT'}"
    before, after = dict(old.options), dict(new.options)
    for identity in (before, after):  # where no start was given, the bound is where it begins
        identity["start"] = _RULES.complete(tuple(identity.items()))["start"]
    for option, default in _DEFAULTS.items():
        if before.get(option) != after.get(option):
            yield f"SET {_option(option, after[option]) if option in after else default}"
    if before["start"] != after["start"]:
        yield f"SET {_option('start', after['start'])}"


def _option(option: str, value: object) -> str:
    if option == "cycle":
        return "CYCLE" if value else "NO CYCLE"
    words = {"start": "START WITH", "increment": "INCREMENT BY"}
    return f"{words.get(option, option.upper())} {value}"
