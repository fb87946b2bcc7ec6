"""Alter column users.id."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "id", autoincrement=False),
]

down = [
    ops.AlterColumn("users", "id", autoincrement="auto"),
]
