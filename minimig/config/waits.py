"""How long a run waits, and how often it tries: numbers of the configuration, each with a variable of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from minimig.errors import ConfigError
from minimig.toml import Section, expand

WAITS = {
    "lock_timeout": "MINIMIG_LOCK_TIMEOUT",
    "ddl_lock_timeout": "MINIMIG_DDL_LOCK_TIMEOUT",
    "statement_timeout": "MINIMIG_STATEMENT_TIMEOUT",
    "attempts": "MINIMIG_ATTEMPTS",
}
"""The keys, and the variables that beat them."""

_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?\s*", re.IGNORECASE)
_SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def read_waits(section: Section) -> Mapping[str, Any]:
    """The values of those keys that are set, here or by their variable. Raises ConfigError."""
    found: dict[str, Any] = {}
    for key, variable in WAITS.items():
        if section.environ.get(variable):
            found[key] = _number(key, section.environ[variable], f"the variable {variable}")
        elif key in section.values:
            value = section.values[key]
            text = expand(value, key, section.environ, where=section.where) if isinstance(value, str) else value
            found[key] = _number(key, text, section.where)
    return found


def _number(key: str, value: Any, where: str) -> float | int:
    whole = key == "attempts"
    number = value
    if isinstance(value, str):
        try:
            number = int(value) if whole else float(value)
        except ValueError:
            number = None
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    if is_number and not whole and 0 <= number < float("inf"):
        return float(number)
    if is_number and whole and number == int(number) and number >= 1:
        return int(number)
    what = "a whole number from 1 on" if whole else "a number of seconds from 0 on"
    raise ConfigError(f"`{key}` must be {what}, not {value!r}", where=where, hint=_meant(key, value))


def _meant(key: str, value: Any) -> str:
    """The number that a value with a unit, or one below the least, may have meant."""
    found = _NUMBER.fullmatch(value) if isinstance(value, str) and key != "attempts" else None
    if found:
        return f"did you mean {float(found[1]) * _SECONDS[(found[2] or '').lower()]:g}? write the number alone"
    if key == "attempts":
        return "did you mean 1? that tries once, and never again"
    return f"for example {key} = 10; leave it out for the default"
