"""Create, replace and drop objects of a sort that minimig does not know: policies, rules, grants, aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from minimig.operations.base import Arguments, Operation, assign
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.rank import Rank
from minimig.state.definition import Definition, DefinitionArgument
from minimig.state.objects import CustomState, object_key
from minimig.state.schema import SchemaState


class _Written(Operation):
    """How either operation is written that makes one."""

    rank: ClassVar[Rank] = Rank.CREATE_DEPENDENT

    def __init__(
        self,
        name: str | CustomState,
        create: DefinitionArgument = "",
        *,
        drop: DefinitionArgument = "",
        sort: str = "object",
        provides: bool = False,
        depends_on: Sequence[str] = (),
        schema: str | None = None,
    ) -> None:
        assign(self, item=_custom(name, create, drop, sort, provides, depends_on, schema))


@dataclass(frozen=True, init=False)
class CreateCustom(_Written, CreateObject):
    """Create an object by the statement `create`; `drop` is the one that takes it away again.

    `sort` is the word for what it is ("policy"). With `provides` tables may be built on it.
    """

    item: CustomState

    def reverse(self, before: SchemaState) -> Operation:
        return DropCustom.of(self.item)


@dataclass(frozen=True, init=False)
class ReplaceCustom(_Written, ReplaceObject):
    """Drop an object by the statement that its old definition gave for that, and create it by the new `create`."""

    item: CustomState


@dataclass(frozen=True, init=False)
class DropCustom(DropObject):
    """Drop an object of the user's own sort, by the statement that its definition gives for that."""

    sort: str
    rank: ClassVar[Rank] = Rank.DROP_DEPENDENT

    def __init__(self, name: str, *, sort: str = "object", schema: str | None = None) -> None:
        assign(self, name=name, sort=sort, schema=schema)

    @classmethod
    def of(cls, item: CustomState) -> DropCustom:
        """The operation that drops this object."""
        return cls(item.name, sort=item.sort, schema=item.schema)

    @property
    def key(self) -> str:
        return object_key(self.sort, self.name, self.schema)

    def reverse(self, before: SchemaState) -> Operation:
        return CreateCustom(self.dropped(before))

    def arguments(self) -> Arguments:
        return (self.name,), {"sort": self.sort, **({"schema": self.schema} if self.schema else {})}


def _custom(
    name: str | CustomState,
    create: DefinitionArgument,
    drop: DefinitionArgument,
    sort: str,
    provides: bool,
    depends_on: Sequence[str],
    schema: str | None,
) -> CustomState:
    if isinstance(name, CustomState):
        return name
    text, away = Definition.of(create), Definition.of(drop)
    return CustomState(name, schema, text, tuple(depends_on), sort, away, provides)
