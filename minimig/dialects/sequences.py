"""What a sequence is when not everything about it was said, and how CREATE and ALTER SEQUENCE say it.

Databases agree on the rules: a sequence counts up from its lowest value, or down from its highest, within the range of
its type. They differ in how far that range goes and how many values they cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.state.parts import Options
from minimig.state.values import SqlType

_TYPES: tuple[tuple[type[sa.Integer], int], ...] = (
    (sa.SmallInteger, 2**15),
    (sa.BigInteger, 2**63),
    (sa.Integer, 2**31),
)
_WORDS = {"start": "START WITH", "increment": "INCREMENT BY"}


@dataclass(frozen=True)
class SequenceRules:
    """How one kind of database completes and spells the options of a sequence."""

    lowest: int = -(2**63)
    highest: int = 2**63 - 1
    cache: int = 1
    """How many values are held ready; 0 where only the server knows."""

    no_cycle: str = "NO CYCLE"
    no_cache: str = "CACHE 1"
    types: bool = True
    """Whether a sequence has a type; else only its range tells of it."""

    from_lowest: bool = False
    """Whether a sequence counts up from the lowest value of its type, not from 1."""

    alters_all: bool = True
    """Whether the type and the start of a sequence that exists can be changed."""

    def complete(self, options: Options) -> dict[str, Any]:
        """All options, those that were given and what the database makes of the others."""
        given = dict(options)
        type_, limit = _type(given.get("data_type"))
        increment = given.get("increment") or 1
        lowest, highest = self.lowest, self.highest
        if self.types or given.get("data_type") is not None:
            lowest, highest = max(-limit, lowest), min(limit - 1, highest)
        one = lowest if self.from_lowest else 1
        bounds = (one, highest) if increment > 0 else (lowest, highest if self.from_lowest else -1)
        minvalue, maxvalue = (
            bound if given.get(name) is None else given[name]
            for name, bound in zip(("minvalue", "maxvalue"), bounds, strict=True)
        )
        start = given.get("start")
        full = {
            "start": (minvalue if increment > 0 else maxvalue) if start is None else start,
            "increment": increment,
            "minvalue": minvalue,
            "maxvalue": maxvalue,
            "cycle": bool(given.get("cycle")),
            "cache": given.get("cache") or self.cache,
        }
        return {"data_type": SqlType.of(type_), **full} if self.types else full

    def create(self, options: Options, type_: str) -> Iterator[str]:
        """The clauses of CREATE SEQUENCE: what was given; `type_` is the type's name."""
        given = dict(options)
        if given.get("data_type") is not None:
            if self.types:
                yield f"AS {type_}"
            else:
                given = {**{name: self.complete(options)[name] for name in ("minvalue", "maxvalue")}, **given}
        yield from self._clauses(given)

    def alter(self, old: Options, new: Options, type_: str) -> Iterator[str]:
        """The clauses of ALTER SEQUENCE: what differs, once what was not given is completed on both sides."""
        before, after = self.complete(old), self.complete(new)
        changed = {name: value for name, value in after.items() if before[name] != value}
        if not self.alters_all:
            changed.pop("start", None)  # it says no more than where a new sequence begins
        if "data_type" in changed:
            yield f"AS {type_}"
        yield from self._clauses(changed)

    def _clauses(self, options: Mapping[str, Any]) -> Iterator[str]:
        for name in ("increment", "minvalue", "maxvalue", "start", "cache", "cycle"):
            value = options.get(name)
            if name == "cycle" and value is not None:
                yield "CYCLE" if value else self.no_cycle
            elif name == "cache" and value == 1:
                yield self.no_cache
            elif name == "cache" and value == 0:
                yield "CACHE"
            elif value is not None:
                yield f"{_WORDS.get(name, name.upper())} {value}"


def _type(data_type: SqlType | None) -> tuple[sa.Integer, int]:
    """The type that a sequence has, and the power of two at which its range ends."""
    given = sa.BigInteger() if data_type is None else data_type.sa_type
    return next(((type_(), limit) for type_, limit in _TYPES if isinstance(given, type_)), (sa.BigInteger(), 2**63))
