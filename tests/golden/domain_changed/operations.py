"""Alter column users.email."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from minimig import ops

dependencies = []

up = [
    ops.AlterColumn(
        "users",
        "email",
        type=postgresql.DOMAIN(
            "email",
            sa.String(80),
            check=sa.text("value LIKE '%@%'"),
        ),
    ),
]

down = [
    ops.AlterColumn("users", "email", type=postgresql.DOMAIN("email", sa.String(80))),
]
