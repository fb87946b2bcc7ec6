"""Alter column posts.live."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "live", server_default=sa.true()),
]

down = [
    ops.AlterColumn("posts", "live", server_default=sa.false()),
]
