"""Create table public.posts."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["public.users.id"],
            name="fk_posts_author",
        ),
        schema="public",
    ),
]

down = [
    ops.DropTable("posts", schema="public"),
]
