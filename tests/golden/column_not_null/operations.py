"""Alter column users.email."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "email", nullable=False, fill="''"),
]

down = [
    ops.AlterColumn("users", "email", nullable=True),
]
