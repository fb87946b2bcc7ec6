"""Drop index ix_posts_title on posts, create index ix_posts_title."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_posts_title", "posts"),
    ops.CreateIndex(
        "ix_posts_title",
        "posts",
        ["title"],
        mariadb_length=20,
        mysql_length=20,
    ),
]

down = [
    ops.DropIndex("ix_posts_title", "posts"),
    ops.CreateIndex(
        "ix_posts_title",
        "posts",
        ["title"],
        mariadb_length=100,
        mysql_length=100,
    ),
]
