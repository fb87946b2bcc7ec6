"""Drop index ix_posts_slug on posts, create unique index ix_posts_slug."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_posts_slug", "posts"),
    ops.CreateIndex(
        "ix_posts_slug",
        "posts",
        ["slug"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
]

down = [
    ops.DropIndex("ix_posts_slug", "posts"),
    ops.CreateIndex("ix_posts_slug", "posts", ["slug"], unique=True),
]
