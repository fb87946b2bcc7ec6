"""Rename table users to accounts, add column accounts.born, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.RenameTable("users", "accounts"),
    ops.AddColumn("accounts", sa.Column("born", sa.Date)),
    ops.AlterColumn("accounts", "email", type=sa.String(200)),
]

down = [
    ops.AlterColumn("accounts", "email", type=sa.String(80)),
    ops.DropColumn("accounts", "born"),
    ops.RenameTable("accounts", "users"),
]
