"""What SQLAlchemy cannot compare, made comparable: column types and SQL expressions.

SQLAlchemy compares types and expressions by identity, and `repr` loses variants. Here each is wrapped together with a
key: a type's key is the call that would build it (`Call`), an expression's key is its SQL text. Two values are equal
when they would be written the same way in a revision file; the SQLAlchemy object is carried along because only it can
be compiled for a dialect.

Django compares deconstructed fields (the same idea as `Call`); Alembic compares strings compiled for the live database.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.sql import operators, visitors
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.errors import StateError
from minimig.state.expressions import spell_like
from minimig.state.generic import GenericDialect
from minimig.state.signatures import parameters_of, variadic_name

GENERIC = GenericDialect(paramstyle="named")
"""The dialect that SQL text is spelled in while no database is meant."""


@dataclass(frozen=True)
class Reference:
    """Something that is imported by name: a class, a function, an enum member."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """A value as the call that builds it: what types are compared by, and what the writer prints.

    `target(*args, **kwargs)`, then for each of `variants` `.with_variant(call, *dialect_names)`.
    """

    target: Reference
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()
    variants: tuple[tuple[Call, tuple[str, ...]], ...] = ()


_FORGOTTEN = ("charset", "collation", "ascii", "unicode", "binary", "national")
"""What a copy of MySQL's ENUM does not have any more."""


@dataclass(frozen=True)
class SqlType:
    """A column type: the SQLAlchemy object, compared by the call that builds it."""

    sa_type: TypeEngine[Any] = field(compare=False, repr=False)
    call: Call = field(default=Call(Reference("sqlalchemy", "Null")))

    @classmethod
    def of(cls, type_: TypeEngine[Any] | type[TypeEngine[Any]] | SqlType) -> SqlType:
        """Wrap a SQLAlchemy type (an instance or a class). Raises StateError when it cannot be described."""
        if isinstance(type_, SqlType):
            return type_
        instance = type_() if isinstance(type_, type) else type_
        if isinstance(instance, sa.types.NullType):
            raise StateError("a column has no type", hint="give the column a type, for example sa.Integer")
        return cls(instance, describe_type(instance))

    def copy(self) -> TypeEngine[Any]:
        """The SQLAlchemy type for a new Column; types that listen to their table's events may not be shared."""
        if isinstance(self.sa_type, mysql.ENUM):
            made: TypeEngine[Any] = self.sa_type.copy()  # type: ignore[no-untyped-call]
            vars(made).update({name: getattr(self.sa_type, name) for name in _FORGOTTEN})
            return made
        if isinstance(self.sa_type, sa.types.SchemaType | TypeDecorator | sa.ARRAY):
            return self.sa_type.copy()
        return self.sa_type


@dataclass(frozen=True)
class SqlExpression:
    """A piece of SQL: a server default, a CHECK, an index expression. Compared by its generic text."""

    text: str
    element: sa.ClauseElement | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, value: str | sa.ClauseElement | SqlExpression) -> SqlExpression:
        """Wrap SQL text or a SQLAlchemy expression. A `str` is SQL here, not a string literal: see `literal`."""
        if isinstance(value, SqlExpression):
            return value
        if isinstance(value, str):
            return cls(value)
        _check_portable(value)
        detached: Any = visitors.replacement_traverse(value, {}, _without_table)
        try:
            text = compile_expression(detached, GENERIC)
        except (sa.exc.CompileError, NotImplementedError) as error:
            raise StateError(f"this expression has no plain SQL: {error}", hint="write it as sa.text(...)") from error
        return cls(text, detached)

    @classmethod
    @lru_cache(maxsize=1024)  # a thousand tables have few defaults that differ, and SQLAlchemy compiles each
    def literal(cls, value: str) -> SqlExpression:
        """A string as a SQL literal: what SQLAlchemy makes of `server_default="draft"`."""
        return cls.of(sa.literal(value, sa.String()))

    def spelled_like(self, names: Collection[str]) -> SqlExpression:
        """The same expression with the names in its text spelled as the columns are."""
        text = spell_like(self.text, names)
        return self if text == self.text else SqlExpression(text, self.element)

    def compile(self, dialect: sa.Dialect) -> str:
        """The SQL of this expression on one dialect."""
        return self.text if self.element is None else compile_expression(self.element, dialect)


def _check_portable(element: Any) -> None:
    """Refuse what text could not repeat: open parameters, and what each database spells in a way of its own."""
    for part in visitors.iterate(element):
        if getattr(part, "operator", None) is operators.match_op:
            raise StateError("match() is spelled differently by each database", hint="write it as sa.text(...)")
        if isinstance(part, sa.sql.functions.next_value) and part is not element:
            raise StateError(f"{part} is spelled differently by each database", hint="write it as sa.text(...)")
        if isinstance(part, sa.BindParameter) and part.required:
            raise StateError(
                f"SQL text {str(element)!r} has a parameter :{part.key}, and DDL takes none",
                hint="if the colon stands for itself, write it as \\:",
            )


def _without_table(element: Any, **_: Any) -> Any:
    """A state must not hold on to the user's tables, nor attach constraints to them."""
    return sa.column(element.name, element.type) if isinstance(element, sa.Column) else None


