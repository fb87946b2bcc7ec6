"""A column type that SQLAlchemy has no class for, kept as the text the database uses for it.

PostGIS, an extension, a type of the user's own: reflecting such a column must not lose its type.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import UserDefinedType


class RawType(UserDefinedType[Any]):
    """`RawType("geometry(Point,4326)")`: written into DDL as it stands; values pass unchanged."""

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **_: Any) -> str:
        """The type as SQL."""
        return self.text
