"""Drop constraint fk_posts_author from posts."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("fk_posts_author", "posts"),
]

down = [
    ops.AddConstraint(
        "posts",
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author"),
    ),
]
