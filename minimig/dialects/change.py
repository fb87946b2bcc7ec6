"""What a schema editor is told about one operation: the states around it."""

from __future__ import annotations

from dataclasses import dataclass

from minimig.state.enums import EnumEdit
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


@dataclass(frozen=True)
class TableChange:
    """One table on its way from `old` to `new`, and the whole schema on both sides.

    Because both states are known, an editor never asks the user how a column was before, and a database that cannot
    alter a table can build the new one beside it.
    """

    before: SchemaState
    after: SchemaState
    old: TableState
    new: TableState


@dataclass(frozen=True)
class ColumnStep:
    """One of several columns that change in one operation."""

    change: TableChange
    old: ColumnState
    new: ColumnState
    fill: str | None = None
    using: str | None = None


@dataclass(frozen=True)
class EnumChange:
    """A named enum on its way, in all the columns that use it."""

    before: SchemaState
    after: SchemaState
    edit: EnumEdit
