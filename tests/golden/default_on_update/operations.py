"""Alter column posts.touched."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "touched",
        server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
    ),
]

down = [
    ops.AlterColumn("posts", "touched", server_default=sa.text("CURRENT_TIMESTAMP")),
]
