"""Rename constraint pk_words on tags to pk_tags."""

from minimig import ops

dependencies = []

up = [
    ops.RenameConstraint("pk_words", "pk_tags", "tags"),
]

down = [
    ops.RenameConstraint("pk_tags", "pk_words", "tags"),
]
