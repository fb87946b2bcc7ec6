"""Create index ix_posts_slug."""

from minimig import ops

dependencies = []

up = [
    ops.CreateIndex("ix_posts_slug", "posts", ["slug"], postgresql_concurrently=True),
]

down = [
    ops.DropIndex("ix_posts_slug", "posts", postgresql_concurrently=True),
]
