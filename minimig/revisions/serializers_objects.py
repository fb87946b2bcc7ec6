"""Rules for objects of the standard library and of a project: patterns, addresses, annotations, dataclasses.

They are what types and hand-written operations are given as arguments. Whatever remains is an error that says how the
serializer is taught.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterable
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any

from minimig.revisions.serializers_base import Rule, Writing
from minimig.revisions.serializers_layout import Source, call, flat, text
from minimig.state.describing import reference_to
from minimig.state.values import Reference

_IP = (IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network)
_PARAMETRIZED = type(typing.cast("Any", typing.List)[int])  # noqa: UP006 - the class behind typing's own aliases
_UNION = type(typing.Optional[int])  # noqa: UP045 - another one before Python 3.14


def _pattern(value: re.Pattern[Any], writing: Writing) -> Source:
    # Of the flags only those that were given: text is matched as Unicode without saying so.
    given = re.RegexFlag(value.flags)
    if isinstance(value.pattern, str):
        given &= ~re.UNICODE
    target = writing.imports.name(Reference("re", "compile"))
    return call(target, writing.values([value.pattern, *([given] if given else [])]))


def _by_text(value: Any, writing: Writing) -> Source:
    """An object whose class reads back what `str` says."""
    cls = type(value)
    return call(writing.name(Reference(cls.__module__, cls.__qualname__), "the class"), (text(str(value)),))


def _bytearray(value: bytearray, writing: Writing) -> Source:
    return call("bytearray", writing.values([bytes(value)]))


def _slice(value: slice, writing: Writing) -> Source:
    return call("slice", writing.values([value.start, value.stop, value.step]))


def _complex(value: complex, writing: Writing) -> Source:
    return call("complex", writing.values([value.real, value.imag]))


def _ellipsis(_value: Any, _: Writing) -> Source:
    return "..."


def _module(value: types.ModuleType, writing: Writing) -> Source:
    package, _, name = value.__name__.rpartition(".")
    if package:
        return writing.name(Reference(package, name), "the module")
    written = writing.name(Reference(name, ""), "the module")
    return written.removesuffix(".")


def _method(value: types.MethodDescriptorType, writing: Writing) -> Source:
    """A method of a class that is written in C, such as `str.upper`."""
    cls = value.__objclass__
    return writing.name(Reference(cls.__module__, f"{cls.__qualname__}.{value.__name__}"), "the method")


def _annotation(value: Any, writing: Writing) -> Source:
    """`list[int]`, `int | None`, `Page[Post]`."""
    origin, arguments = typing.get_origin(value), typing.get_args(value)
    written = [flat(writing.value(None if each is type(None) else each)) for each in arguments]
    if isinstance(value, types.UnionType) or origin is typing.Union:
        return " | ".join(written)
    return f"{flat(writing.value(origin))}[{', '.join(written)}]"


def _instance(value: Any, writing: Writing) -> Source:
    """A dataclass by its fields; anything else is unknown."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise writing.unknown(value)
    cls: Any = type(value)
    fields: Iterable[str] = (field.name for field in dataclasses.fields(value) if field.init)
    named = tuple((name, writing.value(getattr(value, name))) for name in fields)
    return call(writing.name(reference_to(cls), "the class"), (), named)


OBJECT_RULES: tuple[Rule, ...] = (
    (re.Pattern, _pattern),
    *((kind, _by_text) for kind in _IP),
    (Fraction, _by_text),
    (bytearray, _bytearray),
    (slice, _slice),
    (complex, _complex),
    (types.EllipsisType, _ellipsis),
    (types.ModuleType, _module),
    (types.MethodDescriptorType, _method),
    (types.GenericAlias, _annotation),
    (types.UnionType, _annotation),
    (_PARAMETRIZED, _annotation),
    (_UNION, _annotation),
    (object, _instance),
)
