"""Add column posts.author_id, add foreign key fk_posts_author on posts, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn("posts", sa.Column("author_id", sa.Integer)),
    ops.AddConstraint(
        "posts",
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author"),
    ),
    ops.CreateIndex("ix_posts_author_id", "posts", ["author_id"]),
]

down = [
    ops.DropIndex("ix_posts_author_id", "posts"),
    ops.DropConstraint("fk_posts_author", "posts"),
    ops.DropColumn("posts", "author_id"),
]
