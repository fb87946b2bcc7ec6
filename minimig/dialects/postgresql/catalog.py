"""Names that PostgreSQL gives by itself, and how to ask a live database for them.

An unnamed primary key and the sequence behind a SERIAL or identity column get names made of their table's and column's.
With a connection the catalog knows them; in a script the rule that PostgreSQL makes them by has to do.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

NAME_BYTES = 63
"""NAMEDATALEN - 1: the length at which PostgreSQL cuts a name."""

_PRIMARY_KEY = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'p' AND conrelid = to_regclass(CAST(:table AS text))
"""
_SEQUENCE = """
    SELECT relname FROM pg_class
    WHERE oid = CAST(pg_get_serial_sequence(CAST(:table AS text), CAST(:column AS text)) AS regclass)
"""
_LABELS = """
    SELECT enumlabel FROM pg_enum
    WHERE enumtypid = to_regtype(CAST(:type AS text)) ORDER BY enumsortorder
"""

_DOMAIN_CHECKS = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'c' AND contypid = to_regtype(CAST(:type AS text)) ORDER BY conname
"""

_CHECKS = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'c' AND conrelid = to_regclass(CAST(:table AS text))
"""


def own_name(table: str, column: str | None, label: str) -> str:
    """`users_pkey`, `users_id_seq`: the longer part is cut until the whole fits (makeObjectName in indexcmds.c)."""
    first, second = table.encode(), (column or "").encode()
    room = NAME_BYTES - len(label) - 1 - (1 if column else 0)
    one, two = len(first), len(second)
    while one + two > room:
        one, two = (one - 1, two) if one > two else (one, two - 1)
    parts = [_clip(first, one), *([_clip(second, two)] if column else []), label]
    return "_".join(parts)


def _clip(name: bytes, length: int) -> str:
    return name[:length].decode(errors="ignore")  # no half of a character


class Catalog:
    """Questions to a live database; every table and type is named as SQL would name it, quoted where needed."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def primary_key(self, table: str) -> str | None:
        """The name of a table's primary key."""
        return self._one(_PRIMARY_KEY, table=table)

    def sequence(self, table: str, column: str) -> str | None:
        """The sequence that a SERIAL or identity column draws from."""
        return self._one(_SEQUENCE, table=table, column=column)

    def has_relation(self, name: str) -> bool:
        """Whether a table, index or sequence of that name exists."""
        return self._one("SELECT CAST(to_regclass(CAST(:name AS text)) AS text)", name=name) is not None

    def has_type(self, name: str) -> bool:
        """Whether a type of that name exists."""
        return self._one("SELECT CAST(to_regtype(CAST(:type AS text)) AS text)", type=name) is not None

    def enum_labels(self, type_: str) -> tuple[str, ...] | None:
        """The labels of an enum type in order, or None when there is no such type."""
        labels = tuple(self._connection.execute(sa.text(_LABELS), {"type": type_}).scalars())
        return labels if labels or self.has_type(type_) else None

    def checks(self, table: str) -> frozenset[str]:
        """The names of a table's CHECK constraints."""
        return frozenset(self._connection.execute(sa.text(_CHECKS), {"table": table}).scalars())

    def domain_checks(self, domain: str) -> list[str]:
        """The names of a domain's CHECK constraints."""
        return list(self._connection.execute(sa.text(_DOMAIN_CHECKS), {"type": domain}).scalars())

    def _one(self, query: str, **parameters: Any) -> str | None:
        value = self._connection.execute(sa.text(query), parameters).scalar()
        return None if value is None else str(value)
