"""What the constructor of a type was given, read back from the attributes that it keeps it in.

SQLAlchemy's own types keep each argument under its name, so that all of them are read in one go; of anybody else's it
is found out, one by one, and a type that does not tell is a StateError with the way out.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.errors import StateError
from minimig.state.signatures import parameters_of, variadic_name

SAID_OTHERWISE = ("schema", "metadata", "inherit_schema")
"""Where a named type lives: by now that is its `schema`, wherever it came from."""

PLAIN_KINDS = frozenset([bool, int, str, type(None)])
"""Classes of values that are what they look like."""

_SPECIAL = (sa.Enum, mysql.SET, postgresql.DOMAIN, TypeDecorator)
_MISSING = object()


@cache
def told_parameters(cls: Any) -> tuple[inspect.Parameter, ...]:
    """The parameters of a type's constructor that a call of it has to tell."""
    skipped = SAID_OTHERWISE if issubclass(cls, sa.types.SchemaType) else ()
    return tuple(parameter for parameter in parameters_of(cls) if parameter.name not in skipped)


@cache
def plain_values(cls: Any) -> Callable[[TypeEngine[Any]], tuple[Any, ...]] | None:
    """What reads all arguments of a type of SQLAlchemy's, in the order of `told_parameters`.

    None for a class of anybody else, and for one whose arguments say more, or less, than it has.
    """
    if not cls.__module__.startswith("sqlalchemy.") or issubclass(cls, _SPECIAL) or variadic_name(cls):
        return None
    names = [parameter.name for parameter in told_parameters(cls)]
    try:
        made = cls()
    except TypeError:  # it wants arguments, such as the type of an array's items, which are no plain values
        return None
    if not all(hasattr(made, name) for name in names):
        return None
    if len(names) > 1:
        return operator.attrgetter(*names)
    return (lambda type_: (getattr(type_, names[0]),)) if names else (lambda _: ())


def attribute(type_: TypeEngine[Any], parameter: inspect.Parameter) -> Any:
    """What the constructor was given for a parameter. Raises StateError where the type does not tell."""
    for name in (parameter.name, f"_{parameter.name}"):
        try:
            value = getattr(type_, name, _MISSING)
        except Exception as error:  # a property runs code of somebody's own
            raise StateError(
                f"type {type(type_).__qualname__} fails when it is asked for its argument {name!r}: {error}",
                hint=_own_class(type_),
            ) from error
        if value is not _MISSING:
            # A constructor that takes a class may keep an instance of it.
            given = parameter.default
            return given if isinstance(given, type) and type(value) is given else value
    if parameter.default is not inspect.Parameter.empty:
        return parameter.default
    raise StateError(
        f"type {type(type_).__qualname__} does not keep its argument {parameter.name!r}",
        hint=f"set self.{parameter.name} in its __init__, so that a revision file can repeat the call; "
        f"or {_own_class(type_)}",
    )


def _own_class(type_: TypeEngine[Any]) -> str:
    return f"use a subclass of {type(type_).__qualname__} whose __init__ takes no arguments and hands them on itself"
