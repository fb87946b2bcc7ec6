"""A table rebuild on SQLite that has not been carried out yet, as a value.

SQLite cannot alter most things about a table. Its manual ("Making Other Kinds Of Table Schema Changes") builds the new
table beside the old one, copies the rows and swaps the two. Operations come in one after the other and each gives a new
`Rebuild`; out goes, at the end, one CREATE TABLE and one INSERT ... SELECT, however many operations there were. (Django
rebuilds once per operation; Alembic needs the user to write a batch.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from minimig.dialects.sqlite.create_sql import ColumnText, TableText
from minimig.state.expressions import mentions, names_in, rename_in
from minimig.state.parts import ColumnState
from minimig.state.tables import TableState

Quote = Callable[[str], str]
"""Spells a column's name."""


@dataclass(frozen=True)
class Rebuild:
    """From the table in the database to the table it shall be, and where each column's value comes from."""

    old: TableState
    """The table as it is in the database."""
    target: TableState
    """The table as it shall be."""
    values: Mapping[str, str]
    """Column of the target -> SQL over a row of the old table. Computed columns have none."""
    carried: frozenset[str]
    """Columns of the target that are the old table's column of the same name."""
    quote: Quote
    asked_for: bool = False
    """Whether somebody wants the table written anew, needed or not."""

    @classmethod
    def of(cls, old: TableState, quote: Quote) -> Rebuild:
        """A rebuild that changes nothing yet."""
        values = {c.name: quote(c.name) for c in old.columns.values() if c.computed is None}
        return cls(old, old, values, frozenset(old.columns), quote)

    def to(self, target: TableState) -> Rebuild:
        """The same copy into another table: constraints, indexes, options changed."""
        return replace(self, target=target)

    def adding(self, column: str, value: str | None, target: TableState) -> Rebuild:
        """With one more column; `value` is None for a computed one."""
        values = self.values if value is None else {**self.values, column: value}
        return replace(self, target=target, values=values)

    def dropping(self, column: str, target: TableState) -> Rebuild:
        """Without a column."""
        values = {name: value for name, value in self.values.items() if name != column}
        return replace(self, target=target, values=values, carried=self.carried - {column})

    def computing(self, column: str, value: str, target: TableState) -> Rebuild:
        """With another value for a column."""
        return replace(self, target=target, values={**self.values, column: value})

    def computed_otherwise(self, column: ColumnState, target: TableState) -> Rebuild:
        """With a column computed in another way from now on; or no more, and then it keeps the values it had."""
        if column.computed is not None:
            return self.dropping(column.name, target)
        return self.adding(column.name, self.quote(column.name), target)

    def renaming_new(self, old: str, new: str, target: TableState) -> Rebuild:
        """With another name for a column that is not in the database yet."""
        values = {new if name == old else name: value for name, value in self.values.items()}
        return replace(self, target=target, values=values)

    def renamed_in_database(self, old: str, new: str, target: TableState) -> Rebuild:
        """After a column of the old table was renamed in the database itself."""
        values = {
            new if name == old else name: rename_in(value, old, new, self.quote(new))
            for name, value in self.values.items()
        }
        carried = frozenset(new if name == old else name for name in self.carried)
        before = self.old.with_renamed_column(old, new)
        return replace(self, old=before, target=target, values=values, carried=carried)

    def keeps_values(self) -> bool:
        """Whether every column is the old table's, and holds what it held."""
        names = frozenset(self.target.columns)
        same = names == frozenset(self.old.columns) == self.carried
        return same and all(value == self.quote(name) for name, value in self.values.items())

    def is_plain(self, column: str) -> bool:
        """Whether the column holds, after all that was asked so far, what the old table's column of that name holds.

        A column of another type does not, for its affinity turns 1 into 1.0 or '1'; nor does a computed column when
        anything that it may be computed from has changed.
        """
        if column not in self.carried:
            return False
        if column not in self.values:
            return all(self.is_plain(name) for name in self.values)
        same_type = self.old.columns[column].type == self.target.columns[column].type
        return same_type and self.values[column] == self.quote(column)

    def can_read(self, sql: str) -> bool:
        """Whether `sql`, written for the table as it shall be, means the same over the old table."""
        return all(self.is_plain(name) for name in names_in(sql, self.target.columns))

    def can_follow_rename(self, new: str) -> bool:
        """Whether a column of the old table may be renamed to `new` in the database while this rebuild waits.

        A subquery may use the old name for a column of another table.
        """
        taken = {name.lower() for name in self.old.columns}
        return new.lower() not in taken and not any(mentions(v, ["select"]) for v in self.values.values())

    def mentions(self, name: str) -> bool:
        """Whether a value is computed from something called `name`, for example a table in a subquery."""
        return any(mentions(value, [name]) for column, value in self.values.items() if not self.is_plain(column))

    def copy_sql(self, source: str, destination: str, built: TableText, rowid: str | None) -> str:
        """INSERT ... SELECT from `source` to `destination`, which is `built`; `rowid` names the rowid when it is kept.

        A column that the migrations do not know is copied as it is; one that is computed cannot be given a value.
        """
        values = {_folded(name): value for name, value in self.values.items()}
        new = {_folded(name) for name in self.target.columns} - {_folded(name) for name in self.carried}
        pairs: list[tuple[str, str]] = []
        for column in built.columns:
            name, own = _folded(column.name), self.quote(column.name)
            if column.clause("computed") is None and (name in values or name not in new):
                pairs.append((own, values.get(name, own)))
        if rowid is not None:
            pairs.insert(0, (rowid, rowid))
        names, sources = ", ".join(name for name, _ in pairs), ", ".join(value for _, value in pairs)
        # OR ABORT overrules ON CONFLICT clauses of the new table: IGNORE and REPLACE would lose rows without a word.
        return f"INSERT OR ABORT INTO {destination} ({names}) SELECT {sources} FROM {source}"

    def touches_keys(self, live: TableText, built: TableText, indexes: Iterable[str]) -> bool:
        """Whether a foreign key of the table, or one that points to it, may hold less than before.

        Not when every constraint stays and every column of a key or unique index is copied as it is, in its type.
        """
        keys = [clause for clause in live.all_constraints() if clause.kind != "check"]
        kept = {(clause.column, clause.text) for clause in built.all_constraints() if clause.kind != "check"}
        if {(clause.column, clause.text) for clause in keys} != kept:
            return True
        involved = {_folded(name) for clause in keys for name in clause.columns}
        involved |= {_folded(n) for sql in indexes for n in names_in(sql, [column.name for column in live.columns])}
        before, after = ({_folded(c.name): c for c in table.columns} for table in (live, built))
        values = {_folded(name): value for name, value in self.values.items()}
        return any(
            name not in after
            or before[name].clause("computed") is not None
            or _spelling(before[name]) != _spelling(after[name])
            or values.get(name, self.quote(before[name].name)).lower() != self.quote(before[name].name).lower()
            for name in involved
        )


