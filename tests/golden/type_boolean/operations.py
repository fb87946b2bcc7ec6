"""Alter column posts.live."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "live", type=sa.Boolean),
]

down = [
    ops.AlterColumn("posts", "live", type=sa.Integer),
]
