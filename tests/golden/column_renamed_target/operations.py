"""Rename column users.id to user_id."""

from minimig import ops

dependencies = []

up = [
    ops.RenameColumn("users", "id", "user_id"),
]

down = [
    ops.RenameColumn("users", "user_id", "id"),
]
