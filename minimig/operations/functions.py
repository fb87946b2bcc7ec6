"""Create, replace and drop functions and procedures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.rank import Rank
from minimig.state.definition import Definition, DefinitionArgument
from minimig.state.objects import NO_SQL, FunctionState
from minimig.state.schema import SchemaState


class _Written(Operation):
    """How either operation is written that makes one."""

    rank: ClassVar[Rank] = Rank.CREATE_DEPENDENT

    def __init__(
        self,
        name: str | FunctionState,
        definition: DefinitionArgument = "",
        *,
        arguments: str | None = None,
        procedure: bool = False,
        depends_on: Sequence[str] = (),
        schema: str | None = None,
    ) -> None:
        assign(self, item=_function(name, definition, arguments, procedure, depends_on, schema))


@dataclass(frozen=True, init=False)
class CreateFunction(_Written, CreateObject):
    """Create a function, or a procedure. `definition` is its whole CREATE statement, in a dictionary by dialect.

    `arguments` are the types of its arguments (`"text, integer"`), which tell functions of one name apart.
    """

    item: FunctionState

    def reverse(self, before: SchemaState) -> Operation:
        return DropFunction.of(self.item)


@dataclass(frozen=True, init=False)
class ReplaceFunction(_Written, ReplaceObject):
    """Give a function another definition. What calls it stays, unless its arguments or its result change their types.

    Then views and triggers that call it step aside; a table that calls it (a default, a CHECK) has to let go of it in
    an operation before this one.
    """

    item: FunctionState


@dataclass(frozen=True, init=False)
class DropFunction(DropObject):
    """Drop a function or a procedure."""

    signature: str | None
    procedure: bool
    rank: ClassVar[Rank] = Rank.DROP_DEPENDENT

    def __init__(
        self, name: str, *, arguments: str | None = None, procedure: bool = False, schema: str | None = None
    ) -> None:
        assign(self, name=name, signature=arguments, procedure=procedure, schema=schema)

    @classmethod
    def of(cls, item: FunctionState) -> DropFunction:
        """The operation that drops this function."""
        return cls(item.name, arguments=item.arguments, procedure=item.procedure, schema=item.schema)

    @property
    def key(self) -> str:
        return FunctionState(self.name, self.schema, arguments=self.signature, procedure=self.procedure).key

    def reverse(self, before: SchemaState) -> Operation:
        return CreateFunction(self.dropped(before))

    def arguments(self) -> Arguments:
        said = FunctionState(self.name, self.schema, NO_SQL, (), self.signature, self.procedure).said
        del said["definition"]
        return (self.name,), {**said, **({"schema": self.schema} if self.schema else {})}


def _function(
    name: str | FunctionState,
    definition: DefinitionArgument,
    arguments: str | None,
    procedure: bool,
    depends_on: Sequence[str],
    schema: str | None,
) -> FunctionState:
    if isinstance(name, FunctionState):
        return name
    return FunctionState(name, schema, Definition.of(definition), tuple(depends_on), arguments, procedure)
