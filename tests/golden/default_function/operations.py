"""Alter column posts.at."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "at", server_default=sa.func.now()),
]

down = [
    ops.AlterColumn("posts", "at", server_default=None),
]
