"""Alter column posts.at."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "at", type=sa.DateTime(timezone=True)),
]

down = [
    ops.AlterColumn("posts", "at", type=sa.DateTime),
]
