"""Rename constraint fk_author on posts to fk_posts_author."""

from minimig import ops

dependencies = []

up = [
    ops.RenameConstraint("fk_author", "fk_posts_author", "posts"),
]

down = [
    ops.RenameConstraint("fk_posts_author", "fk_author", "posts"),
]
