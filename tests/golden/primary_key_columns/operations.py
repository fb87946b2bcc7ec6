"""Drop primary key of tags, add primary key."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropPrimaryKey("tags"),
    ops.AddConstraint("tags", sa.PrimaryKeyConstraint("word", "language")),
]

down = [
    ops.DropPrimaryKey("tags"),
    ops.AddConstraint("tags", sa.PrimaryKeyConstraint("word")),
]
