"""Alter column posts.title."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "title", type=sa.String(200)),
]

down = [
    ops.AlterColumn("posts", "title", type=sa.String(80)),
]
