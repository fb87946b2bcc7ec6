"""Alter column posts.body."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "body", type=sa.Text),
]

down = [
    ops.AlterColumn("posts", "body", type=sa.String(200)),
]
