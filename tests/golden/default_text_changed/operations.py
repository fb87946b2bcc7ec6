"""Alter column posts.mood."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "mood", server_default="100% fine"),
]

down = [
    ops.AlterColumn("posts", "mood", server_default="fine"),
]
