"""What is different in a table, in words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from minimig.state.changes import table_changes
from minimig.state.from_metadata import table_state


def table(*items: sa.schema.SchemaItem, **options: object) -> sa.Table:
    """A table that always has one column."""
    return sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *items, **options)


def column(type_: object = sa.Integer, *items: sa.schema.SchemaItem, **options: object) -> sa.Table:
    """The same with a column `c`."""
    return table(sa.Column("c", type_, *items, **options))


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (column(sa.String(8)), column(sa.String(9)), ["type VARCHAR(8) -> VARCHAR(9)"]),
        (column(), column(nullable=False), ["nullable yes -> no"]),
        (column(server_default="1"), column(), ["default '1' -> none"]),
        (column(comment="old"), column(comment="new"), ["comment old -> new"]),
        (column(), column(sa.Integer, sa.Computed("id + 1", persisted=True)), ["computed none -> AS (id + 1) STORED"]),
        (
            column(sa.Integer, sa.Identity(start=5)),
            column(sa.Integer, sa.Identity(always=True)),
            ["identity IDENTITY BY DEFAULT start=5 -> IDENTITY ALWAYS"],
        ),
        (table(), column(sa.String(8), nullable=False, server_default="x"), ["VARCHAR(8) NOT NULL DEFAULT 'x'"]),
        (table(), table(sa.CheckConstraint("id > 0", name="k")), ["CHECK (id > 0)"]),
        (
            table(sa.CheckConstraint("id > 0", name="k")),
            table(sa.CheckConstraint("id > 1", name="k")),
            ["CHECK (id > 0) -> CHECK (id > 1)"],
        ),
        (table(), table(sa.UniqueConstraint("id", name="u", deferrable=True)), ["UNIQUE (id) DEFERRABLE"]),
        (
            table(),
            table(sa.ForeignKeyConstraint(["id"], ["o.x"], name="f", ondelete="CASCADE", link_to_name=True)),
            ["FOREIGN KEY (id) -> o (x) ON DELETE CASCADE"],
        ),
        (table(sa.Index("i", "id", unique=True)), table(), ["UNIQUE INDEX (id)"]),
        (table(), table(comment="about", mysql_engine="Aria"), ["comment none -> about", "mysql_engine none -> Aria"]),
        (
            table(),
            table(postgresql.ExcludeConstraint(("id", "="), name="e")),
            ["EXCLUDE (id WITH =)"],
        ),
        (
            column(sa.String(8)),
            table(sa.Column("d", sa.Integer), sa.Column("e", sa.Text)),
            ["c: VARCHAR(8)", "d: INTEGER", "e: TEXT"],
        ),
        (column(), column(), []),
    ],
)
def test_each_difference_is_said_once(before: sa.Table, after: sa.Table, lines: list[str]) -> None:
    """From what to what; what is there on one side only is said in full; parts are named where there are several."""
    assert table_changes(table_state(before), table_state(after)) == lines
