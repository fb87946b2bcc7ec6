"""An editor for databases that change a column only while nothing is built on it.

What is in the way is known from the states on both sides (`dependents`): it is taken away before the change and put
back after it, as it is then.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from sqlalchemy.schema import AddConstraint

from minimig.dialects.change import TableChange
from minimig.dialects.dependents import Dependents, dependents_of
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.excerpt import holding
from minimig.state.parts import ColumnState, ForeignKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


class AsideEditor(SchemaEditor):
    """A schema editor with two more verbs: take away, put back."""

    def holds(self, schema: SchemaState, table: TableState, key: ForeignKeyState) -> bool:
        """Whether the database can have this foreign key: it may want both sides to be of one type."""
        return True

    @abstractmethod
    def drop_primary_key_sql(self, table: TableState) -> None:
        """Drop the primary key and nothing else."""

    def take_away(self, change: TableChange, found: Dependents) -> None:
        """Drop what is in the way: what builds on others first."""
        with self.because("a column changes only while nothing is built on it: this steps aside"):
            for holder, key in found.foreign_keys:
                if self.holds(change.before, holder, key):
                    self.drop_constraint_sql(holder, key.name)
            for index in found.indexes:
                self.drop_index(change, index)
            for constraint in found.constraints:
                self.drop_constraint_sql(change.old, constraint.name)
            if found.primary_key is not None:
                self.drop_primary_key_sql(change.old)
            for column in found.computed:
                self.drop_column(change, column)

    def put_back(self, change: TableChange, found: Dependents) -> None:
        """Make it again, in the opposite order. A foreign key whose sides do not fit now comes when they do."""
        with self.because("what stepped aside for the column comes back"):
            for column in found.computed:
                self.add_column_sql(change, column)
            built = self.built(change.new)
            if found.primary_key is not None:
                self.execute(self.compile(AddConstraint(built.primary_key)))
            for constraint in found.constraints:
                self.execute(self.compile(AddConstraint(self.built_constraint(built, constraint.name))))
            for index in found.indexes:
                self.execute(self.create_index_sql(built, index.name))
            for holder, key in found.foreign_keys:
                if self.holds(change.after, holder, key):
                    self.execute(self.compile(AddConstraint(self.built_constraint(self.built(holder), key.name))))

    def compute_again(self, change: TableChange, old: ColumnState, new: ColumnState) -> None:
        """A computed column is not altered: dropped and added again it has the values that it should have."""
        if replace(old, comment=None) == replace(new, comment=None):
            self.comment_column(change.new, new, old.comment)
            return
        self.take_away(change, dependents_of(change.before, change.old, old.name))
        self.drop_column(change, old)
        self.add_column_sql(change, new)
        self.put_back(change, dependents_of(change.after, change.new, new.name))

    def added_type_checks(self, table: TableState, column: ColumnState) -> dict[str, str]:
        """Names of the CHECKs that come with a column's type, and the statements that add them."""
        checks = self.checks_of_type(holding(table, column), column.name)
        return {str(check.name): self.compile(AddConstraint(check)) for check in checks}

    def renamed_type_checks(self, old: TableState, new: TableState) -> dict[str, str]:
        """CHECKs that come with a type are named for table and column: their names before and after a rename."""
        return {
            str(check.name): str(renamed.name)
            for before, after in zip(old.columns, new.columns, strict=True)
            for check, renamed in zip(self.checks_of_type(old, before), self.checks_of_type(new, after), strict=True)
            if check.name != renamed.name
        }
