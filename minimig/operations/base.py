"""What an operation is: one change, as a frozen value that can answer a handful of questions.

    state_forwards(state)                    the state after it
    reverse(before)                          the operation that leads back
    database_forwards(editor, before, after) the statements, through the schema editor
    describe(), symbol, fragment()           words for people and for file names
    footprint(before)                        what it creates, drops, changes and reads
    rank, home                               its place in a file, and the table or object it belongs to
    named(convention)                        itself, with the names that nobody wrote
    absorb(following)                        one operation in place of two, where that is possible

Going down is not a second implementation: it executes `reverse(before)`. Ordering, optimizing and merging branches all
follow from the footprint. To add an operation, subclass `Operation` as a frozen dataclass whose fields are its
arguments; the writer, the executor and the planner need to know nothing about it. (In Django each operation has a hand-
written `database_backwards`; in Alembic an operation is bare data, and its execution, rendering and reversal live
elsewhere.)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.offenders import Offenders
from minimig.dialects.rights import Need
from minimig.dialects.walk import Walk
from minimig.operations.footprint import EVERYTHING, Footprint
from minimig.operations.needs import needs_of
from minimig.operations.rank import Rank
from minimig.state.conditional import on_dialect
from minimig.state.parts import ColumnState, ConstraintState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, table_key
from minimig.state.written import Convention

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
"""Positional and keyword arguments of the call that builds an operation, as the writer prints them."""


@dataclass(frozen=True)
class Operation(ABC):
    """Base of all operations. The defaults suit an operation that changes no state and touches everything."""

    symbol: ClassVar[str] = "?"
    """`+` adds, `-` removes, `~` changes, `p` runs Python, `s` runs SQL, `?` something else."""

    rank: ClassVar[Rank] = Rank.OTHER
    """Where it is read in a file, as far as its footprint leaves a choice."""

    @property
    def has_open_names(self) -> bool:
        """Whether something in it has a name that nobody wrote, on which `named` decides."""
        return False

    def named(self, convention: Convention) -> Operation:
        """The operation with its open names as a naming convention has them."""
        return self

    def state_forwards(self, state: SchemaState) -> SchemaState:
        """The state after this operation. Raises StateError when it does not fit."""
        return state

    @abstractmethod
    def reverse(self, before: SchemaState) -> Operation:
        """The operation that leads from the state after back to `before`. Raises IrreversibleError."""

    @abstractmethod
    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        """Execute this operation through the schema editor."""

    def execute(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        """Execute it on the editor's database: nothing where it only concerns what other databases have."""
        here = states_here(editor, before, after)
        if here is not None:
            self.database_forwards(editor, *here)

    @property
    def runs_code(self) -> bool:
        """Whether it hands the connection to a function of the project's own, which sends what it likes."""
        return False

    @property
    def runs_sql(self) -> bool:
        """Whether it sends SQL of the project's own, which may not be allowed in a transaction."""
        return False

    @property
    def in_batches(self) -> bool:
        """Whether a live run carries it out some rows at a time, each batch in a transaction of its own: see `walk`."""
        return False

    def walk(self, editor: SchemaEditor, after: SchemaState) -> Walk:
        """How an operation that runs in batches goes along its table; no other one is asked."""
        raise NotImplementedError(f"{type(self).__name__} does not run in batches")

    def offenders(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> tuple[Offenders, ...]:
        """Queries for rows that would make it fail; see `dialects.offenders`."""
        return ()

    def needs(self, before: SchemaState, after: SchemaState) -> tuple[Need, ...]:
        """What its user must be allowed to do; see `operations.needs`. In doubt nothing: a lack stops a run."""
        touched = self.footprint(before)
        return () if touched.everything else needs_of(touched, self.home, before, after)

    @property
    def hands_out_rights(self) -> bool:
        """Whether its user may be allowed more, or less, behind it, or be another one."""
        return self.runs_code or self.runs_sql

    def probe(self, connection: sa.Connection, after: SchemaState) -> bool | None:
        """Whether it has taken effect, where the project's own code can tell; None where nobody can."""
        return None

    @property
    def alone(self) -> bool:
        """Whether it is written into a file of its own, since some database runs it outside a transaction."""
        return False

    @property
    def left_out_of_squashes(self) -> bool:
        """Whether a squash leaves it out: a data step that a database without rows has no need of."""
        return False

    def steps_outside(self, editor: SchemaEditor) -> bool:
        """Whether it runs outside the migration's transaction on this database, so that what is before it stays."""
        return False

    @property
    def home(self) -> str | None:
        """The key of the table or object that it belongs to, and whose app it goes to; None when there is none."""
        return None

    def inner_rank(self, before: SchemaState) -> int:
        """The place among operations of the same rank; those of one place are read table by table."""
        return 0

    def describe(self) -> str:
        """One line for people, such as `add column posts.slug`."""
        return type(self).__name__

    def fragment(self) -> str | None:
        """A piece of a file name, such as `add_slug_to_posts`; None when this operation has no short name."""
        return None

    def footprint(self, before: SchemaState) -> Footprint:
        """What this operation touches. In doubt everything: a wrong "nothing" would reorder what must not be."""
        return EVERYTHING

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        """The operations that can stand for this one and `following`, or None when the two stay."""
        return None

    def arguments(self) -> Arguments:
        """The call that builds this operation; fields that equal their default are left out."""
        return (), {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


def states_here(
    editor: SchemaEditor, before: SchemaState, after: SchemaState
) -> tuple[SchemaState, SchemaState] | None:
    """The states as the editor's database has them; None where what changes is only in others."""
    old, new = (on_dialect(state, editor.dialect.name) for state in (before, after))
    nothing = (old is not before or new is not after) and old == new and before != after
    return None if nothing else (old, new)


@dataclass(frozen=True)
class TableOperation(Operation):
    """An operation at home in one table. A subclass says how it edits that table, and the rest follows."""

    table: str
    schema: str | None

    folds_into_table: ClassVar[bool] = False
    """Whether all it does is `edit` its table, so that CreateTable can do it in advance on a table without rows."""

    @property
    def key(self) -> str:
        """The key of the table it is at home in."""
        return table_key(self.table, self.schema)

    @property
    def home(self) -> str:
        return self.key

    def edit(self, table: TableState) -> TableState:
        """The table after this operation; one that changes more than its table overrides `state_forwards` instead."""
        return table

    def state_forwards(self, state: SchemaState) -> SchemaState:
        return state.edited(self.key, self.edit)

    def change(self, before: SchemaState, after: SchemaState) -> TableChange:
        """The table before and after, for the editor."""
        return TableChange(before, after, before[self.key], after[self.key])


@dataclass(frozen=True)
class ColumnOperation(TableOperation):
    """An operation at home in one column that exists."""

    column: str

    @property
    def fill_for_rows(self) -> str | None:
        """SQL that it gives to rows without a value; None when it gives none."""
        return None

    def folds_into(self, column: ColumnState, fill: str | None) -> bool:
        """Whether a column that is only being added, its rows filled with `fill`, can be added as it is after this.

        The rows must end up with the same values either way.
        """
        return True

    @abstractmethod
    def edit_column(self, column: ColumnState) -> ColumnState | None:
        """The column after this operation; None when it is gone."""


@dataclass(frozen=True)
class ConstraintOperation(TableOperation):
    """An operation at home in one constraint that exists; `name` is None for a primary key without a name."""

    name: str | None

    @abstractmethod
    def edit_constraint(self, constraint: ConstraintState) -> ConstraintState | None:
        """The constraint after this operation; None when it is gone."""


def assign(operation: Operation, **values: Any) -> None:
    """Set the fields of a frozen operation from a hand-written `__init__`.

    Operations take SQLAlchemy objects as people write them and keep states: that conversion is what the hand-written
    constructors are for.
    """
    for name, value in values.items():
        object.__setattr__(operation, name, value)
