"""Drop index ix_users on users, create index ix_users."""

from minimig import ops

dependencies = []

up = [
    ops.DropIndex("ix_users", "users"),
    ops.CreateIndex("ix_users", "users", ["last", "first"]),
]

down = [
    ops.DropIndex("ix_users", "users"),
    ops.CreateIndex("ix_users", "users", ["last"]),
]
