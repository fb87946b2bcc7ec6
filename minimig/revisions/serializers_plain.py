"""Rules for Python's own values: numbers, texts, dates, containers, enums, functions and classes.

Each rule writes one type; `PLAIN_RULES` holds them in the order in which they are tried, so a subtype stands before the
type it would be mistaken for (bool before int, datetime before date, an enum before the str or int it is as well).
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import math
import pathlib
import uuid
import zoneinfo
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum, Flag
from functools import reduce
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from minimig.errors import WriterError
from minimig.revisions.serializers_base import Rule, Writing
from minimig.revisions.serializers_layout import Bracket, Source, call, flat, list_of, quoted, text
from minimig.state.values import Reference


def _constant(value: Any, _: Writing) -> Source:
    return repr(value)


def _int(value: int, _: Writing) -> Source:
    return int.__repr__(value)


def _float(value: float, _: Writing) -> Source:
    return float.__repr__(value) if math.isfinite(value) else f'float("{float.__repr__(value)}")'


def _str(value: str, _: Writing) -> Source:
    return text(str(value))


def _bytes(value: bytes, _: Writing) -> Source:
    # Latin 1 maps each byte to the character of the same number; repr shows those above ASCII as characters, so
    # escape them here.
    literal = quoted(value.decode("latin-1"))
    return "b" + "".join(c if c.isascii() else f"\\x{ord(c):02x}" for c in literal)


def _datetime(value: dt.datetime, writing: Writing) -> Source:
    clock = _clock(value)
    named = {"tzinfo": value.tzinfo, "fold": value.fold}
    fields = [value.year, value.month, value.day, *clock]
    return _moment("datetime", fields, named, writing)


def _time(value: dt.time, writing: Writing) -> Source:
    return _moment("time", _clock(value), {"tzinfo": value.tzinfo, "fold": value.fold}, writing)


def _date(value: dt.date, writing: Writing) -> Source:
    return _moment("date", [value.year, value.month, value.day], {}, writing)


def _timedelta(value: dt.timedelta, writing: Writing) -> Source:
    fields = {"days": value.days, "seconds": value.seconds, "microseconds": value.microseconds}
    return _moment("timedelta", [], fields, writing)


def _clock(value: dt.datetime | dt.time) -> list[int]:
    """Hour and minute, then second and microsecond as far as they are needed."""
    fields = [value.hour, value.minute, value.second, value.microsecond]
    while len(fields) > 2 and fields[-1] == 0:
        fields.pop()
    return fields


def _moment(name: str, fields: list[int], named: Mapping[str, Any], writing: Writing) -> Source:
    target = writing.imports.name(Reference("datetime", name))
    given = tuple((key, writing.value(value)) for key, value in named.items() if value not in (None, 0))
    return call(target, writing.values(fields), given)


def _timezone(value: dt.timezone, writing: Writing) -> Source:
    target = writing.imports.name(Reference("datetime", "timezone"))
    if value is dt.UTC:
        return f"{target}.utc"
    offset, name = value.utcoffset(None), value.tzname(None)
    named = () if name == dt.timezone(offset).tzname(None) else (name,)
    return call(target, writing.values([offset, *named]))


def _zone(value: zoneinfo.ZoneInfo, writing: Writing) -> Source:
    return call(writing.imports.name(Reference("zoneinfo", "ZoneInfo")), writing.values([value.key]))


def _decimal(value: Decimal, writing: Writing) -> Source:
    return call(writing.imports.name(Reference("decimal", "Decimal")), writing.values([str(value)]))


def _uuid(value: uuid.UUID, writing: Writing) -> Source:
    return call(writing.imports.name(Reference("uuid", "UUID")), writing.values([str(value)]))


def _path(value: pathlib.PurePath, writing: Writing) -> Source:
    # The pure kind: a PosixPath cannot even be made on Windows, and a revision file travels.
    name = "PureWindowsPath" if isinstance(value, pathlib.PureWindowsPath) else "PurePosixPath"
    return call(writing.imports.name(Reference("pathlib", name)), writing.values([str(value)]))


def _enum(value: Enum, writing: Writing) -> Source:
    cls = type(value)
    target = writing.name(Reference(cls.__module__, cls.__qualname__), "the enum")
    if isinstance(value, Flag):
        return _flag(value, target)
    return _member(target, value.name)


def _flag(value: Flag, target: str) -> Source:
    """Members joined by `|`; a combination that they do not make up is written by number."""
    members = [member for member in type(value) if member in value and member.value]
    names = [str(member.name) for member in members]
    whole = bool(members) and reduce(lambda a, b: a | b, members) == value
    return " | ".join(_member(target, name) for name in names) if whole else f"{target}({value.value!r})"


def _member(target: str, name: str) -> str:
    return f"{target}.{name}" if name.isidentifier() else f"{target}[{quoted(name)}]"


def _list(value: list[Any], writing: Writing) -> Source:
    return list_of(writing.values(value))


def _tuple(value: tuple[Any, ...], writing: Writing) -> Source:
    items = writing.values(value)
    cls = type(value)
    if hasattr(cls, "_fields"):  # a named tuple
        return call(writing.name(Reference(cls.__module__, cls.__qualname__), "the class"), items)
    return Bracket("(", tuple(("", item) for item in items), ")", lone_comma=True)


def _set(value: set[Any] | frozenset[Any], writing: Writing) -> Source:
    """Sorted by their source: a set has no order of its own, and a file must not change from run to run."""
    items = tuple(("", item) for item in sorted(writing.values(value), key=flat))
    frozen = isinstance(value, frozenset)
    if not items:
        return "frozenset()" if frozen else "set()"
    braces = Bracket("{", items, "}")
    return call("frozenset", (braces,)) if frozen else braces


def _mapping(value: Mapping[Any, Any], writing: Writing) -> Source:
    """In the order given: that is the order which the person who wrote it had in mind."""
    items = tuple((f"{flat(writing.value(key))}: ", writing.value(item)) for key, item in value.items())
    return Bracket("{", items, "}")


def _partial(value: functools.partial[Any], writing: Writing) -> Source:
    target = writing.imports.name(Reference("functools", "partial"))
    named = tuple((name, writing.value(item)) for name, item in value.keywords.items())
    return call(target, writing.values([value.func, *value.args]), named)


def _named(value: Any, writing: Writing) -> Source:
    """A function or a class: by the module and the name it is found under."""
    module = getattr(value, "__module__", None) or "builtins"
    name = getattr(value, "__qualname__", value.__name__)
    what = "the class" if isinstance(value, type) else "the function"
    written = writing.name(Reference(module, name), what)
    if _found(module, name) != value:
        raise WriterError(
            f"{what} {name} is not what module {module} calls {name}",
            where=writing.place or None,
            hint="give it a name of its own at the top of the module; a decorator should use functools.wraps",
        )
    return written


def _found(module: str, name: str) -> Any:
    value: Any = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


_CACHED = type(functools.lru_cache(lambda: None))

PLAIN_RULES: tuple[Rule, ...] = (
    (Enum, _enum),
    (type(None), _constant),
    (bool, _constant),
    (int, _int),
    (float, _float),
    (str, _str),
    (bytes, _bytes),
    (Decimal, _decimal),
    (dt.datetime, _datetime),
    (dt.date, _date),
    (dt.time, _time),
    (dt.timedelta, _timedelta),
    (dt.timezone, _timezone),
    (zoneinfo.ZoneInfo, _zone),
    (uuid.UUID, _uuid),
    (pathlib.PurePath, _path),
    (range, _constant),
    (list, _list),
    (tuple, _tuple),
    (set, _set),
    (frozenset, _set),
    (Mapping, _mapping),
    (functools.partial, _partial),
    (FunctionType, _named),
    (BuiltinFunctionType, _named),
    (MethodType, _named),
    (_CACHED, _named),
    (type, _named),
)