def kept_rowid(live: TableText, built: TableText) -> str | None:
    """The name by which rowids are copied, or None where there are none to keep.

    With an INTEGER PRIMARY KEY the rowid is that column; a table WITHOUT ROWID has none.
    """
    if built.counts_rowids() or any("WITHOUT ROWID" in table.ending for table in (live, built)):
        return None
    taken = {_folded(column.name) for table in (live, built) for column in table.columns}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


def _spelling(column: ColumnText) -> tuple[str | None, ...]:
    """What decides how values of a column are stored and compared."""
    collate = column.clause("collate")
    return column.type, collate.text if collate else None


def _folded(name: str) -> str:
    return name.lower()


def affinity(type_sql: str) -> str:
    """The affinity SQLite gives to a declared type (SQLite manual, "Determination Of Column Affinity")."""
    declared = type_sql.upper()
    for words, found in (
        (("INT",), "INTEGER"),
        (("CHAR", "CLOB", "TEXT"), "TEXT"),
        (("BLOB",), "BLOB"),
        (("REAL", "FLOA", "DOUB"), "REAL"),
    ):
        if any(word in declared for word in words):
            return found
    return "NUMERIC" if declared.strip() else "BLOB"


def converted(value: str, old_type: str, new_type: str) -> str:
    """SQL that gives a value the storage that its column's new type expects.

    The new column's own affinity does most of it on INSERT, and never loses anything: text that is no number stays
    text. A CAST would make 0 of it, and 2024 of the date '2024-01-31'; so CAST only does what affinity does not: bytes
    to text, anything to bytes, and cutting the fraction off a number that becomes an integer. JSON stays as it is.
    """
    old, new = affinity(old_type), affinity(new_type)
    if old == new or "JSON" in (old_type.upper(), new_type.upper()):
        return value
    if new == "BLOB" or (old, new) == ("BLOB", "TEXT"):
        return f"CAST({value} AS {new})"
    if new == "INTEGER" and old in ("REAL", "NUMERIC"):
        return f"CASE typeof({value}) WHEN 'real' THEN CAST({value} AS INTEGER) ELSE {value} END"
    return value
