"""Alter column posts.author_id, alter column users.id."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "author_id", type=sa.BigInteger),
    ops.AlterColumn(
        "users",
        "id",
        type=sa.BigInteger().with_variant(sa.Integer, "sqlite"),
    ),
]

down = [
    ops.AlterColumn("users", "id", type=sa.Integer),
    ops.AlterColumn("posts", "author_id", type=sa.Integer),
]
