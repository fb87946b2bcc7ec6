"""Create, replace and drop triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from minimig.errors import StateError
from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.rank import Rank
from minimig.state.definition import Definition, DefinitionArgument
from minimig.state.objects import TriggerState
from minimig.state.schema import SchemaState


class _Written(Operation):
    """How either operation is written that makes one."""

    rank: ClassVar[Rank] = Rank.CREATE_DEPENDENT

    def __init__(
        self,
        name: str | TriggerState,
        definition: DefinitionArgument = "",
        *,
        table: str = "",
        depends_on: Sequence[str] = (),
        schema: str | None = None,
    ) -> None:
        assign(self, item=_trigger(name, definition, table, depends_on, schema))


@dataclass(frozen=True, init=False)
class CreateTrigger(_Written, CreateObject):
    """Create a trigger on a table or view. `definition` is its whole CREATE statement, in a dictionary by dialect."""

    item: TriggerState

    def reverse(self, before: SchemaState) -> Operation:
        return DropTrigger.of(self.item)


@dataclass(frozen=True, init=False)
class ReplaceTrigger(_Written, ReplaceObject):
    """Give a trigger another definition."""

    item: TriggerState


@dataclass(frozen=True, init=False)
class DropTrigger(DropObject):
    """Drop a trigger; `table` is the table or view that it is on."""

    table: str
    rank: ClassVar[Rank] = Rank.DROP_DEPENDENT

    def __init__(self, name: str, table: str, *, schema: str | None = None) -> None:
        assign(self, name=name, table=table, schema=schema)

    @classmethod
    def of(cls, item: TriggerState) -> DropTrigger:
        """The operation that drops this trigger."""
        return cls(item.name, item.table, schema=item.schema)

    @property
    def key(self) -> str:
        return TriggerState(self.name, self.schema, table=self.table).key

    def reverse(self, before: SchemaState) -> Operation:
        return CreateTrigger(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name, self.table), {"schema": self.schema} if self.schema else {}


def _trigger(
    name: str | TriggerState,
    definition: DefinitionArgument,
    table: str,
    depends_on: Sequence[str],
    schema: str | None,
) -> TriggerState:
    if isinstance(name, TriggerState):
        return name
    if not table:
        raise StateError(f"trigger {name} is on no table", hint="say table=...")
    return TriggerState(name, schema, Definition.of(definition), tuple(depends_on), table)
