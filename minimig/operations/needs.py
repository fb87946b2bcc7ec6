"""What the user of a run must be allowed to do for an operation, read off its footprint and the states around it.

What an operation is at home in is created, altered or dropped; everything else in its footprint follows by itself
(the foreign keys that point to a table which is renamed) and takes no right of its own. Rows are another matter: the
operations that change some say so themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from minimig.dialects.rights import Act, Need
from minimig.operations.footprint import Footprint
from minimig.state.objects import CustomState, ObjectState, TriggerState
from minimig.state.parts import ForeignKeyState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


def needs_of(touched: Footprint, home: str | None, before: SchemaState, after: SchemaState) -> tuple[Need, ...]:
    """What an operation with this footprint and home needs that leads from one state to the other."""
    if home is None:
        return ()
    found = _of_table(touched, home, before, after)
    return tuple(dict.fromkeys((*found, *_of_object(touched, home, before, after))))


def on_table(act: Act, table: TableState) -> Need:
    """Something done with a table."""
    return Need(act, "table", table.name, table.schema)


def _of_table(touched: Footprint, home: str, before: SchemaState, after: SchemaState) -> Iterator[Need]:
    old, new = before.tables.get(home), after.tables.get(home)
    if any(table is not None and "prefixes" in dict(table.options) for table in (old, new)):
        return  # TEMPORARY and the like: other rights, if any
    if old is not None and new is None:
        yield on_table(Act.DROP, old)
    elif old is not None and new is not None and old != new:
        yield _of_change(old, new)
        yield from _references(new, old, before)
    elif new is not None and old is None:
        renamed = [before[key] for key, member in touched.drops if not member and key in before.tables]
        yield from (on_table(Act.ALTER, table) for table in renamed)
        yield on_table(Act.CREATE, new)
        if not renamed:
            yield from _references(new, None, before)


def _of_change(old: TableState, new: TableState) -> Need:
    """Indexes that come, and those that go, are a matter of their own; to rename one is to alter the table."""
    coming, going = new.indexes.keys() - old.indexes.keys(), old.indexes.keys() - new.indexes.keys()
    if bool(coming) is bool(going) or _but_indexes(old) != _but_indexes(new):
        return on_table(Act.ALTER, new)
    return on_table(Act.INDEX, new) if coming else Need(Act.DROP, "index", new.name, new.schema)


def _but_indexes(table: TableState) -> tuple[object, ...]:
    return table.columns, table.constraints, table.primary_key, table.comment, table.options


def _references(new: TableState, old: TableState | None, before: SchemaState) -> Iterator[Need]:
    known = {} if old is None else old.constraints
    for constraint in new.constraints.values():
        if isinstance(constraint, ForeignKeyState) and constraint.name not in known:
            target = before.tables.get(constraint.target)
            if target is not None and constraint.target != new.key:
                yield on_table(Act.REFERENCES, target)


def _of_object(touched: Footprint, home: str, before: SchemaState, after: SchemaState) -> Iterator[Need]:
    old, new = before.objects.get(home), after.objects.get(home)
    former = [before.objects[key] for key, _ in touched.drops if key != home and key in before.objects]
    if new is not None and old is None:
        yield from (need for item in former for need in _on_object(Act.ALTER, item))  # it was renamed
        yield from _on_object(Act.CREATE, new)
    elif old is not None and old != new:
        yield from _on_object(Act.DROP if new is None else Act.ALTER, old)


def _on_object(act: Act, item: ObjectState) -> Iterator[Need]:
    if isinstance(item, TriggerState):
        yield Need(act, item.kind, item.table, item.schema)
    elif not isinstance(item, CustomState):  # only its author knows what that takes
        schema = None if item.kind == "extension" else item.schema
        yield Need(act, item.kind, item.name.partition("(")[0], schema)
