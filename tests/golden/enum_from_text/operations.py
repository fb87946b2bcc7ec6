"""Alter column posts.state."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "state", type=sa.Enum("draft", "live", name="state")),
]

down = [
    ops.AlterColumn("posts", "state", type=sa.String(20)),
]
