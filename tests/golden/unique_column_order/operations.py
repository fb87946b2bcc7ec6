"""Drop constraint uq_tags from tags, add unique constraint uq_tags on tags."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("uq_tags", "tags"),
    ops.AddConstraint("tags", sa.UniqueConstraint("language", "word", name="uq_tags")),
]

down = [
    ops.DropConstraint("uq_tags", "tags"),
    ops.AddConstraint("tags", sa.UniqueConstraint("word", "language", name="uq_tags")),
]
