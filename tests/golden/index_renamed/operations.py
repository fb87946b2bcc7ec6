"""Rename index ix_email on users to ix_users_email."""

from minimig import ops

dependencies = []

up = [
    ops.RenameIndex("ix_email", "ix_users_email", "users"),
]

down = [
    ops.RenameIndex("ix_users_email", "ix_email", "users"),
]
