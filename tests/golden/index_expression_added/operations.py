"""Create index ix_users_email."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateIndex("ix_users_email", "users", [sa.text("lower(email)")]),
]

down = [
    ops.DropIndex("ix_users_email", "users"),
]
