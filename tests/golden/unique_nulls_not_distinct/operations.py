"""Drop constraint uq_users_email from users, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("uq_users_email", "users"),
    ops.AddConstraint(
        "users",
        sa.UniqueConstraint(
            "email",
            name="uq_users_email",
            postgresql_nulls_not_distinct=True,
        ),
    ),
]

down = [
    ops.DropConstraint("uq_users_email", "users"),
    ops.AddConstraint("users", sa.UniqueConstraint("email", name="uq_users_email")),
]
