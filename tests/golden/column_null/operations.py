"""Alter column users.email."""

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "email", nullable=True),
]

down = [
    ops.AlterColumn("users", "email", nullable=False, fill="''"),
]
