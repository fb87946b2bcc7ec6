"""Alter column posts.mood."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "mood", type=sa.String(20), server_default="fine"),
]

down = [
    ops.AlterColumn("posts", "mood", type=sa.Integer, server_default="0"),
]
