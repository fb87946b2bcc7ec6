"""Create index ix_users_email."""

from minimig import ops

dependencies = []

up = [
    ops.CreateIndex("ix_users_email", "users", ["email"]),
]

down = [
    ops.DropIndex("ix_users_email", "users"),
]
