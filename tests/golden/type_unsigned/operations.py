"""Alter column posts.views."""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "views",
        type=sa.Integer()
        .with_variant(mysql.INTEGER(unsigned=True), "mariadb")
        .with_variant(mysql.INTEGER(unsigned=True), "mysql"),
    ),
]

down = [
    ops.AlterColumn("posts", "views", type=sa.Integer),
]
