"""Which operations create, change and drop which kind of object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.collations import CreateCollation, DropCollation
from minimig.operations.custom import CreateCustom, DropCustom, ReplaceCustom
from minimig.operations.extensions import AlterExtension, CreateExtension, DropExtension
from minimig.operations.functions import CreateFunction, DropFunction, ReplaceFunction
from minimig.operations.namespaces import CreateSchema, DropSchema
from minimig.operations.objects import ChangeObject, CreateObject, DropObject, ReplaceObject
from minimig.operations.sequences import AlterSequence, CreateSequence, DropSequence
from minimig.operations.triggers import CreateTrigger, DropTrigger, ReplaceTrigger
from minimig.operations.views import CreateView, DropView, ReplaceView
from minimig.state.objects import (
    CollationState,
    CustomState,
    ExtensionState,
    FunctionState,
    NamespaceState,
    ObjectState,
    SequenceState,
    TriggerState,
    ViewState,
)


@dataclass(frozen=True)
class KindOperations:
    """The operations of a kind of object, each made from the object's state.

    A kind is changed by `replace`, or by `alter` from the old state and the new one; with neither it is made anew.
    """

    create: Callable[[Any], CreateObject]
    replace: Callable[[Any], ReplaceObject] | None
    drop: Callable[[Any], DropObject]
    alter: Callable[[Any, Any], ChangeObject] | None = None

    @property
    def changes(self) -> bool:
        """Whether there is an operation that changes an object of this kind."""
        return self.replace is not None or self.alter is not None

    def change(self, old: ObjectState, new: ObjectState) -> Operation:
        """The operation that makes `new` of `old`."""
        if self.alter is not None:
            return self.alter(old, new)
        if self.replace is not None:
            return self.replace(new)
        raise UnsupportedError(f"{new.key} cannot be changed, only dropped and created again")


KINDS: Mapping[type[ObjectState], KindOperations] = {
    NamespaceState: KindOperations(CreateSchema, None, DropSchema.of),
    ExtensionState: KindOperations(CreateExtension, None, DropExtension.of, AlterExtension.between),
    CollationState: KindOperations(CreateCollation, None, DropCollation.of),
    SequenceState: KindOperations(CreateSequence, None, DropSequence.of, AlterSequence.between),
    ViewState: KindOperations(CreateView, ReplaceView, DropView.of),
    FunctionState: KindOperations(CreateFunction, ReplaceFunction, DropFunction.of),
    TriggerState: KindOperations(CreateTrigger, ReplaceTrigger, DropTrigger.of),
    CustomState: KindOperations(CreateCustom, ReplaceCustom, DropCustom.of),
}


def operations_for(item: ObjectState) -> KindOperations:
    """The operations of an object's kind. Raises UnsupportedError for a kind that has none."""
    if type(item) not in KINDS:
        raise UnsupportedError(
            f"no operation creates {item.key}", hint="write it as ops.RunSQL, and take its declaration away"
        )
    return KINDS[type(item)]
