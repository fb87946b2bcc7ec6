"""Drop index ix_users_email on users, create index ix_users_email."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_users_email", "users"),
    ops.CreateIndex("ix_users_email", "users", [sa.text("upper(email)")]),
]

down = [
    ops.DropIndex("ix_users_email", "users"),
    ops.CreateIndex("ix_users_email", "users", [sa.text("lower(email)")]),
]
