"""Create and drop schemas: the namespaces that tables and other objects are in.

`makemigrations` writes them by itself for every schema that a table or object of the models names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.objects import CreateObject, DropObject
from minimig.operations.rank import Rank
from minimig.state.objects import NamespaceState, object_key
from minimig.state.schema import SchemaState


@dataclass(frozen=True, init=False)
class CreateSchema(CreateObject):
    """Create a schema; on MySQL and MariaDB a schema is a database. One that is there already is taken as it is.

    SQLite has no schemas of its own making, and nothing happens there.
    """

    item: NamespaceState
    rank: ClassVar[Rank] = Rank.CREATE_SCHEMA

    def __init__(self, name: str | NamespaceState) -> None:
        assign(self, item=name if isinstance(name, NamespaceState) else NamespaceState(name))

    def reverse(self, before: SchemaState) -> Operation:
        return DropSchema.of(self.item)


@dataclass(frozen=True, init=False)
class DropSchema(DropObject):
    """Drop a schema, if nothing is left in it.

    One that still holds what migrations do not know, that belongs to another user, or that the connection works in by
    default, stays, and that is no error: others need it.
    """

    rank: ClassVar[Rank] = Rank.DROP_SCHEMA

    def __init__(self, name: str) -> None:
        assign(self, name=name, schema=None)

    @classmethod
    def of(cls, item: NamespaceState) -> DropSchema:
        """The operation that drops this schema."""
        return cls(item.name)

    @property
    def key(self) -> str:
        return object_key(NamespaceState.kind, self.name, None)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateSchema(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name,), {}
