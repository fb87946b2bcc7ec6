"""What an operation changes from and to, in words: for lists, and for errors that have to show a difference.

In: operations with the states around them. Out: lines such as `type VARCHAR(80) -> VARCHAR(200)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minimig.operations.change_constraints import RenameConstraint
from minimig.operations.indexes import CreateIndex, RenameIndex
from minimig.operations.rename_column import RenameColumn
from minimig.revisions.replay import Change
from minimig.state.changes import table_changes

_SAY_IT_ALL = (RenameColumn, RenameConstraint, RenameIndex, CreateIndex)


def details(change: Change) -> list[str]:
    """What an operation changes, where its own words do not say it: `type VARCHAR(80) -> VARCHAR(200)`."""
    operation, home = change.operation, change.operation.home
    if home is None or isinstance(operation, _SAY_IT_ALL):
        return []
    old, new = change.before.tables.get(home), change.after.tables.get(home)
    return [] if old is None or new is None else table_changes(old, new)


def plain_lines(changes: Iterable[Change]) -> Iterator[str]:
    """Each operation with its sign, and its details below it, without colours: for the message of an error."""
    for change in changes:
        yield f"  {change.operation.symbol} {change.operation.describe()}"
        yield from (f"      {line}" for line in details(change))
