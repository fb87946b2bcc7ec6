"""IDENTITY: SQL Server gives it to a column when the column is made, and never takes it away.

Which columns have it is seldom said in so many words: an integer key numbers itself unless told otherwise. So keys and
foreign keys that come and go may ask for what cannot be done, and that is found out here, from the states.
"""

from __future__ import annotations

import sqlalchemy as sa

from minimig.dialects.change import TableChange
from minimig.dialects.spelling import Spelling
from minimig.errors import UnsupportedError
from minimig.state.tables import TableState

Numbering = tuple[int, int]
"""Where IDENTITY begins, and its steps."""


def numbering(spelling: Spelling, table: TableState) -> dict[str, Numbering]:
    """The columns that SQLAlchemy gives IDENTITY."""
    built = spelling.built(table)
    return {
        column.name: _options(column)
        for column in built.columns
        if column.identity is not None or column is built.autoincrement_column or column.autoincrement is True
    }


def _options(column: sa.Column[object]) -> Numbering:
    identity = column.identity
    if identity is None:
        return 1, 1
    return 1 if identity.start is None else identity.start, 1 if identity.increment is None else identity.increment


def refuse_identity_change(spelling: Spelling, change: TableChange) -> None:
    """Raise UnsupportedError when a column that stays would gain, lose or change IDENTITY."""
    before, after = numbering(spelling, change.old), numbering(spelling, change.new)
    for name in change.new.columns:
        if name not in change.old.columns or before.get(name) == after.get(name):
            continue
        column = f"{change.new.key}.{name}"
        if name not in before:
            raise UnsupportedError(
                f"{column} would number itself from now on, and SQL Server gives IDENTITY to new columns only",
                hint="say autoincrement=False for a column whose values the program gives; "
                "or create the table anew and copy the rows",
            )
        if name not in after:
            raise UnsupportedError(
                f"{column} would no longer number itself, and SQL Server takes IDENTITY from no column",
                hint=f"to keep it, put ops.AlterColumn({change.new.name!r}, {name!r}, autoincrement=True) before this; "
                "to be rid of it, add another column, copy the values and drop this one",
            )
        raise UnsupportedError(
            f"SQL Server cannot change start and increment of IDENTITY of {column}",
            hint="to go on at another number, run DBCC CHECKIDENT by ops.RunSQL",
        )
