"""Type changes that follow a foreign key: said once, by the column that the others point to.

In go the differences as the rules found them, one AlterColumn for each column; out come those that nothing implies. A
key of another type with ten columns that point to it is one operation, and the database sees one change.

(Django changes what points to a primary key without saying so in the file; Alembic has one operation for each column,
in an order that its user finds.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from minimig.operations.alter_column import AlterColumn, alter_column
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.constraints import DropConstraint
from minimig.operations.keep import Keep
from minimig.state.following import Place, followers
from minimig.state.schema import SchemaState
from minimig.state.values import SqlType


def with_followers(changes: Sequence[Operation], before: SchemaState) -> list[Operation]:
    """The changes without the type changes that others imply; those that imply them name who follows."""
    types = {place: type_ for place, type_ in map(_new_type, changes) if type_ is not None}
    if not types:
        return list(changes)
    state = _without_keys(changes, before)
    follow: dict[Place, tuple[Place, ...]] = {}
    free = set(types)
    for root in sorted(types, key=lambda place: (_points_to_one(place, types, state), str(place))):
        if root in free:
            alike = {place for place in free if types[place] == types[root] and place != root}
            follow[root] = followers(state, root, alike)
            free -= {root, *follow[root]}
    return [change for each in changes for change in _said(each, follow)]


def briefly(operations: Sequence[Operation], before: SchemaState) -> list[Operation]:
    """The operations in their order, without the names of followers where all that could follow do."""
    if not any(_new_type(operation)[1] for operation in operations):
        return list(operations)
    out: list[Operation] = []
    for operation, state in zip(operations, states(operations, before), strict=False):
        if isinstance(operation, AlterColumn) and not isinstance(operation.type, Keep):
            everybody = set(followers(state, operation.place)) == set(operation.followers(state))
            out.append(_following(operation, dict(operation.changes), follow=True) if everybody else operation)
        else:
            out.append(operation)
    return out


def _new_type(change: Operation) -> tuple[Place, SqlType | None]:
    if isinstance(change, AlterColumn) and not isinstance(change.type, Keep):
        return change.place, change.type
    return Place("", ""), None


def _points_to_one(place: Place, types: Mapping[Place, SqlType], state: SchemaState) -> bool:
    """Whether a column points to another one that changes in the same way: that one is asked first who follows."""
    return any(
        Place(key.target, target) in types
        for key in state[place.table].foreign_keys
        for own, target in zip(key.columns, key.target_columns, strict=True)
        if own == place.column and Place(key.target, target) != place
    )


def _without_keys(changes: Sequence[Operation], before: SchemaState) -> SchemaState:
    """The state when columns change: foreign keys that do not stay are gone by then."""
    tables = dict(before.tables)
    for change in changes:
        if isinstance(change, DropConstraint):
            table = tables[change.key]
            kept = {name: item for name, item in table.constraints.items() if name != change.name}
            tables[change.key] = replace(table, constraints=kept)
    return before.with_tables(tables)


def _said(change: Operation, follow: Mapping[Place, tuple[Place, ...]]) -> list[Operation]:
    """An operation as it is to be written: nothing, when all it says is implied."""
    if not isinstance(change, AlterColumn) or isinstance(change.type, Keep):
        return [change]
    fields = dict(change.changes)
    if change.place in follow:
        return [_following(change, fields, follow=tuple(map(str, follow[change.place])) or False)]
    del fields["type"]
    return [_following(change, fields, follow=True)] if fields or change.options else []


def _following(change: AlterColumn, fields: Mapping[str, Any], *, follow: bool | tuple[str, ...]) -> AlterColumn:
    return alter_column(
        change.table,
        change.column,
        fields,
        fill=change.fill,
        using=change.using,
        follow=follow,
        schema=change.schema,
        options=dict(change.options),
    )
