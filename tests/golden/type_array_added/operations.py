"""Alter column posts.tags."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "tags", type=sa.ARRAY(sa.String(20))),
]

down = [
    ops.AlterColumn("posts", "tags", type=sa.String(20)),
]
