"""Alter column posts.price."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "price", type=sa.Numeric(10, 4)),
]

down = [
    ops.AlterColumn("posts", "price", type=sa.Numeric(8, 2)),
]
