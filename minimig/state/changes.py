"""What is different in a table, in words: for a person who has to decide whether that is right.

In: a table at two moments. Out: lines such as `type VARCHAR(80) -> VARCHAR(200)`. Operations say which change is to
be made; here is what it changes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy.exc import CompileError

from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ExcludeState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.tables import TableState
from minimig.state.values import GENERIC, SqlExpression, SqlType

Part = ColumnState | PrimaryKeyState | UniqueState | ForeignKeyState | CheckState | ExcludeState | IndexState


def table_changes(before: TableState, after: TableState) -> list[str]:
    """One line for each part of the table that is there on one side only, or on both and different.

    The part is named where there are several.
    """
    found = [("", line) for line in _own_changes(before, after)]
    old, new = _parts(before), _parts(after)
    for name in [*(n for n in old if n not in new), *new]:
        was, will = old.get(name), new.get(name)
        if was is not None and will is not None:
            found += [(name[1], line) for line in part_changes(was, will)] if was != will else []
        elif (part := was or will) is not None:
            found.append((name[1], definition(part)))
    several = len({name for name, _ in found}) > 1
    return [f"{name}: {line}" if several and name else line for name, line in found]


def _own_changes(before: TableState, after: TableState) -> Iterator[str]:
    if before.comment != after.comment:
        yield f"comment {said(before.comment)} -> {said(after.comment)}"
    yield from _options(before.options, after.options)


def part_changes(before: Part, after: Part) -> Iterator[str]:
    """How one column, constraint or index differs: column by field, anything else as a whole."""
    if not (isinstance(before, ColumnState) and isinstance(after, ColumnState)):
        yield f"{definition(before)} -> {definition(after)}"
        return
    for field in fields(ColumnState):
        was, will = getattr(before, field.name), getattr(after, field.name)
        if field.name == "options":
            yield from _options(was, will)
        elif was != will:
            yield f"{field.name} {said(was)} -> {said(will)}"


def definition(part: Part) -> str:
    """A column, constraint or index in about the words of SQL, without its name."""
    if isinstance(part, ColumnState):
        words = [said(part.type), "" if part.nullable else "NOT NULL"]
        words += [f"DEFAULT {part.default.text}"] if part.default else []
        words += [said(kind) for kind in (part.computed, part.identity) if kind]
    elif isinstance(part, CheckState):
        words = [f"CHECK ({part.expression.text})"]
    elif isinstance(part, ForeignKeyState):
        words = [f"FOREIGN KEY {_list(part.columns)} -> {part.target} {_list(part.target_columns)}"]
        words += [f"ON DELETE {part.ondelete}"] if part.ondelete else []
        words += [f"ON UPDATE {part.onupdate}"] if part.onupdate else []
        words += [f"MATCH {part.match}"] if part.match else []
    elif isinstance(part, ExcludeState):
        words = ["EXCLUDE " + _list(f"{said(element)} WITH {operator}" for element, operator in part.elements)]
    elif isinstance(part, IndexState):
        words = [f"{'UNIQUE ' if part.unique else ''}INDEX {_list(map(said, part.elements))}"]
    else:
        words = [f"{'UNIQUE' if isinstance(part, UniqueState) else 'PRIMARY KEY'} {_list(part.columns)}"]
    words += ["DEFERRABLE"] if getattr(part, "deferrable", None) else []
    words += [f"INITIALLY {initially}"] if (initially := getattr(part, "initially", None)) else []
    words += [f"{name} {said(value)}" for name, value in part.options]
    return " ".join(filter(None, words))


def said(value: Any) -> str:
    """A value of a state for people."""
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(said, value))
    return next((say(value) for kind, say in _SAY if isinstance(value, kind)), str(value))


def _say_type(type_: SqlType) -> str:
    try:
        return type_.sa_type.compile(dialect=GENERIC)
    except CompileError:
        return repr(type_.sa_type)


def _say_computed(computed: ComputedState) -> str:
    stored = {True: " STORED", False: " VIRTUAL", None: ""}[computed.persisted]
    return f"AS ({computed.expression.text}){stored}"


def _say_identity(identity: IdentityState) -> str:
    options = "".join(f" {name}={option}" for name, option in identity.options)
    return f"IDENTITY {'ALWAYS' if identity.always else 'BY DEFAULT'}{options}"


_SAY: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (SqlExpression, lambda expression: str(expression.text)),
    (SqlType, _say_type),
    (ComputedState, _say_computed),
    (IdentityState, _say_identity),
)


def _list(items: Any) -> str:
    return f"({', '.join(items)})"


def _options(before: Any, after: Any) -> Iterator[str]:
    had, has = dict(before), dict(after)
    for name in sorted({*had, *has}):
        if had.get(name) != has.get(name):
            yield f"{name} {said(had.get(name))} -> {said(has.get(name))}"


def _parts(table: TableState) -> dict[tuple[str, str], Part]:
    """The parts by kind and name: a column and an index may have the same."""
    found: dict[tuple[str, str], Part] = {("column", name): part for name, part in table.columns.items()}
    if table.primary_key is not None:
        found["key", "primary key"] = table.primary_key
    found.update({("constraint", name): part for name, part in table.constraints.items()})
    found.update({("index", name): part for name, part in table.indexes.items()})
    return found
