"""Create schema people, create table people.users, drop table users."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateSchema("people"),
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80)),
        schema="people",
    ),
    ops.DropTable("users"),
]

down = [
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80)),
    ),
    ops.DropTable("users", schema="people"),
    ops.DropSchema("people"),
]
