"""Where two values differ, for the check that a file says what was meant.

In go two values, out comes the path to the first difference and what stands there, or None. `==` is not enough:
SQLAlchemy expressions answer it with SQL, nan is not itself, an `__eq__` of somebody's own may answer anything, and two
types that are described alike may still be created differently. So values are walked through, and types are compared
by what each database would be told, too.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from types import CodeType, FunctionType
from typing import Any

import sqlalchemy as sa

from minimig.operations.base import Operation
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression, SqlType

_NUMBERS = (bool, int, float, Decimal)
DIALECTS = ("postgresql", "mysql", "sqlite", "mssql", "oracle")
"""Those that a type is compiled for; imported when the first type is compared, which most runs never do."""


def difference(one: Any, other: Any, path: str = "") -> str | None:
    """The first place where `one` is not as `other`: `.type.args[0]: 3 instead of 4`. None when there is none."""
    if one is other:
        return None
    for kind, compare in _COMPARING:
        if isinstance(one, kind) and isinstance(other, kind):
            return compare(one, other, path)
    if dataclasses.is_dataclass(one) and type(one) is type(other):
        return _fields(one, other, path)
    return _inside(one, other, path)


def _said(one: Any, other: Any, path: str) -> str:
    return f"{path}: {one!r} instead of {other!r}".removeprefix(": ")


def _inside(one: Any, other: Any, path: str) -> str | None:
    """Equality, asked from both sides, and then of what is inside: a class has a way of its own to answer."""
    if not (one == other and other == one):
        return _said(one, other, path)
    inside = [getattr(each, "__dict__", None) for each in (one, other)]
    if type(one) is type(other) and not isinstance(one, type) and all(isinstance(each, dict) for each in inside):
        return difference(inside[0], inside[1], path)
    return None


def _fields(one: Any, other: Any, path: str) -> str | None:
    for field in dataclasses.fields(one):
        found = difference(getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}")
        if found:
            return found
    return None


def _table(one: TableState, other: TableState, path: str) -> str | None:
    """Columns in their order; that of constraints and indexes is only the order of writing, and reading sorts them."""
    return _fields(_sorted(one), _sorted(other), path)


def _sorted(table: TableState) -> TableState:
    constraints, indexes = dict(sorted(table.constraints.items())), dict(sorted(table.indexes.items()))
    return dataclasses.replace(table, constraints=constraints, indexes=indexes)


def _items(one: Sequence[Any], other: Sequence[Any], path: str) -> str | None:
    if type(one) is not type(other) or len(one) != len(other):
        return _said(one, other, path)
    found = (difference(a, b, f"{path}[{number}]") for number, (a, b) in enumerate(zip(one, other, strict=True)))
    return next(filter(None, found), None)


def _pairs(one: Mapping[Any, Any], other: Mapping[Any, Any], path: str) -> str | None:
    if list(one) != list(other):
        return _said(list(one), list(other), path)
    return next(filter(None, (difference(one[key], other[key], f"{path}[{key!r}]") for key in one)), None)


def _number(one: Any, other: Any, path: str) -> str | None:
    """Numbers of one kind: 1, 1.0 and True are not written the same way. The nan that is not itself is one, too."""
    kinds = [next(kind for kind in _NUMBERS if isinstance(each, kind)) for each in (one, other)]
    nan = [not isinstance(each, int) and math.isnan(each) for each in (one, other)]
    return None if kinds[0] is kinds[1] and (one == other or all(nan)) else _said(one, other, path)


def _partial(one: functools.partial[Any], other: functools.partial[Any], path: str) -> str | None:
    return difference((one.func, one.args, one.keywords), (other.func, other.args, other.keywords), path)


def _operation(one: Operation, other: Operation, path: str) -> str | None:
    if type(one) is not type(other):
        return _said(one, other, path)
    (args, named), (meant_args, meant_named) = one.arguments(), other.arguments()
    numbered = {f"argument {number}": value for number, value in enumerate(args, 1)}
    meant = {f"argument {number}": value for number, value in enumerate(meant_args, 1)}
    numbered |= {f"argument {name}": value for name, value in named.items()}
    meant |= {f"argument {name}": value for name, value in meant_named.items()}
    if numbered.keys() != meant.keys():
        return _said(sorted(numbered), sorted(meant), path)
    return next(filter(None, (difference(numbered[key], meant[key], f"{path}, {key}") for key in meant)), None)


def _type(one: SqlType, other: SqlType, path: str) -> str | None:
    found = difference(one.call, other.call, path)
    if found:
        return found
    for dialect_name in DIALECTS:
        module: Any = importlib.import_module(f"sqlalchemy.dialects.{dialect_name}")
        dialect = module.dialect()
        ddl, meant = _ddl(one, dialect), _ddl(other, dialect)
        if ddl != meant:
            name = other.call.target.name
            return f"{path}: {name} is {ddl} instead of {meant} on {dialect.name}, so an argument of {name} is lost"
    return None


def _ddl(type_: SqlType, dialect: sa.Dialect) -> str:
    """What a database is told of a type; for one that it has not, what kind of error says so."""
    try:
        return type_.sa_type.compile(dialect=dialect)
    except Exception as error:  # noqa: BLE001 - a type of somebody's own may fail in any way
        return type(error).__name__


def _expression(one: SqlExpression, other: SqlExpression, path: str) -> str | None:
    # By its text: what a file says in text is no SQLAlchemy element any more.
    return None if one.text == other.text else _said(one.text, other.text, path)


def _clause(one: sa.ClauseElement, other: sa.ClauseElement, path: str) -> str | None:
    return None if one.compare(other) else _said(one, other, path)


def _function(one: FunctionType, other: FunctionType, path: str) -> str | None:
    """One function written into two files: the same code, whatever its names are called there."""
    return None if _same_code(one.__code__, other.__code__) else _said(one, other, path)


def _same_code(one: CodeType, other: CodeType) -> bool:
    if one.co_code != other.co_code or one.co_argcount != other.co_argcount:
        return False
    pairs = list(zip_longest(one.co_consts, other.co_consts))
    inner = [pair for pair in pairs if isinstance(pair[0], CodeType) and isinstance(pair[1], CodeType)]
    # The text, not the value: 1, 1.0 and True are equal, and NaN is not equal to itself.
    plain = all(repr(a) == repr(b) for a, b in pairs if not (isinstance(a, CodeType) and isinstance(b, CodeType)))
    return plain and all(_same_code(a, b) for a, b in inner)


_COMPARING: tuple[tuple[type | tuple[type, ...], Callable[[Any, Any, str], str | None]], ...] = (
    (SqlType, _type),
    (TableState, _table),
    (SqlExpression, _expression),
    (sa.ClauseElement, _clause),
    (Operation, _operation),
    (functools.partial, _partial),
    (FunctionType, _function),
    (_NUMBERS, _number),
    (Mapping, _pairs),
    ((list, tuple), _items),
)
