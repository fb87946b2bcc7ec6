"""Drop constraint fk_posts_author_id_users from posts."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("fk_posts_author_id_users", "posts"),
]

down = [
    ops.AddConstraint(
        "posts",
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["users.id"],
            name="fk_posts_author_id_users",
        ),
    ),
]
