"""Add column users.logins."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.AddColumn(
        "users",
        sa.Column("logins", sa.Integer, nullable=False, server_default="0"),
    ),
]

down = [
    ops.DropColumn("users", "logins"),
]
