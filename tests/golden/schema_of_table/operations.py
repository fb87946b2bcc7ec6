"""Create schema people, create table people.users."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateSchema("people"),
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        schema="people",
    ),
]

down = [
    ops.DropTable("users", schema="people"),
    ops.DropSchema("people"),
]
