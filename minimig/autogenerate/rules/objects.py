"""Objects beside the tables that appear, disappear or get another definition.

An object can be replaced in place as long as nothing it builds on changes. Otherwise it is dropped before those changes
and created again after them, and so is whatever builds on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from minimig.operations.base import Operation
from minimig.operations.kinds import KINDS, operations_for
from minimig.state.dependencies import builders_on
from minimig.state.objects import ObjectState
from minimig.state.schema import SchemaState


def objects(before: SchemaState, after: SchemaState) -> Iterator[Operation]:
    """The operations that make the objects of `before` those of `after`, in no order."""
    if not before.objects and not after.objects:
        return
    old, new = before.objects, after.objects
    moved = {key for key, item in new.items() if old.get(key, item) != item}
    anew = _made_anew(before, after, moved)
    for key, item in old.items():
        if key not in new or key in anew:
            yield operations_for(item).drop(item)
    for key, item in new.items():
        if key not in old or key in anew:
            yield operations_for(item).create(item)
        elif key in moved:
            yield operations_for(item).change(old[key], item)


def _made_anew(before: SchemaState, after: SchemaState, moved: set[str]) -> set[str]:
    """Objects that cannot stay: those redefined on a basis that changes as well, and what builds on them.

    So are those of a kind that no operation changes. What is altered piece by piece can always stay.
    """
    both = {key for key in before.objects.keys() & after.objects.keys() if not _alters(after.objects[key])}
    unsteady = {
        key for key in before.tables.keys() | after.tables.keys() if before.tables.get(key) != after.tables.get(key)
    }
    unsteady |= before.objects.keys() ^ after.objects.keys()
    first = {
        key
        for key in moved & both
        if not operations_for(after.objects[key]).changes
        or not unsteady.isdisjoint([*before.needs(before.objects[key]), *after.needs(after.objects[key])])
    }
    gone = first | (before.objects.keys() - after.objects.keys())
    heirs = {item.key for item in builders_on(before, gone)}
    return (first | heirs) & both


def _alters(item: ObjectState) -> bool:
    kind = KINDS.get(type(item))
    return kind is not None and kind.alter is not None
