"""Alter column posts.mood."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "mood", server_default='it\'s "fine"'),
]

down = [
    ops.AlterColumn("posts", "mood", server_default="fine"),
]
