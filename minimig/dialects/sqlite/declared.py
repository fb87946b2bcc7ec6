"""Types by the words that SQLite has for them, by SQLAlchemy's rules for these."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine


def declared_type(dialect: sa.Dialect, words: str) -> TypeEngine[Any]:
    """The type that SQLAlchemy reads from a declaration in upper case; NullType for none."""
    resolving: Any = dialect
    found: TypeEngine[Any] = resolving._resolve_type_affinity(words)  # noqa: SLF001 - nothing public does
    if isinstance(found, sa.String) and found.collation is not None:
        # VARCHAR(10, 2) is no error to SQLite; SQLAlchemy takes the second number for a collation.
        return type(found)(found.length)
    return found
