"""Create table users."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80)),
    ),
]

down = [
    ops.DropTable("users"),
]
