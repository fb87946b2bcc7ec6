"""Alter column posts.title."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "posts",
        "title",
        type=sa.String(80, "C")
        .with_variant(sa.String(80, "utf8mb4_bin"), "mariadb")
        .with_variant(sa.String(80, "utf8mb4_bin"), "mysql")
        .with_variant(sa.String(80, "NOCASE"), "sqlite"),
    ),
]

down = [
    ops.AlterColumn("posts", "title", type=sa.String(80)),
]
