"""Alter table users."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("users", comment=None),
]

down = [
    ops.AlterTable("users", comment="people"),
]
