"""Create tables users, posts, comments."""

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
    ops.CreateTable(
        "comments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("post_id", sa.Integer),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_comments_post"),
    ),
]

down = [
    ops.DropTable("comments"),
    ops.DropTable("posts"),
    ops.DropTable("users"),
]
