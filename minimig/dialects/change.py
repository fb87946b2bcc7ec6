"""What a schema editor is told about one operation: the states around it."""

from __future__ import annotations

from dataclasses import dataclass

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
