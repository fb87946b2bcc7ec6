"""Add primary key."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddConstraint("users", sa.PrimaryKeyConstraint("email")),
]

down = [
    ops.DropPrimaryKey("users"),
]
