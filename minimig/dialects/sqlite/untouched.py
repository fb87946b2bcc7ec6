"""Which changes of a table leave its stored rows, and the indexes of its keys, as they are.

Two CREATE TABLE statements come in, the one that the database has and the one that it shall have; out comes whether
the second may stand in its place with no row looked at. The line is drawn close: a default, a NOT NULL that goes,
CHECKs and foreign keys that go or get another name, a declared type that stores alike. A row holds no names and no
types (SQLite manual, "Database File Format"), so these are words about it and nothing else, with one exception: a row
that is older than a column leaves it to the column's default what it holds (`may_be_left_out`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from minimig.dialects.sqlite.create_sql import Clause, ColumnText, TableText, table_text
from minimig.dialects.sqlite.merge import create_sql, spelled_column
from minimig.dialects.sqlite.rebuild import affinity
from minimig.dialects.sqlite.tokens import flat, tokens

_LOOSE = ("check", "foreign key")
"""Constraints that nothing is stored for."""

_INDEXED = ("unique", "primary key")
"""Those with an index of their own; SQLite numbers the indexes in the order in which it reads the constraints."""


def leaves_rows(live: TableText, built: TableText) -> bool:
    """Whether `built` says of every stored row what `live` says, or asks less of it."""
    if live.ending != built.ending or len(live.columns) != len(built.columns):
        return False
    pairs = zip(live.columns, built.columns, strict=True)
    return (
        all(old == new or _stores_alike(live, old, new) for old, new in pairs)
        and [*_of(built, _INDEXED)] == [*_of(live, _INDEXED)]
        and Counter(_of(built, _LOOSE)) <= Counter(_of(live, _LOOSE))
    )


def other_defaults(live: TableText, built: TableText) -> list[ColumnText]:
    """Columns, as they shall be, whose default is another one; in the order of the table."""
    pairs = zip(live.columns, built.columns, strict=True)
    return [new for old, new in pairs if _said(old, "default") != _said(new, "default")]


def may_be_left_out(live: TableText, column: ColumnText) -> bool:
    """Whether a stored row may hold nothing for this column, so that it reads as whatever the default is.

    A row is only ever short at its end: where ADD COLUMN, which writes no row, came after it, or where a SQLite that
    was built to do so has left out the NULLs there. Neither goes past a column that is NOT NULL and has no default:
    ADD COLUMN refuses it where there are rows, unless it is computed; of a key the rowid may stand for the value.
    """
    place = next(at for at, each in enumerate(live.columns) if each.name == column.name)
    key = live.primary_key()
    passed = {name.lower() for name in key.columns} if key else set()
    return not any(
        each.clause("not null") is not None
        and each.clause("default") is None
        and each.clause("computed") is None
        and each.name.lower() not in passed
        for each in live.columns[place:]
    )


def is_understood(create: str) -> bool:
    """Whether a CREATE TABLE, taken apart and put together again from its smallest parts, still says all it said."""
    text = table_text(create)
    columns = tuple(spelled_column(column, column.type, column.clauses, anew=True) for column in text.columns)
    again = create_sql(written_name(create), replace(text, columns=columns))
    return [token.upper() for token in flat(again)] == [token.upper() for token in flat(create)]


def written_name(create: str) -> str:
    """The name that follows CREATE TABLE, as it is written."""
    return [token.text for token in tokens(create)][2]


def _stores_alike(table: TableText, old: ColumnText, new: ColumnText) -> bool:
    retyped = old.type != new.type
    key = table.primary_key()
    return (
        old.written == new.written
        and old.clause("computed") is None
        and _said(new, "not null") in (_said(old, "not null"), None)
        and _others(old) == _others(new)
        and not (retyped and ("STRICT" in table.ending or affinity(old.type) != affinity(new.type)))
        and not (key and old.name.lower() in map(str.lower, key.columns) and _is_stored_as_key(table, old))
    )


def _is_stored_as_key(table: TableText, column: ColumnText) -> bool:
    """Whether a column of the primary key is what the rows are stored by, or could become it by its type."""
    return "WITHOUT ROWID" in table.ending or affinity(column.type) == "INTEGER"


def _said(column: ColumnText, kind: str) -> tuple[str, ...] | None:
    clause = column.clause(kind)
    return flat(clause.text) if clause else None


def _others(column: ColumnText) -> list[str]:
    """The clauses that may not change at all."""
    loose = ("default", "not null", *_LOOSE)
    return [clause.text for clause in column.clauses if clause.kind not in loose]


def _of(table: TableText, kinds: tuple[str, ...]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Constraints without their names; where a key stands says what it is over, where a CHECK stands says nothing."""
    for clause in table.all_constraints():
        if clause.kind in kinds:
            yield None if clause.kind == "check" else clause.column, _nameless(clause)


def _nameless(clause: Clause) -> tuple[str, ...]:
    return flat(clause.text)[2 if clause.name is not None else 0 :]
