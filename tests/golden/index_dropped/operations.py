"""Drop index ix_users_email on users."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_users_email", "users"),
]

down = [
    ops.CreateIndex("ix_users_email", "users", ["email"]),
]
