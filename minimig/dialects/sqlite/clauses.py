"""How SQLite says things, and what its ADD COLUMN takes inside a column: a CHECK, or REFERENCES for a key over it.

UNIQUE and PRIMARY KEY are refused there (SQLite manual, "ALTER TABLE ADD COLUMN"), and a constraint over several
columns has no place in one of them. Rows that exist are checked against the CHECK.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.limits import Limits
from minimig.dialects.sqlite.limits import LIMITS
from minimig.dialects.sqlite.rights import sqlite_lacks, sqlite_room
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState, ConstraintState, ForeignKeyState, IndexState, PrimaryKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.written import Item


class SQLiteClauses(SchemaEditor):
    """The part of SQLite's editor that needs no rebuild to be thought of."""

    supports_comments: ClassVar[bool] = False
    folds_case: ClassVar[bool] = True
    lacks, room = staticmethod(sqlite_lacks), staticmethod(sqlite_room)
    limits: ClassVar[Limits] = LIMITS

    def spelled(self, table: TableState) -> TableState:
        """Only foreign keys can be deferred; WITHOUT ROWID is left out while an operation has taken the key away."""
        constraints = {name: _at_once(item) for name, item in table.constraints.items()}
        key = table.primary_key
        if key is None:
            options = tuple(item for item in table.options if item[0] != "sqlite_with_rowid")
            return replace(table, constraints=constraints, options=options)
        if all(item is table.constraints[name] for name, item in constraints.items()) and not _is_deferred(key):
            return table
        return replace(table, constraints=constraints, primary_key=replace(key, deferrable=None, initially=None))

    def built(self, table: TableState) -> sa.Table:
        """As everywhere. Raises UnsupportedError for AUTOINCREMENT where SQLite does not take it."""
        built = super().built(table)
        column = next(iter(built.primary_key.columns), None)
        if not dict(table.options).get("sqlite_autoincrement") or column is None or not can_count(table):
            return built
        type_ = column.type.compile(dialect=self.dialect)
        if type_ != "INTEGER":
            raise UnsupportedError(
                f"{table.key}.{column.name} is {type_}, and SQLite takes AUTOINCREMENT for INTEGER alone",
                hint='write the type as sa.BigInteger().with_variant(sa.Integer, "sqlite"), or leave the option out',
            )
        return built

    def added_apart(self, table: TableState) -> tuple[str, ...]:
        """None: SQLite looks at what a foreign key needs when rows come, and cannot add a constraint."""
        return ()

    def rename_table(self, before: SchemaState, after: SchemaState, old: TableState, new: TableState) -> None:
        """A new name that differs by case alone is taken, by the table itself: it goes by way of another name."""
        if old.name.lower() == new.name.lower():
            between = replace(old, name=f"_minimig_{old.name}")
            super().rename_table(before, after, old, between)
            old = between
        super().rename_table(before, after, old, new)

    def brought_by_column(
        self, change: TableChange, column: ColumnState, items: Sequence[Item], fill: str | None
    ) -> tuple[Item, ...]:
        """All but indexes: a rebuild brings them, or ADD COLUMN itself."""
        return tuple(item for item in items if not isinstance(item, IndexState))

    def add_column_clause(self, change: TableChange, column: ColumnState, extra: str = "") -> str:
        said = super().add_column_clause(change, column, extra)
        return " ".join([said, *(self._in_column(change.new, each) for each in brought_constraints(change))])

    def _in_column(self, table: TableState, constraint: ConstraintState) -> str:
        built = self.built(self.excerpt_for(table, constraint))
        return in_column(self.built_constraint(built, constraint.name), self.ddl_compiler())


def can_count(table: TableState) -> bool:
    """Whether SQLAlchemy writes AUTOINCREMENT when told to: for one key column of integers that points nowhere."""
    key = table.primary_key.columns if table.primary_key else ()
    pointing = any(name in foreign.columns for foreign in table.foreign_keys for name in key)
    affinity: Any = table.columns[key[0]].type.sa_type._type_affinity if len(key) == 1 else object  # noqa: SLF001
    return len(key) == 1 and issubclass(affinity, sa.Integer) and not pointing


def brought_constraints(change: TableChange) -> tuple[ConstraintState, ...]:
    """The constraints that a new column brings along."""
    return tuple(c for name, c in change.new.constraints.items() if name not in change.old.constraints)


def stands_in_column(constraint: ConstraintState, table: TableState, column: str) -> bool:
    """Whether a constraint can be said inside a column that is being added."""
    return not isinstance(constraint, UniqueState) and columns_of(constraint, table) == (column,)


def in_column(constraint: sa.Constraint, compiler: Any) -> str:
    """The constraint as it stands inside a column, where a foreign key does not name the column again."""
    said: str = compiler.process(constraint)
    if isinstance(constraint, sa.ForeignKeyConstraint):
        before, _, after = said.partition("FOREIGN KEY")
        return f"{before}REFERENCES{after.partition(' REFERENCES')[2]}"
    return said


def _is_deferred(item: PrimaryKeyState | UniqueState) -> bool:
    return (item.deferrable, item.initially) != (None, None)


def _at_once(constraint: ConstraintState) -> ConstraintState:
    if isinstance(constraint, UniqueState) and _is_deferred(constraint):
        return replace(constraint, deferrable=None, initially=None)
    if isinstance(constraint, ForeignKeyState) and (constraint.initially, constraint.match) != (None, None):
        # SQLite reads MATCH and does nothing with it, and takes INITIALLY only behind DEFERRABLE.
        deferred = (constraint.initially or "").upper() == "DEFERRED"
        if constraint.deferrable is None and not deferred:
            return replace(constraint, match=None, initially=None)
        return replace(constraint, match=None, deferrable=True if deferred else constraint.deferrable)
    return constraint
