"""Alter column posts.rank."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "rank", type=sa.Double),
]

down = [
    ops.AlterColumn("posts", "rank", type=sa.REAL),
]
