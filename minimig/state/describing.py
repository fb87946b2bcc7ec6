"""Types as the calls that build them: `String(80)` is `Call(Reference("sqlalchemy", "String"), (80,))`.

In goes a SQLAlchemy type, out comes a `Call`, which compares by value. What a constructor was given is read back from
the attributes it keeps it in; what cannot be known so is a StateError that says how the type can tell.

Alembic prints `repr(type)` and trusts it; Django asks each field to take itself apart (`deconstruct`).
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.errors import StateError
from minimig.state.calls import Call, ListArgument, Reference
from minimig.state.signatures import hands_on, parameters_of, variadic_name
from minimig.state.sql import SqlExpression
from minimig.state.type_arguments import PLAIN_KINDS, SAID_OTHERWISE, attribute, plain_values, told_parameters

_DIALECTS = ("postgresql", "mysql", "sqlite", "mssql", "oracle")
_PLAIN = (bool, int, float, str)

Arguments = tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]


def describe_type(type_: TypeEngine[Any]) -> Call:
    """The call that builds `type_`, variants included.

    Raises StateError when a constructor argument is not kept as an attribute, so that it cannot be known.
    """
    cls: Any = type(type_)
    by_dialect = type_._variant_mapping  # noqa: SLF001 - nothing public tells the variants
    if not by_dialect and (values_of := plain_values(cls)) is not None:
        values = values_of(type_)
        kinds = tuple(map(type, values))
        if PLAIN_KINDS.issuperset(kinds):
            return _plain_call(cls, values, kinds)
    variants = tuple((describe_type(variant), (dialect,)) for dialect, variant in sorted(by_dialect.items()))
    if isinstance(type_, sa.Enum):
        args, kwargs = _enum_arguments(type_)
    elif isinstance(type_, mysql.SET):
        args, kwargs = _set_arguments(type_)
    elif isinstance(type_, postgresql.DOMAIN):
        args, kwargs = _domain_arguments(type_)
    elif isinstance(type_, TypeDecorator) and cls.__init__ is TypeDecorator.__init__:
        args, kwargs = _decorator_arguments(type_)
    else:
        args, kwargs = _arguments(type_)
    return Call(reference_to(cls), args, kwargs, variants)


@cache
def reference_to(cls: Any) -> Reference:
    """The shortest public name of a class: `sqlalchemy.String`, not `sqlalchemy.sql.sqltypes.String`."""
    name = cls.__qualname__
    if cls.__module__.startswith("sqlalchemy."):
        if getattr(sa, name, None) is cls:
            return Reference("sqlalchemy", name)
        for dialect in _DIALECTS:
            if cls.__module__.startswith(f"sqlalchemy.dialects.{dialect}."):
                return Reference(f"sqlalchemy.dialects.{dialect}", name)
    if "<locals>" in name:
        raise StateError(
            f"{name} is defined inside a function, so no file can import it",
            hint="move the class to the top of its module",
        )
    return Reference(cls.__module__, name)


def _enum_arguments(type_: sa.Enum) -> Arguments:
    """An enum is described by its labels, never by the Python class: the class changes, history must not."""
    _, others = _arguments(type_)
    options = {key: value for key, value in others if key not in ("name", "length")}
    if type_.name is not None:
        options["name"] = str(type_.name)
    if type_.schema is not None:
        options["schema"] = str(type_.schema)
    if type(type_) is sa.Enum:
        # The length follows from the labels unless somebody widened it on purpose.
        if type_.length and type_.length != max((len(label) for label in type_.enums), default=0):
            options["length"] = type_.length
        if not type_.native_enum:
            options["native_enum"] = False
        if type_.create_constraint:
            options["create_constraint"] = True
    return tuple(type_.enums), tuple(sorted(options.items()))


def _set_arguments(type_: mysql.SET) -> Arguments:
    """A set's length follows from its values, and one argument hides in **kw."""
    args, others = _arguments(type_)
    options = {key: value for key, value in others if key != "length"}
    if type_.retrieve_as_bitwise:
        options["retrieve_as_bitwise"] = True
    return args, tuple(sorted(options.items()))


def _domain_arguments(type_: postgresql.DOMAIN) -> Arguments:
    """A domain says no more than what was given."""
    args, others = _arguments(type_)
    options = {key: value for key, value in others if value is not None}
    if not type_.not_null:
        options.pop("not_null", None)
    if type_.schema is not None:
        options["schema"] = str(type_.schema)
    return args, tuple(sorted(options.items()))


def _decorator_arguments(type_: TypeDecorator[Any]) -> Arguments:
    """A TypeDecorator without an own constructor hands its arguments to the type it wraps."""
    if isinstance(type(type_).impl, TypeEngine):
        return (), ()
    if isinstance(type_.impl_instance, sa.Enum):
        return _enum_arguments(type_.impl_instance)
    return _arguments(type_.impl_instance)


