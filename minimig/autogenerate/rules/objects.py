"""Objects beside the tables that appear, disappear or get another definition.

An object can be replaced in place as long as nothing it builds on changes. Otherwise it is dropped before those changes
and created again after them, and so is whatever builds on it. A function that a table calls can only be replaced: the
table would have to let go of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minimig.autogenerate.pairs import columns_leaving
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.kinds import KINDS, operations_for
from minimig.operations.rename_column import RenameColumn
from minimig.operations.tables import RenameTable
from minimig.state.dependencies import builders_on, in_order, tables_on
from minimig.state.objects import DefinedState, ObjectState, ViewState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


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


def with_objects_aside(renames: Sequence[Operation], before: SchemaState) -> list[Operation]:
    """The renames, and before each of them what drops the objects whose SQL names it, and what builds on those.

    Their SQL would be wrong after the rename, and on the way down the old one before it. Those that the models still
    have are created when everything else is done.
    """
    found: list[Operation] = []
    state = before
    for rename in renames:
        named: Sequence[DefinedState] = ()
        if isinstance(rename, RenameTable):
            named = state.naming(rename.key)
        elif isinstance(rename, RenameColumn):
            named = state.naming(rename.key, rename.column)
        gone = {item.key for item in named if not tables_on(state, item)}
        gone |= {item.key for item in builders_on(state, gone) if not tables_on(state, item)}
        drops = [operations_for(item).drop(item) for item in reversed(in_order(state)) if item.key in gone]
        found += [*drops, rename]
        state = states([*drops, rename], state)[-1]
    return found


def _made_anew(before: SchemaState, after: SchemaState, moved: set[str]) -> set[str]:
    """Objects that cannot stay: those redefined on a basis that changes as well, and what builds on them.

    So are those of a kind that no operation changes. What is altered piece by piece can always stay.
    """
    both = {key for key in before.objects.keys() & after.objects.keys() if not _alters(after.objects[key])}
    tables = before.tables.keys() | after.tables.keys()
    unsteady = {key for key in tables if before.tables.get(key) != after.tables.get(key)}
    unsteady |= before.objects.keys() ^ after.objects.keys()
    replaced = {key for key in unsteady if key in before and not _stays(before.tables.get(key), after.tables.get(key))}
    reshaped = {key for key in unsteady if _columns(before, key) != _columns(after, key)}
    first: set[str] = set()
    for key in both:
        old, new = before.objects[key], after.objects[key]
        basis = {*before.needs(old), *after.needs(new)}
        changed = key in moved and (not operations_for(new).changes or not unsteady.isdisjoint(basis))
        star = isinstance(new, ViewState) and new.shows_all and not reshaped.isdisjoint(basis)
        if changed or star or _shows_again(new, before, after) or not replaced.isdisjoint(before.needs(old)):
            first.add(key)
    gone = first | (before.objects.keys() - after.objects.keys())
    heirs = {item.key for item in builders_on(before, gone)}
    return {key for key in (first | heirs) & both if not tables_on(before, before.objects[key])}


def _shows_again(item: ObjectState, before: SchemaState, after: SchemaState) -> bool:
    """Whether a view shows a column that is dropped and added anew, as one that is computed in another way."""
    if not isinstance(item, ViewState):
        return False
    for key in before.tables.keys() & after.tables.keys() & set(before.needs(item)):
        old, new = before[key], after[key]
        if old != new and any(item.speaks_of(name) for name in columns_leaving(old, new) & new.columns.keys()):
            return True
    return False


def _alters(item: ObjectState) -> bool:
    kind = KINDS.get(type(item))
    return kind is not None and kind.alter is not None


def _stays(old: TableState | None, new: TableState | None) -> bool:
    """Whether a table keeps at least one column: otherwise it is dropped, and perhaps created anew."""
    return old is not None and new is not None and not old.columns.keys().isdisjoint(new.columns)


def _columns(state: SchemaState, key: str) -> tuple[str, ...]:
    return tuple(state.tables[key].columns) if key in state.tables else ()
