"""Alter column posts.views."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "views", server_default=sa.text("-1")),
]

down = [
    ops.AlterColumn("posts", "views", server_default="0"),
]
