"""Add and drop constraints: primary key, unique, foreign key, check, exclude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import Offenders
from minimig.dialects.presence import if_missing, if_there
from minimig.errors import StateError
from minimig.operations.about_constraints import keys_of, kind_of, meaningless, name_of, reads_of
from minimig.operations.base import Arguments, ConstraintOperation, Operation, TableOperation, assign
from minimig.operations.footprint import (
    Footprint,
    columns,
    item,
    primary_key,
    table,
    unique_keys,
)
from minimig.operations.keep import given
from minimig.operations.offending import offending
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.operations.which_constraint import Kind, meant, refuse_vague
from minimig.state.options import NOT_VALID
from minimig.state.parts import CheckState, ConstraintState, ForeignKeyState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.written import Convention, item_named_by, item_state


@dataclass(frozen=True, init=False)
class AddConstraint(TableOperation):
    """Add a constraint to a table that exists: what `sqlalchemy.Table` takes, given on its own.

    With `not_valid` PostgreSQL holds a foreign key or CHECK against new rows only, until `ValidateConstraint`: the
    table is locked for a moment instead of for as long as its rows take to read. Other databases check at once.
    """

    constraint: ConstraintState | PrimaryKeyState
    if_not_exists: bool
    open: bool = field(compare=False, repr=False)
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.ADD_CONSTRAINT
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        table: str,
        constraint: sa.Constraint | ConstraintState | PrimaryKeyState,
        *,
        not_valid: bool = False,
        schema: str | None = None,
        if_not_exists: bool = False,
    ) -> None:
        if isinstance(constraint, sa.CheckConstraint) and not isinstance(constraint.name, str):
            raise StateError(f"a CHECK that is added to table {table} has no name", hint="give it one: name=...")
        state, is_open = item_state(constraint, table, schema)
        if isinstance(state, IndexState):
            raise StateError(f"{state.name} of table {table} is an index", hint="write ops.CreateIndex(...)")
        if not_valid and isinstance(state, ForeignKeyState | CheckState):
            state = replace(state, options=tuple(sorted({*state.options, NOT_VALID})))
        elif not_valid or (if_not_exists and isinstance(state, PrimaryKeyState)):
            raise meaningless("not_valid" if not_valid else "if_not_exists", kind_of(state), table)
        assign(self, table=table, schema=schema, constraint=state, if_not_exists=if_not_exists, open=is_open)

    @property
    def has_open_names(self) -> bool:
        return self.open

    def named(self, convention: Convention) -> Operation:
        named: Any = item_named_by(self.constraint, self.table, self.schema, convention)
        return AddConstraint(self.table, named, schema=self.schema, if_not_exists=self.if_not_exists)

    def inner_rank(self, before: SchemaState) -> int:
        return 1 if isinstance(self.constraint, ForeignKeyState) else 0

    def edit(self, table: TableState) -> TableState:
        if isinstance(self.constraint, PrimaryKeyState):
            return table.with_primary_key(self.constraint)
        return table.with_constraint(self.constraint)

    def reverse(self, before: SchemaState) -> Operation:
        if isinstance(self.constraint, PrimaryKeyState):
            old = before[self.key]
            was_nullable = tuple(name for name in self.constraint.columns if old.column(name).nullable)
            return DropPrimaryKey(self.table, nullable=was_nullable, schema=self.schema)
        return DropConstraint(self.constraint.name, self.table, schema=self.schema, if_exists=self.if_not_exists)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        missing = if_missing(self.if_not_exists, "constraint", change.old, self.constraint.name or "")
        editor.under(missing, lambda: editor.add_constraint(change, self.constraint))

    def offenders(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> tuple[Offenders, ...]:
        return () if self.if_not_exists else offending(editor, before, self.key, self.constraint)

    def describe(self) -> str:
        return f"add {kind_of(self.constraint)} {name_of(self.constraint)} on {self.key}"

    def fragment(self) -> str:
        return f"add_{name_of(self.constraint).replace(' ', '_')}"

    def footprint(self, before: SchemaState) -> Footprint:
        changed = self.constraint.columns if isinstance(self.constraint, PrimaryKeyState) else ()
        return Footprint(
            creates=keys_of(self.key, self.constraint),
            changes=columns(self.key, changed),
            reads=reads_of(before, self.key, self.constraint),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if isinstance(self.constraint, PrimaryKeyState) or self.if_not_exists:
            return None
        if isinstance(following, ConstraintOperation) and following.name == self.constraint.name:
            edited = following.edit_constraint(self.constraint)
            return () if edited is None else (AddConstraint(self.table, edited, schema=self.schema),)
        return None

    def arguments(self) -> Arguments:
        constraint, not_valid = self.constraint, NOT_VALID in self.constraint.options
        if not_valid:
            constraint = replace(constraint, options=tuple(o for o in constraint.options if o != NOT_VALID))
        named = {"not_valid": True} if not_valid else {}
        return (self.table, constraint), {**named, **given(schema=self.schema, if_not_exists=self.if_not_exists)}


@dataclass(frozen=True, init=False)
class DropConstraint(ConstraintOperation):
    """Drop any constraint but the primary key: by name, or by what it is and the columns it is over.

    `ops.DropConstraint(None, "posts", kind="unique", columns=["slug"])` finds the name in the state, whoever gave it.
    """

    name: str | None
    kind: Kind | None
    columns: tuple[str, ...]
    if_exists: bool
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_CONSTRAINT
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        name: str | None,
        table: str,
        *,
        kind: Kind | None = None,
        columns: Sequence[str] = (),
        schema: str | None = None,
        if_exists: bool = False,
    ) -> None:
        if name is None:
            refuse_vague(table, kind, columns)
        assign(self, table=table, schema=schema, name=name, kind=kind, columns=tuple(columns), if_exists=if_exists)

    def found(self, table: TableState) -> ConstraintState:
        """The constraint that is meant. Raises StateError when there is none, or more than one."""
        return table.constraint(self.name) if self.name else meant(table, self.kind, self.columns)

    def inner_rank(self, before: SchemaState) -> int:
        return 0 if isinstance(self.found(before[self.key]), ForeignKeyState) else 1

    def edit(self, table: TableState) -> TableState:
        return table.without_constraint(self.found(table).name)

    def edit_constraint(self, constraint: ConstraintState) -> None:
        return None

    def reverse(self, before: SchemaState) -> Operation:
        old = self.found(before[self.key])
        return AddConstraint(self.table, old, schema=self.schema, if_not_exists=self.if_exists)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        change = self.change(before, after)
        old = self.found(change.old)
        there = if_there(self.if_exists, "constraint", change.old, old.name)
        editor.under(there, lambda: editor.drop_constraint(change, old))

    def describe(self) -> str:
        said = self.name or f"{self.kind} over {', '.join(self.columns)}"
        return f"drop constraint {said} from {self.key}"

    def fragment(self) -> str:
        return f"drop_{self.name or '_'.join([str(self.kind), *self.columns])}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = self.found(before[self.key])
        return Footprint(drops=frozenset({item(self.key, old.name)}), reads=reads_of(before, self.key, old))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        how = {} if self.name is not None else {"kind": self.kind, "columns": list(self.columns)}
        return (self.name, self.table), {**how, **given(schema=self.schema, if_exists=self.if_exists)}


@dataclass(frozen=True, init=False)
class DropPrimaryKey(TableOperation):
    """Drop the primary key. Its columns stay NOT NULL, but for those named in `nullable`."""

    nullable: tuple[str, ...]
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_PRIMARY_KEY
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, *, nullable: tuple[str, ...] = (), schema: str | None = None) -> None:
        assign(self, table=table, nullable=tuple(nullable), schema=schema)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        """As usual. Raises StateError while a foreign key points to it that nothing else would serve."""
        after = super().state_forwards(state)
        gone = frozenset(state[self.key].key_or_error().columns)
        left = {over for _, over in unique_keys(after[self.key])}
        pointing = [
            f"{holder.key}.{key.name}"
            for holder, key in state.references_to(self.key)
            if frozenset(key.target_columns) == gone and gone not in left
        ]
        if pointing:
            raise StateError(
                f"the primary key of {self.key} cannot be dropped: foreign key {', '.join(pointing)} points to it",
                hint="drop the foreign key before, and add it again once there is another key over what it points to",
            )
        return after

    def edit(self, table: TableState) -> TableState:
        return table.without_primary_key(self.nullable)

    def reverse(self, before: SchemaState) -> Operation:
        return AddConstraint(self.table, before[self.key].key_or_error(), schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.drop_primary_key(self.change(before, after))

    def describe(self) -> str:
        return f"drop primary key of {self.key}"

    def fragment(self) -> str:
        return f"drop_primary_key_of_{self.table}"

    def footprint(self, before: SchemaState) -> Footprint:
        key = before[self.key].primary_key
        return Footprint(
            drops=primary_key(self.key, key),
            changes=columns(self.key, self.nullable),
            reads=columns(self.key, key.columns if key else ()) | {table(self.key)},
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        return (self.table,), {
            **({"nullable": self.nullable} if self.nullable else {}),
            **given(schema=self.schema),
        }
