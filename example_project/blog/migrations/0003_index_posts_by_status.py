"""Make the front page fast.

Lesson 6: an index over two columns serves `WHERE status = ... ORDER BY created_at`. Its revision is its own,
so it can be looked at (`minimig sqlmigrate blog 0003`) and taken back alone (`minimig migrate blog 0002`).
"""

from minimig import ops

dependencies = ["blog.0002_add_status_to_blog_posts"]

up = [
    ops.CreateIndex(
        "ix_blog_posts_status_created_at",
        "blog_posts",
        ["status", "created_at"],
    ),
]

down = [
    ops.DropIndex("ix_blog_posts_status_created_at", "blog_posts"),
]
