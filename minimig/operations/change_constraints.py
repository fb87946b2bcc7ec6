"""Change a constraint that stays: rename it, or validate it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from minimig.dialects.editor import SchemaEditor
from minimig.errors import StateError
from minimig.operations.about_constraints import reads_of
from minimig.operations.base import Arguments, ConstraintOperation, Operation, assign
from minimig.operations.constraints import DropConstraint
from minimig.operations.footprint import Footprint, item
from minimig.operations.keep import given
from minimig.operations.rank import Rank
from minimig.operations.rename_item import RenameItem
from minimig.operations.tables import DropTable
from minimig.state.options import NOT_VALID
from minimig.state.parts import CheckState, ConstraintState, ForeignKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


@dataclass(frozen=True, init=False)
class RenameConstraint(RenameItem["str | None"], ConstraintOperation):
    """Rename a constraint, the primary key included.

    A primary key may have the name that the database gives by itself; None stands for that one, on either side:
    `RenameConstraint(None, "pk_posts", "posts")`.
    """

    rank: ClassVar[Rank] = Rank.RENAME_CONSTRAINT
    noun: ClassVar[str] = "constraint"

    def edit(self, table: TableState) -> TableState:
        if self._is_of_key(table):
            return table.with_renamed_primary_key(self.new_name)
        return table.with_renamed_constraint(str(self.name), self._new_name)

    def edit_constraint(self, constraint: ConstraintState) -> ConstraintState:
        return replace(constraint, name=self._new_name)

    @property
    def _new_name(self) -> str:
        if self.new_name is None:
            raise StateError(
                f"constraint {self.name} of table {self.key} is not the primary key, and must have a name",
                hint="None is the primary key's own name: give the constraint another",
            )
        return self.new_name

    def _is_of_key(self, table: TableState) -> bool:
        return self.name not in table.constraints and table.key_or_error().name == self.name

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        if self._is_of_key(change.old):
            editor.rename_primary_key(change)
        else:
            editor.rename_constraint(
                change, change.old.constraint(str(self.name)), change.new.constraint(self._new_name)
            )

    def describe(self) -> str:
        if self.name is None:
            return f"name the primary key of {self.key} {self.new_name}"
        return super().describe() if self.new_name else f"give the primary key {self.name} of {self.key} its own name"

    def fragment(self) -> str:
        return f"rename_{self.name or self.new_name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key]
        of_key = self._is_of_key(old)
        return Footprint(
            creates=frozenset({item(self.key, self.new_name)}) if self.new_name else frozenset(),
            drops=frozenset({item(self.key, self.name)}) if self.name else frozenset(),
            changes=frozenset({item(self.key, "")}) if of_key else frozenset(),
            reads=reads_of(before, self.key, old.key_or_error() if of_key else old.constraint(str(self.name))),
        )

    def dropped(self, following: Operation) -> Operation | None:
        if isinstance(following, DropConstraint) and self.name is not None and self.new_name is not None:
            return replace(following, name=self.name) if following.name == self.new_name else None
        return None


@dataclass(frozen=True, init=False)
class ValidateConstraint(ConstraintOperation):
    """Hold a foreign key or CHECK that was added with `not_valid` against the rows that were there before it.

    Only PostgreSQL tells the two apart; elsewhere a constraint is valid from the start and nothing is done. The way
    back, `valid=False`, is one of the state alone: what PostgreSQL has found valid stays so.
    """

    name: str
    valid: bool
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.ADD_CONSTRAINT
    folds_into_table: ClassVar[bool] = True

    def __init__(self, name: str, table: str, *, valid: bool = True, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, name=name, valid=valid)

    def edit(self, table: TableState) -> TableState:
        edited = self.edit_constraint(table.constraint(self.name))
        return replace(table, constraints={**table.constraints, self.name: edited})

    def edit_constraint(self, constraint: ConstraintState) -> ConstraintState:
        if not isinstance(constraint, ForeignKeyState | CheckState):
            raise StateError(f"constraint {constraint.name} of table {self.key} is no foreign key or CHECK")
        if (NOT_VALID in constraint.options) is not self.valid:
            state = "valid already" if self.valid else "not valid already"
            raise StateError(f"constraint {self.name} of table {self.key} is {state}", hint="leave the operation out")
        rest = [option for option in constraint.options if option != NOT_VALID]
        return replace(constraint, options=tuple(rest if self.valid else sorted([*rest, NOT_VALID])))

    def reverse(self, before: SchemaState) -> Operation:
        return replace(self, valid=not self.valid)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        if self.valid:
            editor.validate_constraint(self.change(before, after), self.name)

    def describe(self) -> str:
        return f"{'validate' if self.valid else 'forget that it was validated:'} constraint {self.name} on {self.key}"

    def fragment(self) -> str:
        return f"validate_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        changes = frozenset({item(self.key, self.name)})
        return Footprint(changes=changes, reads=reads_of(before, self.key, before[self.key].constraint(self.name)))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if isinstance(following, DropTable) and following.key == self.key:
            return (following,)
        if not isinstance(following, ConstraintOperation) or (following.key, following.name) != (self.key, self.name):
            return None
        if isinstance(following, ValidateConstraint):
            return ()
        return (following,) if isinstance(following, DropConstraint) else None

    def arguments(self) -> Arguments:
        valid = {} if self.valid else {"valid": False}
        return (self.name, self.table), {**valid, **given(schema=self.schema)}
