"""Add column users.email."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn(
        "users",
        sa.Column("email", sa.String(80), nullable=False),
        fill="''",
    ),
]

down = [
    ops.DropColumn("users", "email"),
]
