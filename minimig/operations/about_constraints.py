"""What constraints touch, and what they are called: shared by the operations that add, drop and change them."""

from __future__ import annotations

from minimig.errors import StateError
from minimig.operations.footprint import (
    Keys,
    columns,
    item,
    pointed_at,
    primary_key,
    sql_providers,
    table,
)
from minimig.state.parts import CheckState, ConstraintState, ExcludeState, ForeignKeyState, PrimaryKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import columns_of


def reads_of(schema: SchemaState, key: str, constraint: ConstraintState | PrimaryKeyState) -> Keys:
    """What a constraint of table `key` needs: its columns, and what a foreign key points to."""
    own = constraint.columns if isinstance(constraint, PrimaryKeyState) else columns_of(constraint, schema[key])
    reads = columns(key, own) | {table(key)}
    if isinstance(constraint, CheckState):
        return reads | sql_providers([constraint.expression], schema)
    return reads | pointed_at(constraint, schema) if isinstance(constraint, ForeignKeyState) else reads


def meaningless(argument: str, kind: str, table: str) -> StateError:
    """The error for an argument that a constraint of this kind cannot have."""
    reasons = {
        "not_valid": "only a foreign key or CHECK can wait to be validated",
        "if_not_exists": "a key has no name to look for",
    }
    return StateError(
        f"a {kind} is added to table {table} with {argument}, but {reasons[argument]}", hint=f"leave {argument} out"
    )


def keys_of(table_key: str, constraint: ConstraintState | PrimaryKeyState) -> Keys:
    """The keys of a constraint as a thing of its own."""
    if isinstance(constraint, PrimaryKeyState):
        return primary_key(table_key, constraint)
    return frozenset({item(table_key, constraint.name)})


def kind_of(constraint: ConstraintState | PrimaryKeyState) -> str:
    """What a constraint is called."""
    if isinstance(constraint, PrimaryKeyState):
        return "primary key"
    if isinstance(constraint, ForeignKeyState):
        return "foreign key"
    if isinstance(constraint, ExcludeState):
        return "exclude constraint"
    return "check" if isinstance(constraint, CheckState) else "unique constraint"


def name_of(constraint: ConstraintState | PrimaryKeyState) -> str:
    """How a constraint is named in words."""
    if isinstance(constraint, PrimaryKeyState):
        return f"({', '.join(constraint.columns)})" if constraint.name is None else constraint.name
    return constraint.name
