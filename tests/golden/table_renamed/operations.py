"""Rename table users to accounts, and 1 more."""

from minimig import ops

dependencies = []

up = [
    ops.RenameTable("users", "accounts"),
    ops.RenameIndex("ix_users_email", "ix_accounts_email", "accounts"),
]

down = [
    ops.RenameIndex("ix_accounts_email", "ix_users_email", "accounts"),
    ops.RenameTable("accounts", "users"),
]
