"""Operations as bytes and back, many times faster than running the file that they are from.

In: the operations of a self-contained file. Out: a pickle that holds minimig's own values, and of SQLAlchemy what
describes a type or a piece of SQL. What holds anything else, such as a function or an operation of the project's own,
is not packed. Unpacking looks up no other class than these, so the bytes can name no function that would be called.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from minimig import ops
from minimig.errors import StateError
from minimig.state import parts, tables
from minimig.state.built_types import built_type
from minimig.state.sql import SqlExpression
from minimig.state.values import SqlType

FORMAT = 1
"""To be raised when the same bytes mean other operations than before."""

Reduced = tuple[Callable[..., Any], tuple[Any, ...]]


class NotPackedError(Exception):
    """Something that is not minimig's to pack; never seen outside."""


def pack(value: Any) -> bytes | None:
    """Operations as bytes; None where they hold what must come from their file each time."""
    target = io.BytesIO()
    try:
        _Packer(target, protocol=5).dump(value)
        packed = target.getvalue()
        return packed if unpack(packed) == value else None
    except (NotPackedError, pickle.PickleError, StateError, TypeError, AttributeError, RecursionError):
        return None


def unpack(packed: bytes | memoryview) -> Any:
    """What was packed, anew."""
    return _Unpacker(io.BytesIO(packed)).load()


@cache
def shape() -> int:
    """A sum over the fields of everything that is packed: a minimig with others of the same version is another one."""
    kinds = [each for module in (ops, tables, parts) for each in vars(module).values() if isinstance(each, type)]
    said = [(kind.__name__, [field.name for field in fields(kind)]) for kind in kinds if is_dataclass(kind)]
    return zlib.crc32(repr(said).encode())


class _Packer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """How to pack what is no plain value. Raises NotPackedError."""
        if isinstance(value, SqlType):
            built_type(value.call)  # raises for what could not be built again
            return built_type, (value.call,)
        if isinstance(value, SqlExpression) and value.element is not None:
            return _expression_reduced(value) or NotImplemented
        if value in _FUNCTIONS or _is_ours(value if isinstance(value, type) else type(value)):
            return NotImplemented
        raise NotPackedError(repr(value))


class _Unpacker(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The class or function of that name. Raises NotPackedError for one that no packer would have named."""
        found = super().find_class(module, name)
        if found in _FUNCTIONS or (isinstance(found, type) and _is_ours(found)):
            return found
        raise NotPackedError(f"{module}.{name}")


def _text_expression(text: str, sql: str) -> SqlExpression:
    return SqlExpression(text, sa.text(sql))


def _literal_expression(value: str) -> SqlExpression:
    return SqlExpression.literal(value)


def _word_expression(text: str) -> SqlExpression:
    return SqlExpression(text, sa.true() if text == "true" else sa.false())


_FUNCTIONS: tuple[Any, ...] = (built_type, _text_expression, _literal_expression, _word_expression)


def _expression_reduced(value: SqlExpression) -> Reduced | None:
    """Text and literals, which most pieces of SQL are, by what they are made from: they are not copied each time."""
    element = value.element
    if isinstance(element, sa.TextClause) and not element._bindparams:  # noqa: SLF001 - nothing public tells
        return _text_expression, (value.text, element.text)
    if isinstance(element, sa.True_ | sa.False_):
        return _word_expression, (value.text,)
    if isinstance(element, sa.BindParameter) and isinstance(element.value, str):
        made = SqlExpression.literal(element.value)
        if made == value and made.element is not None and element.compare(made.element):
            return _literal_expression, (element.value,)
    return None


@cache
def _is_ours(kind: type) -> bool:
    """Whether values of this class may be packed."""
    return kind.__module__.startswith(("minimig.operations.", "minimig.state.", "sqlalchemy.sql.", "sqlalchemy.util."))
