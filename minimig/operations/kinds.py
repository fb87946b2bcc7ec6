"""Which operations create, replace and drop which kind of object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from minimig.errors import UnsupportedError
from minimig.operations.custom import CreateCustom, DropCustom, ReplaceCustom
from minimig.operations.functions import CreateFunction, DropFunction, ReplaceFunction
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.triggers import CreateTrigger, DropTrigger, ReplaceTrigger
from minimig.operations.views import CreateView, DropView, ReplaceView
from minimig.state.objects import CustomState, FunctionState, ObjectState, TriggerState, ViewState


@dataclass(frozen=True)
class KindOperations:
    """The three operations of a kind of object, each made from the object's state."""

    create: Callable[[Any], CreateObject]
    replace: Callable[[Any], ReplaceObject]
    drop: Callable[[Any], DropObject]


KINDS: Mapping[type[ObjectState], KindOperations] = {
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
