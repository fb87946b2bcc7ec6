"""Alter column posts.token."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "token", type=sa.Uuid),
]

down = [
    ops.AlterColumn("posts", "token", type=sa.String(36)),
]
