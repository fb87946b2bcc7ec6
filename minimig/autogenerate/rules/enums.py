"""Named enums whose labels or name change: one operation for all the columns that use the enum.

These rules look at whole states, before tables are compared pair by pair, and what they give is applied to the state
before, as renames are: the columns' rules then find no difference in the labels. An enum without a name, or one whose
columns disagree about its labels, is left to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from minimig.autogenerate.questioner import Foretold, Questioner
from minimig.errors import StateError
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.constraints import DropConstraint
from minimig.operations.enums import AddEnumValue, AlterEnum, EnumOperation, RenameEnum, RenameEnumValue
from minimig.operations.indexes import DropIndex
from minimig.operations.kinds import operations_for
from minimig.state.dependencies import builders_on
from minimig.state.enums import EnumEdit, enum_labels, enum_tables, speaks_of_label
from minimig.state.expressions import speaks_of, string_value, strings_in
from minimig.state.named_types import Labels, TypeName
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


def enum_changes(before: SchemaState, after: SchemaState, questioner: Questioner) -> list[Operation]:
    """What happens to named enums, in an order that can be executed."""
    if before == after:  # as a rule; said without a look at each type
        return []
    found = _renamed_enums(before, after)
    state = states(found, before)[-1]
    for name in sorted(_names(state) & _names(after), key=str):
        steps = _label_changes(name, state, after, questioner)
        state = states(steps, state)[-1]
        found += steps
    return found


def usable(operations: Sequence[Operation], before: SchemaState) -> list[Operation]:
    """The operations, with an AlterEnum instead of AddEnumValue where a later one speaks of the new label.

    PostgreSQL lets nobody use a label that ALTER TYPE ... ADD VALUE has added before the transaction is committed; a
    type that is rebuilt has no such labels (PostgreSQL manual, ALTER TYPE, Notes).
    """
    if not any(isinstance(operation, AddEnumValue) for operation in operations):
        return list(operations)
    used: set[TypeName] = set()
    said: set[str] = set()
    for operation in reversed(operations):
        if isinstance(operation, AddEnumValue) and operation.value in said:
            used.add(operation.name)
        said |= _strings(operation)
    out: list[Operation] = []
    for operation, state in zip(operations, states(operations, before) if used else (), strict=False):
        if isinstance(operation, AddEnumValue) and operation.name in used:
            labels = operation.edit(enum_labels(state, operation.name)).after
            if out and isinstance(out[-1], AlterEnum) and out[-1].name == operation.name:
                out[-1] = AlterEnum(operation.enum, labels, replace=out[-1].replace, schema=operation.schema)
            else:
                out.append(AlterEnum(operation.enum, labels, schema=operation.schema))
        else:
            out.append(operation)
    return out if used else list(operations)


# --- another name -----------------------------------------------------------------------------------------------------


def _renamed_enums(before: SchemaState, after: SchemaState) -> list[Operation]:
    """Enums that all their columns know by another, new name. Nothing is lost either way, so nobody is asked."""
    found: list[Operation] = []
    known = _names(before)
    taken: set[TypeName] = set()
    for name in sorted(known - _names(after), key=str):
        news = {new for table, columns in enum_tables(before, name) for new in _now(after, table.key, columns)}
        new = next(iter(news), None)
        fresh = len(news) == 1 and new is not None and new not in known | taken
        if fresh and new is not None and new.schema == name.schema and _labels(before, name) and _labels(after, new):
            found.append(RenameEnum(name.name, new.name, schema=name.schema))
            taken.add(new)
    return found


def _now(after: SchemaState, key: str, columns: Sequence[str]) -> Iterator[TypeName | None]:
    """What columns of a table use now; None for a column that uses no named type any more."""
    if key in after:
        for column in (column for column in columns if column in after[key].columns):
            yield next((name for name, users in after[key].named_types.items() if column in users), None)


# --- other labels -----------------------------------------------------------------------------------------------------


def _label_changes(name: TypeName, state: SchemaState, after: SchemaState, questioner: Questioner) -> list[Operation]:
    old, new = _labels(state, name), _labels(after, name)
    if old is None or new is None or old == new:
        return []
    steps: list[Operation] = []
    for was, now in _renamed_labels(name, old, new, questioner):
        rename = RenameEnumValue(name.name, was, now, schema=name.schema)
        steps += _cleared(rename, states(steps, state)[-1], after)
    old = _labels(states(steps, state)[-1], name) or ()
    if [label for label in new if label in old] == list(old):
        steps += _additions(name, old, new)
    else:
        alter = AlterEnum(name.name, new, schema=name.schema)
        steps += _cleared(alter, states(steps, state)[-1], after)
    return steps


def _additions(name: TypeName, old: Labels, new: Labels) -> Iterator[Operation]:
    """One operation for each label that is added, which says where: after its neighbour, or before the first."""
    there = list(old)
    for place, label in enumerate(new):
        if label in there:
            continue
        if place == len(there):
            yield AddEnumValue(name.name, label, schema=name.schema)
        elif place == 0:
            yield AddEnumValue(name.name, label, before=there[0], schema=name.schema)
        else:
            yield AddEnumValue(name.name, label, after=new[place - 1], schema=name.schema)
        there.insert(place, label)


def _renamed_labels(name: TypeName, old: Labels, new: Labels, questioner: Questioner) -> Iterator[tuple[str, str]]:
    """Labels that became others, as was told; asked is only about those that stand where others stood."""
    gone = [label for label in old if label not in new]
    fresh = [label for label in new if label not in old]
    places = _same_place(old, new)
    for label in gone if fresh else ():
        to = _told(name, label, fresh, questioner)
        candidates = [new for new in places.get(label, ()) if new in fresh]
        if to is None and candidates:
            to = questioner.rename_label(str(name), label, candidates)
        if to is not None:
            fresh.remove(to)
            yield label, to


def _told(name: TypeName, label: str, fresh: Sequence[str], questioner: Questioner) -> str | None:
    if not isinstance(questioner, Foretold):
        return None
    full = {f"{name}.{new}": new for new in fresh}
    said = questioner.stated(f"{name}.{label}", full.keys())
    return None if said is None else full[said]


def _same_place(old: Labels, new: Labels) -> Mapping[str, Labels]:
    """The new labels where an old one stood, between the same labels; of as many as stood there, its counterpart."""
    places: dict[str, Labels] = {}
    for kind, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "replace":
            there = new[new_start:new_end]
            as_many = end - start == len(there)
            places |= {old[start + i]: (there[i],) if as_many else there for i in range(end - start)}
    return places


# --- what speaks of a label -------------------------------------------------------------------------------------------


def _cleared(operation: EnumOperation, state: SchemaState, after: SchemaState) -> list[Operation]:
    """The operation, after what keeps it from taking a label away; nothing when even so it cannot be done.

    What was dropped and still exists afterwards is found missing, and made again, by the rules for table pairs.
    """
    edit = operation.edit(enum_labels(state, operation.name))
    steps = _views_in_the_way(state, edit) if isinstance(operation, AlterEnum) else []
    if not _fits(operation, state):
        for table, columns in enum_tables(state, edit.name):
            steps += _out_of_the_way(table, columns, edit, after)
    steps.append(operation)
    return steps if _fits(operation, states(steps[:-1], state)[-1]) else []


def _views_in_the_way(state: SchemaState, edit: EnumEdit) -> list[Operation]:
    """Views that speak of a label that goes, and what builds on them: they come back as the models have them."""
    over = builders_on(state, {table.key for table, _ in enum_tables(state, edit.name)})
    speaking = {item.key for item in over if not _strings(item).isdisjoint(edit.gone)}
    doomed = speaking | {item.key for item in builders_on(state, speaking)}
    return [operations_for(item).drop(item) for item in reversed(over) if item.key in doomed]


def _fits(operation: Operation, state: SchemaState) -> bool:
    try:
        operation.state_forwards(state)
    except StateError:
        return False
    return True


def _out_of_the_way(
    table: TableState, columns: Sequence[str], edit: EnumEdit, after: SchemaState
) -> Iterator[Operation]:
    for constraint in table.constraints.values():
        if any(speaks_of_label(constraint, table, columns, label) for label in edit.gone):
            yield DropConstraint(constraint.name, table.name, schema=table.schema)
    for index in table.indexes.values():
        if any(speaks_of_label(index, table, columns, label) for label in edit.gone):
            yield DropIndex(index.name, table.name, schema=table.schema)
    for name in columns:
        default = table.columns[name].default
        if default is not None and any(speaks_of(default.text, label) for label in edit.gone):
            later = after[table.key].columns.get(name) if table.key in after else None
            label = string_value(later.default.text) if later is not None and later.default is not None else None
            wanted = later.default if later is not None and label in edit.before and label in edit.after else None
            yield AlterColumn(table.name, name, server_default=wanted, schema=table.schema)


# --- looking ----------------------------------------------------------------------------------------------------------


def _names(state: SchemaState) -> set[TypeName]:
    return {name for table in state.tables.values() for name in table.named_types}


def _labels(state: SchemaState, name: TypeName) -> Labels | None:
    """The labels of an enum; None when its columns disagree, or it is none that an operation can change."""
    try:
        return enum_labels(state, name)
    except StateError:
        return None


def _strings(value: Any) -> frozenset[str]:
    """The strings that SQL anywhere in an operation or an object speaks of."""
    if isinstance(value, str):
        return strings_in(value)
    if isinstance(value, Mapping):
        return frozenset[str]().union(*map(_strings, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset[str]().union(*map(_strings, value))
    if is_dataclass(value):
        return frozenset[str]().union(*(_strings(getattr(value, each.name)) for each in fields(value)))
    return frozenset()
