"""Things that revision files refer to by name: enums, functions, types, operations of a project's own."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum, IntFlag, StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

from minimig.dialects.editor import SchemaEditor
from minimig.operations.base import Operation
from minimig.state.schema import SchemaState


class Colour(Enum):
    """An enum of odd values; one name is no Python name."""

    RED = object()
    BLUE = "blue"


Shade = Enum("Shade", {"dark red": 1}, module=__name__)


class Status(StrEnum):
    """An enum whose members are strings too."""

    DRAFT = "draft"


class Right(IntFlag):
    """Flags."""

    READ = 1
    WRITE = 2


class Point(NamedTuple):
    """A named tuple."""

    x: int
    y: int


class Money(sa.types.TypeDecorator[Any]):
    """A type of a project's own, with arguments of its own."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, precision: int = 10, scale: int = 2, *, currency: str = "EUR") -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self.currency = currency


class ListOf(sa.types.UserDefinedType[Any]):
    """A type around an instance of another type."""

    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        assert isinstance(item, sa.types.TypeEngine)
        self.item = item


def step(connection: sa.Connection, tables: Any, size: int = 1) -> None:
    """A data step."""


@functools.cache
def cached() -> None:
    """A function behind a decorator."""


class Steps:
    """A class that holds a data step."""

    @classmethod
    def run(cls, connection: sa.Connection, tables: Any) -> None:
        """A data step."""


def unnamed() -> Any:
    """A function that no module can be asked for."""

    def inner(connection: sa.Connection, tables: Any) -> None:
        """A data step."""

    return inner


hidden = unnamed()


@dataclass(frozen=True)
class Grant(Operation):
    """An operation of a project's own."""

    right: Right
    to: str = "public"
    options: Any = None

    def reverse(self, before: SchemaState) -> Operation:
        return self

    def database_forwards(self, editor: SchemaEditor, before: SchemaState, after: SchemaState) -> None:
        """Nothing."""


class Opaque:
    """A value that no rule knows."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)
