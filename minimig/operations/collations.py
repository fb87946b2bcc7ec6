"""Create and drop collations of PostgreSQL; on other databases nothing happens.

PostgreSQL changes nothing in a collation but its name, so a change is a drop and a creation, or better, a new name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.objects import CreateObject, DropObject
from minimig.operations.rank import Rank
from minimig.state.objects import CollationState, object_key
from minimig.state.schema import SchemaState
from minimig.state.type_parts import collations_of_type


@dataclass(frozen=True, init=False)
class CreateCollation(CreateObject):
    """Create a collation, with the options of CREATE COLLATION (PostgreSQL manual): a `locale`, or both `lc_...`."""

    item: CollationState
    rank: ClassVar[Rank] = Rank.CREATE_PROVIDER

    def __init__(
        self,
        name: str | CollationState,
        *,
        locale: str | None = None,
        lc_collate: str | None = None,
        lc_ctype: str | None = None,
        provider: str | None = None,
        deterministic: bool | None = None,
        rules: str | None = None,
        schema: str | None = None,
    ) -> None:
        state = name if isinstance(name, CollationState) else None
        assign(
            self,
            item=state
            or CollationState.of(
                str(name),
                schema,
                locale=locale,
                lc_collate=lc_collate,
                lc_ctype=lc_ctype,
                provider=provider,
                deterministic=deterministic,
                rules=rules,
            ),
        )

    def reverse(self, before: SchemaState) -> Operation:
        return DropCollation.of(self.item)


@dataclass(frozen=True, init=False)
class DropCollation(DropObject):
    """Drop a collation. Raises StateError while a column uses it."""

    rank: ClassVar[Rank] = Rank.DROP_PROVIDER

    def __init__(self, name: str, *, schema: str | None = None) -> None:
        assign(self, name=name, schema=schema)

    @classmethod
    def of(cls, item: CollationState) -> DropCollation:
        """The operation that drops this collation."""
        return cls(item.name, schema=item.schema)

    @property
    def key(self) -> str:
        return object_key(CollationState.kind, self.name, self.schema)

    def state_forwards(self, state: SchemaState) -> SchemaState:
        users = [
            f"{table.key}.{column.name}"
            for table in state.tables.values()
            for column in table.columns.values()
            if self.name in collations_of_type(column.type)
        ]
        if users:
            raise StateError(
                f"{self.key} cannot be dropped: column {', '.join(users)} uses it",
                hint="to change it, give it another name: the columns can then move from one to the other",
            )
        return super().state_forwards(state)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateCollation(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name,), {"schema": self.schema} if self.schema else {}
