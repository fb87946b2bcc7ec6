"""Alter column users.id."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "id", identity=None, autoincrement=False),
]

down = [
    ops.AlterColumn("users", "id", identity=sa.Identity(), autoincrement="auto"),
]
