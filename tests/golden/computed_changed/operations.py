"""Drop column items.twice, add column items.twice."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropColumn("items", "twice"),
    ops.AddColumn(
        "items",
        sa.Column(
            "twice",
            sa.Integer,
            sa.Computed("price + price + 1", persisted=True),
        ),
    ),
]

down = [
    ops.DropColumn("items", "twice"),
    ops.AddColumn(
        "items",
        sa.Column("twice", sa.Integer, sa.Computed("price * 2", persisted=True)),
    ),
]
