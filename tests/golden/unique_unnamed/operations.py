"""Add unique constraint uq_users_email on users."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddConstraint("users", sa.UniqueConstraint("email", name="uq_users_email")),
]

down = [
    ops.DropConstraint("uq_users_email", "users"),
]
