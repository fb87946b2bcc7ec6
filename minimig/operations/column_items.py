"""What comes and goes with a column: keys, constraints and indexes over it, each as the operation it would be alone."""

from __future__ import annotations

from minimig.errors import StateError
from minimig.operations.base import Operation
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey
from minimig.operations.indexes import CreateIndex, DropIndex
from minimig.state.parts import ForeignKeyState, IndexState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of
from minimig.state.written import Item


def adding(item: Item, table: str, schema: str | None) -> Operation:
    """The operation that adds an item."""
    if isinstance(item, IndexState):
        return CreateIndex(item, table, schema=schema)
    return AddConstraint(table, item, schema=schema)


def dropping(item: Item, table: str, schema: str | None) -> Operation:
    """The operation that drops an item."""
    if isinstance(item, PrimaryKeyState):
        return DropPrimaryKey(table, schema=schema)
    if isinstance(item, IndexState):
        return DropIndex(item.name, table, schema=schema)
    return DropConstraint(item.name, table, schema=schema)


def refuse_loose(item: Item, table: TableState) -> None:
    """Raise StateError for a primary key over a column that is nullable now: it would not become so again."""
    if isinstance(item, PrimaryKeyState):
        loose = [name for name in item.columns if name in table.columns and table.column(name).nullable]
        if loose:
            raise StateError(
                f"{table.key}.{loose[0]} is nullable, and would not be so again when the new column is dropped",
                hint="make it NOT NULL with ops.AlterColumn before, or add the key with ops.AddConstraint",
            )


def with_item(table: TableState, item: Item) -> TableState:
    """The table with one item more."""
    if isinstance(item, PrimaryKeyState):
        return table.with_primary_key(item)
    return table.with_index(item) if isinstance(item, IndexState) else table.with_constraint(item)


def without_item(table: TableState, item: Item) -> TableState:
    """The table with one item less; columns of a primary key stay NOT NULL."""
    if isinstance(item, PrimaryKeyState):
        return table.without_primary_key()
    return table.without_index(item.name) if isinstance(item, IndexState) else table.without_constraint(item.name)


def items_over(table: TableState, column: str) -> tuple[Item, ...]:
    """The items that use a column, foreign keys first: a database may need the rest to hold them."""
    key = table.primary_key
    found: list[Item] = [c for c in table.constraints.values() if column in columns_of(c, table)]
    found += [index for index in table.indexes.values() if column in columns_of(index, table)]
    found += [key] if key is not None and column in key.columns else []
    return tuple(sorted(found, key=lambda item: not isinstance(item, ForeignKeyState)))


def refuse_pointed_at(state: SchemaState, key: str, column: str) -> None:
    """Raise StateError when a foreign key points to the column."""
    pointing = [f"{t.key}.{fk.name}" for t, fk in state.references_to(key) if column in fk.target_columns]
    if pointing:
        raise StateError(
            f"column {key}.{column} cannot be dropped: foreign key {', '.join(pointing)} points to it",
            hint="drop the foreign key in an operation before this one",
        )
