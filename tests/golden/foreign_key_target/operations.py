"""Drop constraint fk_posts_author from posts, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("fk_posts_author", "posts"),
    ops.AddConstraint(
        "posts",
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_posts_author"),
    ),
]

down = [
    ops.DropConstraint("fk_posts_author", "posts"),
    ops.AddConstraint(
        "posts",
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author"),
    ),
]
