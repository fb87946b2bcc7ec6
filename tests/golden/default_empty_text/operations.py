"""Alter column posts.mood."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "mood", server_default=""),
]

down = [
    ops.AlterColumn("posts", "mood", server_default=None),
]
