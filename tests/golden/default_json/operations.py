"""Alter column posts.data."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("posts", "data", server_default='{"a": [1, null]}'),
]

down = [
    ops.AlterColumn("posts", "data", server_default="{}"),
]
