"""Add column items.twice."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn(
        "items",
        sa.Column("twice", sa.Integer, sa.Computed("price * 2", persisted=True)),
    ),
]

down = [
    ops.DropColumn("items", "twice"),
]
