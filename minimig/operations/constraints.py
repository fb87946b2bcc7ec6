"""Add, drop and rename constraints: primary key, unique, foreign key, check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.footprint import Footprint, Keys, columns, item, pointed_at, primary_key, sql_providers, table
from minimig.operations.keep import given
from minimig.operations.rank import Rank
from minimig.operations.tables import DropTable
from minimig.state.from_items import constraint_state, primary_key_state
from minimig.state.parts import CheckState, ConstraintState, ForeignKeyState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of


@dataclass(frozen=True, init=False)
class AddConstraint(TableOperation):
    """Add a constraint to a table that exists: what `sqlalchemy.Table` takes, given on its own."""

    constraint: ConstraintState | PrimaryKeyState
    symbol: ClassVar[str] = "+"
    rank: ClassVar[Rank] = Rank.ADD_CONSTRAINT
    folds_into_table: ClassVar[bool] = True

    def __init__(
        self,
        table: str,
        constraint: sa.Constraint | ConstraintState | PrimaryKeyState,
        *,
        schema: str | None = None,
    ) -> None:
        if isinstance(constraint, sa.PrimaryKeyConstraint | PrimaryKeyState):
            assign(self, table=table, schema=schema, constraint=primary_key_state(constraint))
            return
        if isinstance(constraint, sa.CheckConstraint) and not isinstance(constraint.name, str):
            raise StateError(f"a CHECK that is added to table {table} has no name", hint="give it one: name=...")
        assign(self, table=table, schema=schema, constraint=constraint_state(constraint, table))

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
        return DropConstraint(self.constraint.name, self.table, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.add_constraint(self.change(before, after), self.constraint)

    def describe(self) -> str:
        return f"add {_kind(self.constraint)} {_name(self.constraint)} on {self.key}"

    def fragment(self) -> str:
        return f"add_{_name(self.constraint).replace(' ', '_')}"

    def footprint(self, before: SchemaState) -> Footprint:
        changed = self.constraint.columns if isinstance(self.constraint, PrimaryKeyState) else ()
        return Footprint(
            creates=_keys(self.key, self.constraint),
            changes=columns(self.key, changed),
            reads=_reads(before, self.key, self.constraint),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if isinstance(self.constraint, PrimaryKeyState):
            return None
        if isinstance(following, DropConstraint) and following.name == self.constraint.name:
            return ()
        if isinstance(following, RenameConstraint) and following.name == self.constraint.name:
            renamed = replace(self.constraint, name=following.new_name)
            return (AddConstraint(self.table, renamed, schema=self.schema),)
        return None

    def arguments(self) -> Arguments:
        return (self.table, self.constraint), given(schema=self.schema)


@dataclass(frozen=True, init=False)
class DropConstraint(TableOperation):
    """Drop a unique, foreign-key or check constraint by name."""

    name: str
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_CONSTRAINT
    folds_into_table: ClassVar[bool] = True

    def __init__(self, name: str, table: str, *, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, name=name)

    def inner_rank(self, before: SchemaState) -> int:
        return 0 if isinstance(before[self.key].constraint(self.name), ForeignKeyState) else 1

    def edit(self, table: TableState) -> TableState:
        return table.without_constraint(self.name)

    def reverse(self, before: SchemaState) -> Operation:
        return AddConstraint(self.table, before[self.key].constraint(self.name), schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.drop_constraint(self.change(before, after), before[self.key].constraint(self.name))

    def describe(self) -> str:
        return f"drop constraint {self.name} from {self.key}"

    def fragment(self) -> str:
        return f"drop_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key].constraint(self.name)
        return Footprint(drops=frozenset({item(self.key, self.name)}), reads=_reads(before, self.key, old))

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        return (following,) if isinstance(following, DropTable) and following.key == self.key else None

    def arguments(self) -> Arguments:
        return (self.name, self.table), given(schema=self.schema)


@dataclass(frozen=True, init=False)
class DropPrimaryKey(TableOperation):
    """Drop the primary key. Its columns stay NOT NULL, but for those named in `nullable`."""

    nullable: tuple[str, ...]
    symbol: ClassVar[str] = "-"
    rank: ClassVar[Rank] = Rank.DROP_PRIMARY_KEY
    folds_into_table: ClassVar[bool] = True

    def __init__(self, table: str, *, nullable: tuple[str, ...] = (), schema: str | None = None) -> None:
        assign(self, table=table, nullable=tuple(nullable), schema=schema)

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


@dataclass(frozen=True, init=False)
class RenameConstraint(TableOperation):
    """Rename a unique, foreign-key or check constraint."""

    name: str
    new_name: str
    symbol: ClassVar[str] = "~"
    rank: ClassVar[Rank] = Rank.RENAME_CONSTRAINT
    folds_into_table: ClassVar[bool] = True

    def __init__(self, name: str, new_name: str, table: str, *, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, name=name, new_name=new_name)

    def edit(self, table: TableState) -> TableState:
        return table.with_renamed_constraint(self.name, self.new_name)

    def reverse(self, before: SchemaState) -> Operation:
        return RenameConstraint(self.new_name, self.name, self.table, schema=self.schema)

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        editor.rename_constraint(
            self.change(before, after),
            before[self.key].constraint(self.name),
            after[self.key].constraint(self.new_name),
        )

    def describe(self) -> str:
        return f"rename constraint {self.name} on {self.key} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.name}"

    def footprint(self, before: SchemaState) -> Footprint:
        old = before[self.key].constraint(self.name)
        return Footprint(
            creates=frozenset({item(self.key, self.new_name)}),
            drops=frozenset({item(self.key, self.name)}),
            reads=_reads(before, self.key, old),
        )

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropConstraint) and following.name == self.new_name:
            return (DropConstraint(self.name, self.table, schema=self.schema),)
        if isinstance(following, RenameConstraint) and following.name == self.new_name:
            if following.new_name == self.name:
                return ()
            return (RenameConstraint(self.name, following.new_name, self.table, schema=self.schema),)
        return (following,) if isinstance(following, DropTable) else None

    def arguments(self) -> Arguments:
        return (self.name, self.new_name, self.table), given(schema=self.schema)


def _reads(schema: SchemaState, key: str, constraint: ConstraintState | PrimaryKeyState) -> Keys:
    own = constraint.columns if isinstance(constraint, PrimaryKeyState) else columns_of(constraint, schema[key])
    reads = columns(key, own) | {table(key)}
    if isinstance(constraint, CheckState):
        return reads | sql_providers([constraint.expression], schema)
    return reads | pointed_at(constraint, schema) if isinstance(constraint, ForeignKeyState) else reads


def _keys(table_key: str, constraint: ConstraintState | PrimaryKeyState) -> Keys:
    if isinstance(constraint, PrimaryKeyState):
        return primary_key(table_key, constraint)
    return frozenset({item(table_key, constraint.name)})


def _kind(constraint: ConstraintState | PrimaryKeyState) -> str:
    if isinstance(constraint, PrimaryKeyState):
        return "primary key"
    if isinstance(constraint, ForeignKeyState):
        return "foreign key"
    return "check" if isinstance(constraint, CheckState) else "unique constraint"


def _name(constraint: ConstraintState | PrimaryKeyState) -> str:
    if isinstance(constraint, PrimaryKeyState):
        return f"({', '.join(constraint.columns)})" if constraint.name is None else constraint.name
    return constraint.name
