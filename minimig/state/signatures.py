"""The constructor of a type: which arguments it takes, also those that it hands on to its base classes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@cache
def parameters_of(cls: type) -> tuple[inspect.Parameter, ...]:
    """The constructor's parameters, following `**kwargs` into the base classes."""
    return tuple(_walk(cls))


@cache
def variadic_name(cls: type) -> str:
    """The name of `*values` in the constructor, which is kept as an attribute of that name; empty without one."""
    parameters = inspect.signature(cls).parameters.values()
    return next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), "")


@cache
def hands_on(cls: type, to: type) -> bool:
    """Whether `**kwargs` of the constructor are handed on, from class to class, up to the constructor of `to`."""
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if base is to:
            return True
        if init is not None and not any(
            p.kind is inspect.Parameter.VAR_KEYWORD for p in inspect.signature(init).parameters.values()
        ):
            return False
    return False


def _walk(cls: type) -> Iterator[inspect.Parameter]:
    seen: set[str] = set()
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if init is None:
            continue
        if base is object:
            return
        parameters = list(inspect.signature(init).parameters.values())[1:]
        for parameter in parameters:
            if parameter.kind not in _VARIADIC and parameter.name not in seen and parameter.name[0] != "_":
                seen.add(parameter.name)
                # Arguments that a base class takes through **kwargs can only be given by name.
                yield parameter if len(seen) == parameters.index(parameter) + 1 else _by_name(parameter)
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            return


def _by_name(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
