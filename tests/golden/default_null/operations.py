"""Alter column posts.mood."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "mood", server_default=sa.null()),
]

down = [
    ops.AlterColumn("posts", "mood", server_default=None),
]
