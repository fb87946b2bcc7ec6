"""Drop index ix_posts_author_id on posts."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_posts_author_id", "posts"),
]

down = [
    ops.CreateIndex("ix_posts_author_id", "posts", ["author_id"]),
]
