"""Add foreign key fk_posts_author on posts."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddConstraint(
        "posts",
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["people.users.id"],
            name="fk_posts_author",
        ),
    ),
]

down = [
    ops.DropConstraint("fk_posts_author", "posts"),
]
