"""Alter column posts.live."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "live",
        type=sa.Boolean(create_constraint=True, name="ck_posts_live"),
    ),
]

down = [
    ops.AlterColumn("posts", "live", type=sa.Boolean),
]
