"""Column types as projects and well-known packages write them, each with another way to keep its arguments."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa


class Status(enum.Enum):
    """An enum whose names are not its values."""

    DRAFT = "draft"
    LIVE = "live"


class Size(NamedTuple):
    """A named tuple."""

    width: int
    unit: str


@dataclass
class Limits:
    """A dataclass that cannot be hashed."""

    low: int
    high: int = 9


class Engine:
    """What an encrypted type keeps: an instance of the class it was given."""


def coder(value: Any) -> Any:
    """A function of a project."""
    return value


class Shape(sa.types.UserDefinedType[Any]):
    """As GeoAlchemy2's Geometry: arguments are kept, the last is given by keyword only."""

    cache_ok = True

    def __init__(self, kind: str = "POINT", srid: int = -1, *, spatial_index: bool = True) -> None:
        self.kind = kind
        self.srid = srid
        self.spatial_index = spatial_index

    def get_col_spec(self, **_: Any) -> str:
        return f"geometry({self.kind},{self.srid})"


class IndexedShape(sa.types.SchemaType, Shape):
    """A shape whose column gets an index as soon as it is in a table."""

    def __init__(self, kind: str = "POINT", srid: int = -1) -> None:
        Shape.__init__(self, kind, srid)
        sa.types.SchemaType.__init__(self)

    def _set_table(self, column: Any, table: sa.Table) -> None:
        sa.Index(f"idx_{table.name}_{column.name}", column, postgresql_using="gist", _column_flag=True)

    def copy(self, **_: Any) -> IndexedShape:
        return IndexedShape(self.kind, self.srid)


class Coded(sa.types.TypeDecorator[Any]):
    """A decorator that hands on what it does not know itself."""

    impl = sa.String
    cache_ok = True

    def __init__(self, *args: Any, code: Callable[[Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code = code


class Fixed(sa.types.TypeDecorator[Any]):
    """A decorator that hands on its arguments and one of its own making."""

    impl = sa.String
    cache_ok = True

    def __init__(self, key: str, **kwargs: Any) -> None:
        super().__init__(length=50, **kwargs)
        self.key = key


class Encrypted(sa.types.TypeDecorator[Any]):
    """As EncryptedString of advanced-alchemy: takes a class and keeps an instance."""

    impl = sa.String
    cache_ok = True

    def __init__(self, key: str, engine: type[Engine] = Engine) -> None:
        super().__init__()
        self.key = key
        self.engine = engine()


class Address(sa.types.TypeDecorator[Any]):
    """As IPAddressType of SQLAlchemy-Utils: its argument is only in the type it makes."""

    impl = sa.String(50)
    cache_ok = True

    def __init__(self, longest: int = 50) -> None:
        super().__init__()
        self.impl = sa.String(longest)


class LongAddress(Address):
    """The way out for it: a class without arguments."""

    def __init__(self) -> None:
        super().__init__(90)


class Growing(sa.types.TypeDecorator[Any]):
    """Keeps another argument than it was given."""

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length + 1)
        self.length = length + 1


class Hidden(sa.types.UserDefinedType[Any]):
    """Keeps its argument under no name that could be guessed."""

    cache_ok = True

    def __init__(self, size: int) -> None:
        self.twice = 2 * size

    def get_col_spec(self, **_: Any) -> str:
        return f"hidden({self.twice})"


class Failing(sa.types.UserDefinedType[Any]):
    """Cannot be asked for its argument."""

    cache_ok = True

    def __init__(self, backend: str) -> None:
        self._name = backend

    @property
    def backend(self) -> str:
        """Not set up."""
        raise RuntimeError("no such backend")


class Anything(sa.types.UserDefinedType[Any]):
    """Takes one value of any kind."""

    cache_ok = True

    def __init__(self, value: Any = None) -> None:
        self.value = value

    def get_col_spec(self, **_: Any) -> str:
        return "anything"


class Liar:
    """Is equal to everything."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1
