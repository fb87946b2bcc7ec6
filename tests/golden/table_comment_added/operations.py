"""Alter table users."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("users", comment="who can't log in"),
]

down = [
    ops.AlterTable("users", comment=None),
]
