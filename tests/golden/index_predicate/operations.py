"""Drop index ix_posts_views on posts, create index ix_posts_views."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_posts_views", "posts"),
    ops.CreateIndex(
        "ix_posts_views",
        "posts",
        ["views"],
        postgresql_where=sa.text("views > 9"),
        sqlite_where=sa.text("views > 9"),
    ),
]

down = [
    ops.DropIndex("ix_posts_views", "posts"),
    ops.CreateIndex(
        "ix_posts_views",
        "posts",
        ["views"],
        postgresql_where=sa.text("views > 0"),
        sqlite_where=sa.text("views > 0"),
    ),
]
