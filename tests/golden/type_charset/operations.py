"""Alter column posts.slug."""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "slug",
        type=sa.String(80)
        .with_variant(mysql.VARCHAR(80, charset="ascii"), "mariadb")
        .with_variant(mysql.VARCHAR(80, charset="ascii"), "mysql"),
    ),
]

down = [
    ops.AlterColumn("posts", "slug", type=sa.String(80)),
]
