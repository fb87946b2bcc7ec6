"""Rows that a change would stumble over, as queries that count them: asked before the first statement of a run.

In: a table as the database has it, and what it is to become. Out: for each demand one query that counts the rows which
do not meet it, and one that shows a few of them. What would not be refused for certain is not asked for.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.state.parts import CheckState, ForeignKeyState
from minimig.state.to_metadata import escape_colons

SAMPLES = 3
LONGEST = 80


@dataclass(frozen=True)
class Offenders:
    """Rows of a table that stand in the way. `reads` are the tables and columns that the queries are about.

    `what` says what the rows are, behind their number; the columns of `samples` are those that tell them apart.
    """

    what: str
    hint: str
    reads: frozenset[tuple[str, str]]
    count: sa.Select[Any]
    samples: sa.Select[Any]


CLEAN = "mend these rows, or leave the change out until they are; nothing was changed"


def rows_with_null(table: sa.Table, key: str, columns: Sequence[str], hint: str = CLEAN) -> Offenders:
    """Rows that hold NULL in one of the columns."""
    unknown = sa.or_(*(table.c[name].is_(None) for name in columns))
    return _rows(table, key, columns, unknown, f"of {key} with NULL in {', '.join(columns)}", hint)


def any_rows(table: sa.Table, key: str, column: str) -> Offenders:
    """All rows: they would need a value in a column that has none to give."""
    hint = "give the operation a fill=..., or the column a server default; nothing was changed"
    return _rows(table, key, (), sa.true(), f"of {key} that need a value in the new column {column}", hint)


def duplicates(table: sa.Table, key: str, columns: Sequence[str]) -> Offenders:
    """Values that stand in more than one row; NULL is never equal to NULL."""
    found = [table.c[name] for name in columns]
    group = sa.select(*found).where(*(column.is_not(None) for column in found))
    group = group.group_by(*found).having(sa.func.count() > 1)
    return Offenders(
        f"value(s) of ({', '.join(columns)}) stand in more than one row of {key}",
        CLEAN,
        _reads(key, columns),
        sa.select(sa.func.count()).select_from(group.subquery()),
        group.limit(SAMPLES),
    )


def orphans(table: sa.Table, key: str, target: sa.Table, foreign: ForeignKeyState) -> Offenders:
    """Rows that point to a row that is not there."""
    there = target.alias("pointed_at")
    pairs = [(table.c[a], there.c[b]) for a, b in zip(foreign.columns, foreign.target_columns, strict=True)]
    met = sa.exists(sa.select(sa.literal_column("1")).select_from(there).where(*(a == b for a, b in pairs)))
    condition = sa.and_(*(a.is_not(None) for a, _ in pairs), ~met)
    what = f"of {key} whose {', '.join(foreign.columns)} points to no row of {foreign.target}"
    found = _rows(table, key, foreign.columns, condition, what, CLEAN)
    reads = found.reads | _reads(foreign.target, foreign.target_columns)
    return Offenders(found.what, found.hint, reads, found.count, found.samples)


def breaking(table: sa.Table, key: str, check: CheckState, columns: Collection[str]) -> Offenders:
    """Rows for which a CHECK is false; one that is neither true nor false lets a row pass."""
    condition = sa.text(f"NOT ({escape_colons(check.expression.text)})")
    return _rows(table, key, tuple(columns), condition, f"of {key} that break the CHECK {check.name}", CLEAN)


def longer(table: sa.Table, key: str, column: str, length: int) -> Offenders:
    """Rows whose text would not fit."""
    condition = sa.func.char_length(table.c[column]) > length
    hint = "shorten them, or give the operation using=... that does; nothing was changed"
    return _rows(table, key, (column,), condition, f"of {key} with more than {length} characters in {column}", hint)


def out_of_range(table: sa.Table, key: str, column: str, lowest: int, highest: int) -> Offenders:
    """Rows whose number would not fit."""
    condition = ~table.c[column].between(sa.literal_column(str(lowest)), sa.literal_column(str(highest)))
    what = f"of {key} with a number in {column} that is not within {lowest} and {highest}"
    hint = "mend these numbers, or give the operation using=... that does; nothing was changed"
    return _rows(table, key, (column,), condition, what, hint)


def in_words(value: object) -> str:
    """A value for people: texts in quotes, others as they print, and nothing longer than a line can hold."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text):,} characters)"


def _rows(table: sa.Table, key: str, columns: Sequence[str], condition: Any, what: str, hint: str) -> Offenders:
    telling = list(table.primary_key.columns) or [table.c[name] for name in columns] or list(table.c)
    count = sa.select(sa.func.count()).select_from(table).where(condition)
    return Offenders(
        f"row(s) {what}", hint, _reads(key, columns), count, sa.select(*telling).where(condition).limit(SAMPLES)
    )


def _reads(key: str, columns: Collection[str]) -> frozenset[tuple[str, str]]:
    return frozenset({(key, ""), *((key, name) for name in columns)})
