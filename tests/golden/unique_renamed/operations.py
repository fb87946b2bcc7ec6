"""Rename constraint uq_email on users to uq_users_contact."""

from minimig import ops

dependencies = []

up = [
    ops.RenameConstraint("uq_email", "uq_users_contact", "users"),
]

down = [
    ops.RenameConstraint("uq_users_contact", "uq_email", "users"),
]
