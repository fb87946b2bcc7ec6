"""Drop index ix_posts_slug on posts, create index ix_posts_slug."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_posts_slug", "posts"),
    ops.CreateIndex(
        "ix_posts_slug",
        "posts",
        ["slug"],
        postgresql_with={"fillfactor": 50},
    ),
]

down = [
    ops.DropIndex("ix_posts_slug", "posts"),
    ops.CreateIndex("ix_posts_slug", "posts", ["slug"]),
]
