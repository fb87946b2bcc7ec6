"""Add column pages.state, add column posts.state."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn("pages", sa.Column("state", sa.Enum("draft", "live", name="state"))),
    ops.AddColumn("posts", sa.Column("state", sa.Enum("draft", "live", name="state"))),
]

down = [
    ops.DropColumn("posts", "state"),
    ops.DropColumn("pages", "state"),
]
