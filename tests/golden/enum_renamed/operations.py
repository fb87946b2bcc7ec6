"""Rename enum state to post_state."""

from minimig import ops

dependencies = []

up = [
    ops.RenameEnum("state", "post_state"),
]

down = [
    ops.RenameEnum("post_state", "state"),
]
