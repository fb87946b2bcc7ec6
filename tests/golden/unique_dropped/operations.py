"""Drop constraint uq_users_email from users."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("uq_users_email", "users"),
]

down = [
    ops.AddConstraint("users", sa.UniqueConstraint("email", name="uq_users_email")),
]
