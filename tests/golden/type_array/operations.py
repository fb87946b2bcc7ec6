"""Alter column posts.marks."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "marks", type=sa.ARRAY(sa.BigInteger)),
]

down = [
    ops.AlterColumn("posts", "marks", type=sa.ARRAY(sa.Integer)),
]
