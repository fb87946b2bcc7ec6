"""Drop index ix_posts_views on posts, create index ix_posts_views."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_posts_views", "posts"),
    ops.CreateIndex("ix_posts_views", "posts", [sa.text("views DESC NULLS LAST")]),
]

down = [
    ops.DropIndex("ix_posts_views", "posts"),
    ops.CreateIndex("ix_posts_views", "posts", [sa.text("views DESC")]),
]
