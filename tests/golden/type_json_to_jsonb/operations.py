"""Alter column posts.data."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "data",
        type=sa.JSON().with_variant(postgresql.JSONB, "postgresql"),
    ),
]

down = [
    ops.AlterColumn("posts", "data", type=sa.JSON),
]
