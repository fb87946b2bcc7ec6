"""Drop index ix_users_email on users, create unique index ix_users_email."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_users_email", "users"),
    ops.CreateIndex("ix_users_email", "users", ["email"], unique=True),
]

down = [
    ops.DropIndex("ix_users_email", "users"),
    ops.CreateIndex("ix_users_email", "users", ["email"]),
]
