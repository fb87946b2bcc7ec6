"""Alter column posts.at."""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "at",
        type=sa.DateTime()
        .with_variant(mysql.DATETIME(fsp=6), "mariadb")
        .with_variant(mysql.DATETIME(fsp=6), "mysql"),
    ),
]

down = [
    ops.AlterColumn("posts", "at", type=sa.DateTime),
]
