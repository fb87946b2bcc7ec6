"""Alter column users.id."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn("users", "id", identity=sa.Identity()),
]

down = [
    ops.AlterColumn("users", "id", identity=None),
]
