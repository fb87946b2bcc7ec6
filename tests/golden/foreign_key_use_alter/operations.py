"""Create tables users, posts."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
    ),
    ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author"),
    ),
]

down = [
    ops.DropTable("posts"),
    ops.DropTable("users"),
]
