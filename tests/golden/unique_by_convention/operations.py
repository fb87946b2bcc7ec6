"""Add unique constraint unique_users_email on users."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddConstraint("users", sa.UniqueConstraint("email", name="unique_users_email")),
]

down = [
    ops.DropConstraint("unique_users_email", "users"),
]
