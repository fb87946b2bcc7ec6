"""Drop primary key of users, add column users.id, add primary key, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropPrimaryKey("users"),
    ops.AddColumn("users", sa.Column("id", sa.Integer, nullable=False)),
    ops.AddConstraint("users", sa.PrimaryKeyConstraint("id")),
    ops.AddConstraint("users", sa.UniqueConstraint("email", name="uq_users_email")),
]

down = [
    ops.DropConstraint("uq_users_email", "users"),
    ops.DropPrimaryKey("users"),
    ops.DropColumn("users", "id"),
    ops.AddConstraint("users", sa.PrimaryKeyConstraint("email")),
]
