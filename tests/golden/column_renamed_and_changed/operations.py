"""Rename column users.nick to handle, alter column users.handle."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.RenameColumn("users", "nick", "handle"),
    ops.AlterColumn("users", "handle", type=sa.String(80)),
]

down = [
    ops.AlterColumn("users", "handle", type=sa.String(40)),
    ops.RenameColumn("users", "handle", "nick"),
]
