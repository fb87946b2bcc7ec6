"""What InnoDB ties to a foreign key: an index over its columns, and columns of exactly the same type.

An index that a foreign key needs and nobody made is made by InnoDB, under the foreign key's name. It appears and
disappears with the indexes around it, and the state does not speak of it; here is how to keep it out of the way. While
a column changes its type the keys on it have to go, and they come back when both sides have the same type again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa

from minimig.dialects.spelling import Spelling
from minimig.state.parts import ForeignKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

Columns = tuple[str, ...]

_STRING = re.compile(r"(VAR|N|NVAR)?CHAR(ACTER)?\(\d+\)")
_DISPLAY_WIDTH = re.compile(r"(INT|INTEGER)\(\d+\)")
_INDEX_NAMES = """
    SELECT DISTINCT index_name FROM information_schema.statistics
    WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :table
"""


def implied_indexes(table: TableState) -> dict[Columns, list[str]]:
    """The columns over which InnoDB makes an index by itself, and the foreign keys it may be named for.

    Of several foreign keys over the same columns the last one gives the name.
    """
    found: dict[Columns, list[str]] = {}
    for key in table.foreign_keys:
        if not any(made[: len(key.columns)] == key.columns for made in _indexed(table)):
            found.setdefault(key.columns, []).append(key.name)
    return {
        columns: names
        for columns, names in found.items()
        if not any(other != columns and other[: len(columns)] == columns for other in found)
    }


def _indexed(table: TableState) -> Iterator[Columns]:
    if table.primary_key is not None:
        yield table.primary_key.columns
    for constraint in table.constraints.values():
        if isinstance(constraint, UniqueState):
            yield constraint.columns
    for index in table.indexes.values():
        partly = any(key.endswith(("_length", "_prefix")) for key, _ in index.options)
        if not partly and all(isinstance(element, str) for element in index.elements):
            yield tuple(str(element) for element in index.elements)


class ForeignKeyIndexes:
    """The clauses that keep InnoDB's own indexes in step with the indexes and keys of the state."""

    def __init__(self, spelling: Spelling, connection: sa.Connection | None) -> None:
        self._spelling = spelling
        self._connection = connection

    def clauses(self, old: TableState, new: TableState) -> Iterator[str]:
        """Clauses for the ALTER TABLE that leads from `old` to `new`."""
        before, after = implied_indexes(old), implied_indexes(new)
        quote = self._spelling.quote_constraint
        existing = self._names(new)
        kept = {key.name for key in old.foreign_keys} & {key.name for key in new.foreign_keys}
        for columns, names in before.items():
            actual = next((name for name in reversed(names) if existing is None or name in existing), None)
            if actual is None:
                continue
            if columns not in after:
                yield f"DROP INDEX {quote(actual)}"
            elif actual not in after[columns]:
                yield f"RENAME INDEX {quote(actual)} TO {quote(after[columns][-1])}"
        for columns, names in after.items():
            name = next((name for name in names if name in kept), None)
            if columns not in before and name is not None:
                yield f"ADD INDEX {quote(name)} ({', '.join(map(self._spelling.quote, columns))})"

    def leftovers(self, old: TableState, new: TableState) -> list[str]:
        """The indexes that `new` makes superfluous and that InnoDB may have left, once `new` is in place."""
        after, existing = implied_indexes(new), self._names(new)
        names = [name for columns, names in implied_indexes(old).items() if columns not in after for name in names]
        own = {*new.indexes, *new.constraints} - {key.name for key in new.foreign_keys}
        return [name for name in names if (existing is None or name in existing) and name not in own]

    def _names(self, table: TableState) -> set[str] | None:
        """The indexes a table really has; None while a script is written."""
        if self._connection is None:
            return None
        parameters = {"schema": table.schema, "table": table.name}
        return set(self._connection.execute(sa.text(_INDEX_NAMES), parameters).scalars())


def fits(spelling: Spelling, schema: SchemaState, table: TableState, key: ForeignKeyState) -> bool:
    """Whether both sides of a foreign key have the same type. While they have not, InnoDB cannot hold the key."""
    target = schema.tables.get(key.target)
    if target is None:
        return True  # not ours: the database knows
    return all(
        comparable_type(spelling, table, own) == comparable_type(spelling, target, other)
        for own, other in zip(key.columns, key.target_columns, strict=True)
        if own in table.columns and other in target.columns
    )


def comparable_type(spelling: Spelling, table: TableState, column: str) -> str:
    """A column's type as far as foreign keys are concerned: of strings only the character set and collation count."""
    text = spelling.column_type(table.columns[column]).upper()
    text = _DISPLAY_WIDTH.sub(r"\1", text).replace("INTEGER", "INT")
    return _STRING.sub("CHAR", text)
