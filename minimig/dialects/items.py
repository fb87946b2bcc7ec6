"""The part of a schema editor that speaks of what a table has besides columns: its keys, constraints and indexes.

Standard SQL, close to PostgreSQL's; see `editor` for how a dialect makes it its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import ClassVar

from sqlalchemy.schema import AddConstraint

from minimig.dialects.change import TableChange
from minimig.dialects.enum_rows import EnumRows
from minimig.errors import UnsupportedError
from minimig.state.parts import ConstraintState, IndexState, PrimaryKeyState
from minimig.state.tables import TableState


class ItemEditor(EnumRows, ABC):
    """Adds, drops and renames keys, constraints and indexes."""

    builds_indexes_outside: ClassVar[bool] = False
    """Whether indexes that are built while others write must be built outside a transaction."""

    def outside_transaction(self) -> AbstractContextManager[None]:
        """Around a statement that no transaction may hold: what was done so far is committed, and a new one follows.

        An operation that may do this says so by `steps_outside`. Raises UnsupportedError when the transaction is the
        caller's.
        """
        self.finish()
        return self.output.outside_transaction()

    # --- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, change: TableChange, constraint: ConstraintState | PrimaryKeyState) -> None:
        """Add a primary key, unique, foreign-key or check constraint."""
        if isinstance(constraint, PrimaryKeyState):
            built = self.built(self.excerpt(change.new, constraint.columns))
            self.execute(self.compile(AddConstraint(built.primary_key)))
        else:
            built = self.built(self.excerpt_for(change.new, constraint))
            self.execute(self.compile(AddConstraint(self.built_constraint(built, constraint.name))))

    def drop_constraint(self, change: TableChange, constraint: ConstraintState) -> None:
        """Drop a unique, foreign-key or check constraint."""
        self.drop_constraint_sql(change.old, constraint.name)

    def drop_constraint_sql(self, table: TableState, name: str) -> None:
        """ALTER TABLE ... DROP CONSTRAINT ..."""
        self.execute(f"{self.alter(table)} DROP CONSTRAINT {self.quote_constraint(name)}")

    @abstractmethod
    def drop_primary_key(self, change: TableChange) -> None:
        """Drop the primary key; columns in the new state that are nullable become so."""

    def rename_constraint(self, change: TableChange, old: ConstraintState, new: ConstraintState) -> None:
        """Rename a constraint."""
        self.rename_constraint_sql(change.new, old.name, new.name)

    def rename_primary_key(self, change: TableChange) -> None:
        """Give the primary key another name; None is the one that the database gives by itself."""
        old, new = change.old.key_or_error().name, change.new.key_or_error().name
        if old is None or new is None:
            raise UnsupportedError(
                f"the primary key of {change.new.key} cannot be renamed: the name that {self.dialect.name} gives to"
                " one by itself is not known",
                hint="write ops.DropPrimaryKey and ops.AddConstraint instead",
            )
        self.rename_constraint_sql(change.new, old, new)

    def rename_constraint_sql(self, table: TableState, old: str, new: str) -> None:
        """ALTER TABLE ... RENAME CONSTRAINT ..."""
        names = f"{self.quote_constraint(old)} TO {self.quote_constraint(new)}"
        self.execute(f"{self.alter(table)} RENAME CONSTRAINT {names}")

    def validate_constraint(self, change: TableChange, name: str) -> None:
        """Hold a constraint that was added NOT VALID against the rows. Where that does not exist, it is valid."""

    # --- indexes ------------------------------------------------------------------------------------------------------

    def create_index(self, change: TableChange, index: IndexState) -> None:
        """Create an index."""
        self.execute(self.index_sql(change.new, index))

    def index_sql(self, table: TableState, index: IndexState) -> str:
        """CREATE INDEX for an index of the table."""
        part = self.excerpt_for(table, index)
        return self.said(f"index {index.name}", part, lambda built: self.create_index_sql(built, index.name))

    def drop_index(self, change: TableChange, index: IndexState) -> None:
        """Drop an index."""
        self.execute(f"DROP INDEX {self.qualified(change.old.schema, index.name)}")

    def rename_index(self, change: TableChange, old: IndexState, new: IndexState) -> None:
        """Rename an index."""
        old_name = self.qualified(change.new.schema, old.name)
        self.execute(f"ALTER INDEX {old_name} RENAME TO {self.quote_constraint(new.name)}")
