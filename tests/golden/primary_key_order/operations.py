"""Drop primary key of tags, add primary key pk_tags on tags."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropPrimaryKey("tags"),
    ops.AddConstraint(
        "tags",
        sa.PrimaryKeyConstraint("language", "word", name="pk_tags"),
    ),
]

down = [
    ops.DropPrimaryKey("tags"),
    ops.AddConstraint(
        "tags",
        sa.PrimaryKeyConstraint("word", "language", name="pk_tags"),
    ),
]
