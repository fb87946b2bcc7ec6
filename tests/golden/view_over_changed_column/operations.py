"""Alter column posts.views."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "views", type=sa.BigInteger),
]

down = [
    ops.AlterColumn("posts", "views", type=sa.Integer),
]