def _arguments(type_: TypeEngine[Any]) -> Arguments:
    cls: Any = type(type_)
    positional: list[Any] = [*map(_freeze, getattr(type_, variadic_name(cls), ()))]
    args, named = _told_apart(cls, positional, [_freeze(attribute(type_, each)) for each in told_parameters(cls)])
    if isinstance(type_, TypeDecorator) and hands_on(cls, TypeDecorator):
        named.update(_handed_on(type_, named))
    return args, tuple(named.items())


def _told_apart(cls: Any, positional: list[Any], values: Iterable[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What has to be said of the values of a constructor's parameters, by place and by name."""
    defaults = _default_arguments(cls)
    named: dict[str, Any] = {}
    in_front = not positional  # what follows *values can only be given by name
    for parameter, value in zip(told_parameters(cls), values, strict=True):
        if _alike(value, defaults.get(parameter.name, _freeze(parameter.default))):
            in_front = False
        elif in_front and parameter.kind is not parameter.KEYWORD_ONLY and not isinstance(value, bool):
            positional.append(value)
        else:
            named[parameter.name] = value
            in_front = False
    return tuple(positional), named


@lru_cache(maxsize=4096)
def _plain_call(cls: Any, values: tuple[Any, ...], _kinds: tuple[type, ...]) -> Call:
    """The call of such a type: ten thousand columns have few that differ. The kinds tell True from 1."""
    args, named = _told_apart(cls, [], values)
    return Call(reference_to(cls), args, tuple(named.items()))


def _handed_on(type_: TypeDecorator[Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    """What a decorator took as **kwargs and handed on to the type it wraps.

    That is where the wrapped type differs from that of a decorator which was given only its own arguments.
    """
    cls: Any = type(type_)
    own = {parameter.name: attribute(type_, parameter) for parameter in parameters_of(cls)}
    try:
        plain = cls(*getattr(type_, variadic_name(cls), ()), **own).impl_instance
    except (TypeError, ValueError, sa.exc.SQLAlchemyError):
        return {}
    impl = type_.impl_instance
    if type(impl) is not type(plain) or isinstance(impl, sa.types.SchemaType):
        return {}
    kind: Any = type(impl)
    pairs = [(p.name, _freeze(attribute(impl, p)), _freeze(attribute(plain, p))) for p in parameters_of(kind)]
    return {name: value for name, value, default in pairs if name not in taken and not _alike(value, default)}


@cache
def _default_arguments(cls: type) -> Mapping[str, Any]:
    """What each argument is when nothing is given: some types replace None by a value of their own."""
    try:
        instance = cls()
    except Exception:  # noqa: BLE001 - somebody's own __init__ may fail in any way
        return {}
    return {p.name: _freeze(attribute(instance, p)) for p in parameters_of(cls) if p.name not in SAID_OTHERWISE}


def _alike(value: Any, default: Any) -> bool:
    """Equality, where a class of somebody's own may answer anything: only values of one kind are compared."""
    kinds = type(value) is type(default) or (isinstance(value, _PLAIN) and isinstance(default, _PLAIN))
    return kinds and bool(value == default)


def _freeze(value: Any) -> Any:
    """A constructor argument as a comparable value."""
    if type(value) in PLAIN_KINDS:
        return value
    for kind, freeze in _FREEZING:
        if isinstance(value, kind):
            return freeze(value)
    if dataclasses.is_dataclass(value):
        cls: Any = type(value)
        fields = [field.name for field in dataclasses.fields(value) if field.init]
        return Call(reference_to(cls), (), tuple((name, _freeze(getattr(value, name))) for name in fields))
    return value


def _frozen_class(cls: Any) -> Call | Reference:
    if not issubclass(cls, TypeEngine):
        return reference_to(cls)
    try:
        return describe_type(cls())
    except TypeError:  # it cannot be made without arguments, so it is meant as the class it is
        return reference_to(cls)


def _frozen_partial(value: functools.partial[Any]) -> Call:
    named = tuple((name, _freeze(item)) for name, item in value.keywords.items())
    return Call(Reference("functools", "partial"), (value.func, *map(_freeze, value.args)), named)


def _frozen_tuple(value: tuple[Any, ...]) -> Call | tuple[Any, ...]:
    cls: Any = type(value)
    items = tuple(map(_freeze, value))
    return Call(reference_to(cls), items) if hasattr(value, "_fields") else items  # a named tuple


def _frozen_number(value: float | Decimal) -> Any:
    """A number; one that is not equal to itself by its text."""
    return Call(Reference(type(value).__module__, type(value).__name__), (str(value),)) if math.isnan(value) else value


_FREEZING: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    ((Call, Reference, SqlExpression), lambda value: value),
    (TypeEngine, describe_type),
    (type, _frozen_class),
    (functools.partial, _frozen_partial),
    ((list, ListArgument), lambda value: ListArgument(map(_freeze, value))),
    (tuple, _frozen_tuple),
    (dict, lambda value: {key: _freeze(item) for key, item in value.items()}),
    ((float, Decimal), _frozen_number),
    (sa.ClauseElement, SqlExpression.of),
)
