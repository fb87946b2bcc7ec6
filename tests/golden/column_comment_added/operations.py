"""Alter column users.email."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "email", comment="100% where to write to"),
]

down = [
    ops.AlterColumn("users", "email", comment=None),
]
