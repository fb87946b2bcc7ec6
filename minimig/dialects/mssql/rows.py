"""Rows that give numbers to a column that numbers itself: SQL Server takes them only while IDENTITY_INSERT is on.

On a connection SQLAlchemy switches it for each INSERT; a script has to say it. While it is on, every row must give its
number, so rows with and without take turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from minimig.dialects.rows import Row


def by_number(rows: Sequence[Row], column: str) -> Iterator[tuple[bool, list[Row]]]:
    """The rows in order, in groups that give the column's number or do not."""
    for gives, group in groupby(rows, lambda row: column in row):
        yield gives, list(group)