def compile_expression(element: sa.ClauseElement, dialect: sa.Dialect, *, tables: bool = False) -> str:
    """SQL text, values inline, as DDL needs it; with `tables`, columns have the name of their table in front."""
    compiler = dialect.statement_compiler(dialect, None)
    text: str = compiler.process(element, include_table=tables, literal_binds=True)
    # Drivers of the format and pyformat styles want a percent sign doubled; this text never meets bound parameters.
    return text.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else text


TypeArgument = TypeEngine[Any] | type[TypeEngine[Any]] | SqlType
"""How a type may be given: an instance, a class, or wrapped already."""


# --- describing types -------------------------------------------------------------------------------------------------

_DIALECTS = ("postgresql", "mysql", "sqlite", "mssql", "oracle")


def describe_type(type_: TypeEngine[Any]) -> Call:
    """The call that builds `type_`, variants included.

    Raises StateError when a constructor argument is not kept as an attribute, so that it cannot be known.
    """
    by_dialect = sorted(type_._variant_mapping.items())  # noqa: SLF001 - nothing public tells the variants
    variants = tuple((describe_type(variant), (dialect,)) for dialect, variant in by_dialect)
    cls: Any = type(type_)
    if isinstance(type_, sa.Enum):
        args, kwargs = _enum_arguments(type_)
    elif isinstance(type_, postgresql.DOMAIN):
        args, kwargs = _domain_arguments(type_)
    elif isinstance(type_, TypeDecorator) and cls.__init__ is TypeDecorator.__init__:
        args, kwargs = _decorator_arguments(type_)
    else:
        args, kwargs = _arguments(type_)
    return Call(reference_to(cls), args, kwargs, variants)


@cache
def reference_to(cls: type) -> Reference:
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
            f"type {name} is defined inside a function, so no file can import it",
            hint="move the class to the top of its module",
        )
    return Reference(cls.__module__, name)


def _enum_arguments(type_: sa.Enum) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
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


_SAID_OTHERWISE = ("schema", "metadata", "inherit_schema")
"""Where a named type lives: by now that is its `schema`, wherever it came from."""


def _domain_arguments(type_: postgresql.DOMAIN) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    """A domain says no more than what was given."""
    args, others = _arguments(type_)
    options = {key: value for key, value in others if value is not None}
    if not type_.not_null:
        options.pop("not_null", None)
    if type_.schema is not None:
        options["schema"] = str(type_.schema)
    return args, tuple(sorted(options.items()))


def _decorator_arguments(type_: TypeDecorator[Any]) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    """A TypeDecorator without an own constructor hands its arguments to the type it wraps."""
    if isinstance(type(type_).impl, TypeEngine):
        return (), ()
    if isinstance(type_.impl_instance, sa.Enum):
        return _enum_arguments(type_.impl_instance)
    return _arguments(type_.impl_instance)


def _arguments(type_: TypeEngine[Any]) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    cls: Any = type(type_)
    defaults = _default_arguments(cls)
    positional: list[Any] = [*_freeze(tuple(getattr(type_, variadic_name(cls), ())))]
    named: dict[str, Any] = {}
    in_front = not positional  # what follows *values can only be given by name
    for parameter in parameters_of(cls):
        if isinstance(type_, sa.types.SchemaType) and parameter.name in _SAID_OTHERWISE:
            continue
        value = _freeze(_attribute(type_, parameter))
        if value == defaults.get(parameter.name, _freeze(parameter.default)):
            in_front = False
        elif in_front and parameter.kind is not parameter.KEYWORD_ONLY and not isinstance(value, bool):
            positional.append(value)
        else:
            named[parameter.name] = value
            in_front = False
    return tuple(positional), tuple(named.items())


@cache
def _default_arguments(cls: type) -> Mapping[str, Any]:
    """What each argument is when nothing is given: some types replace None by a value of their own."""
    try:
        instance = cls()
    except (TypeError, ValueError, sa.exc.SQLAlchemyError):
        return {}
    return {p.name: _freeze(_attribute(instance, p)) for p in parameters_of(cls) if p.name not in _SAID_OTHERWISE}


_MISSING = object()


def _attribute(type_: TypeEngine[Any], parameter: inspect.Parameter) -> Any:
    for name in (parameter.name, f"_{parameter.name}"):
        value = getattr(type_, name, _MISSING)
        if value is not _MISSING:
            return value
    if parameter.default is not inspect.Parameter.empty:
        return parameter.default
    raise StateError(
        f"type {type(type_).__qualname__} does not keep its argument {parameter.name!r}",
        hint=f"set self.{parameter.name} in its __init__, so that a revision file can repeat the call",
    )


def _freeze(value: Any) -> Any:
    """A constructor argument as a comparable value."""
    if isinstance(value, TypeEngine):
        return describe_type(value)
    if isinstance(value, type) and issubclass(value, TypeEngine):
        return describe_type(value())
    if isinstance(value, type):
        return reference_to(value)
    if isinstance(value, list | tuple):
        return tuple(_freeze(item) for item in value)
    return SqlExpression.of(value) if isinstance(value, sa.ClauseElement) else value
