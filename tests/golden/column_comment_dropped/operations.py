"""Alter column users.email."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "email", comment=None),
]

down = [
    ops.AlterColumn("users", "email", comment="where to write to"),
]
