"""Rename column users.nick to handle, and 1 more."""

from minimig import ops

dependencies = []

up = [
    ops.RenameColumn("users", "nick", "handle"),
    ops.RenameIndex("ix_users_nick", "ix_users_handle", "users"),
]

down = [
    ops.RenameIndex("ix_users_handle", "ix_users_nick", "users"),
    ops.RenameColumn("users", "handle", "nick"),
]
