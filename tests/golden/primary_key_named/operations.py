"""Name the primary key of tags pk_words."""

from minimig import ops

dependencies = []

up = [
    ops.RenameConstraint(None, "pk_words", "tags"),
]

down = [
    ops.RenameConstraint("pk_words", None, "tags"),
]
