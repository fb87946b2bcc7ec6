"""What renaming a constraint and renaming an index have in common: an item of a table gets another name."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar

from minimig.operations.base import Arguments, Operation, TableOperation, assign
from minimig.operations.keep import given
from minimig.operations.tables import DropTable
from minimig.state.schema import SchemaState

Name = TypeVar("Name", str, "str | None")


@dataclass(frozen=True, init=False)
class RenameItem(TableOperation, Generic[Name]):
    """Rename an item. A subclass says how that edits the table and the database, and what drops such an item."""

    name: Name
    new_name: Name
    symbol: ClassVar[str] = "~"
    folds_into_table: ClassVar[bool] = True
    noun: ClassVar[str]

    def __init__(self, name: Name, new_name: Name, table: str, *, schema: str | None = None) -> None:
        assign(self, table=table, schema=schema, name=name, new_name=new_name)

    @abstractmethod
    def dropped(self, following: Operation) -> Operation | None:
        """What drops the item under its old name, when `following` drops it under the new one."""

    def reverse(self, before: SchemaState) -> Operation:
        return replace(self, name=self.new_name, new_name=self.name)

    def describe(self) -> str:
        return f"rename {self.noun} {self.name} on {self.key} to {self.new_name}"

    def fragment(self) -> str:
        return f"rename_{self.name}"

    def absorb(self, following: Operation) -> tuple[Operation, ...] | None:
        if not isinstance(following, TableOperation) or following.key != self.key:
            return None
        if isinstance(following, DropTable):
            return (following,)
        if isinstance(following, type(self)) and following.name == self.new_name:
            return () if following.new_name == self.name else (replace(self, new_name=following.new_name),)
        dropped = self.dropped(following)
        return None if dropped is None else (dropped,)

    def arguments(self) -> Arguments:
        return (self.name, self.new_name, self.table), given(schema=self.schema)
