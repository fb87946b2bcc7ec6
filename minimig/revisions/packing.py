"""Operations as bytes and back, many times faster than running the file that they are from.

In: the operations of a self-contained file. Out: a pickle that holds minimig's own values, and of SQLAlchemy what
describes a type or a piece of SQL. What holds anything else, such as a function or an operation of the project's own,
is not packed. Unpacking looks up no other class than these, so the bytes can name no function that would be called.
"""

from __future__ import annotations

import io
import operator
import pickle
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import BuiltinFunctionType, FunctionType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.operations import base
from minimig.revisions import self_contained
from minimig.state import tables
from minimig.state.built_types import built_type
from minimig.state.calls import Call
from minimig.state.describing import describe_type
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
    except Exception:  # noqa: BLE001 - not ours to pack, or somebody's type that fails: its file says it each time
        return None


def unpack(packed: bytes | memoryview) -> Any:
    """What was packed, anew."""
    return _Unpacker(io.BytesIO(packed)).load()


@cache
def shape() -> int:
    """A sum over the files that say what is packed, and when: a minimig with others is another one.

    Whoever works on minimig has one version for many of these.
    """
    folders = (Path(module.__file__ or "").parent for module in (base, tables, self_contained))
    files = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    return zlib.crc32(repr([(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]).encode())


class _Packer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """How to pack what is no plain value. Raises NotPackedError."""
        if isinstance(value, SqlType):
            return _type, (_described(value.sa_type, value.call),)
        if isinstance(value, TypeEngine):  # in an expression; it may hold on to whoever listens to it
            return _bare_type, (_described(value, describe_type(value)),)
        if isinstance(value, SqlExpression) and value.element is not None:
            return _expression_reduced(value.text, value.element)
        if _is_packed(value):
            return NotImplemented
        raise NotPackedError(repr(value))


class _Unpacker(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The class or function of that name. Raises NotPackedError for one that no packer would have named."""
        if module.startswith((*_OURS, "_operator", __name__)):  # another is not even imported
            found = super().find_class(module, name)
            if isinstance(found, type | FunctionType | BuiltinFunctionType) and _is_packed(found):
                return found
        raise NotPackedError(f"{module}.{name}")


def _described(type_: TypeEngine[Any], call: Call) -> Call:
    """The call that describes a type. Raises NotPackedError for a type that holds more than that."""
    built = _type(call).sa_type
    if type(built) is not type(type_) or _plain(built) != _plain(type_):
        raise NotPackedError(repr(type_))
    return call


def _plain(type_: TypeEngine[Any]) -> dict[str, Any]:
    """What it was given; what it has found out since is not of interest."""
    plain = (str, int, float, tuple, list)
    return {name: value for name, value in vars(type_).items() if name[0] != "_" and isinstance(value, plain)}


def _expression_reduced(text: str, element: sa.ClauseElement) -> Any:
    """Text and literals, which most pieces of SQL are, by what they are made from: they are not copied each time."""
    if isinstance(element, sa.TextClause) and not element._bindparams:  # noqa: SLF001 - nothing public tells
        return _text_expression, (text, element.text)
    if isinstance(element, sa.True_ | sa.False_):
        return _word_expression, (text, isinstance(element, sa.True_))
    if isinstance(element, sa.BindParameter) and isinstance(element.value, str):
        made = SqlExpression.literal(element.value)
        if made.text == text and made.element is not None and made.element.compare(element):
            return _literal_expression, (element.value,)
    if not element.compare(pickle.loads(pickle.dumps(element))):  # noqa: S301 - it is ours
        raise NotPackedError(text)
    return NotImplemented


@lru_cache(maxsize=4096)  # thousands of columns have few types that differ
def _built(call: Call, _kinds: tuple[type, ...]) -> SqlType:
    """The type of a call; the kinds of its arguments tell 10.0 from 10, which are equal and not the same SQL."""
    if not call.is_of("sqlalchemy"):
        raise NotPackedError(repr(call))
    built = built_type(call)
    if describe_type(built) != call:
        raise NotPackedError(repr(call))
    return SqlType(built, call)


def _type(call: Call) -> SqlType:
    return _built(call, (*map(type, call.args), *[type(value) for _, value in call.kwargs]))


def _bare_type(call: Call) -> TypeEngine[Any]:
    return _type(call).copy()


def _text_expression(text: str, sql: str) -> SqlExpression:
    return SqlExpression(text, sa.text(sql))


def _word_expression(text: str, value: bool) -> SqlExpression:
    return SqlExpression(text, sa.true() if value else sa.false())


def _literal_expression(value: str) -> SqlExpression:
    return SqlExpression.literal(value)


_FUNCTIONS: frozenset[Callable[..., Any]] = frozenset(
    {_type, _bare_type, _text_expression, _word_expression, _literal_expression}
)
_NAMES = "add and_ contains eq floordiv ge getitem gt inv le lshift lt mod mul ne neg or_ rshift sub truediv xor"
_OPERATORS: frozenset[Callable[..., Any]] = frozenset(getattr(operator, name) for name in _NAMES.split())
"""What an expression of SQLAlchemy's says `+` with: for the comma and such it has functions of its own."""
_FROZEN = ("sqlalchemy.util._immutabledict", "sqlalchemy.cyextension.immutabledict", "sqlalchemy.util._py_collections")
"""Where SQLAlchemy's frozen dictionary lies: in 2.1; in 2.0, compiled and not."""
_OURS = ("minimig.operations.", "minimig.state.", "sqlalchemy.sql.", *_FROZEN)


def _is_packed(value: Any) -> bool:
    """Whether a value, or a class or function that makes values, may be packed."""
    if isinstance(value, FunctionType | BuiltinFunctionType):
        return value in _FUNCTIONS or value in _OPERATORS or value.__module__ == "sqlalchemy.sql.operators"
    return _is_ours(_kind(value))


def _kind(value: Any) -> type:
    return value if isinstance(value, type) else type(value)


@cache
def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith(_OURS)
