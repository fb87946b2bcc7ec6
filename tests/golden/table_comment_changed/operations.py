"""Alter table users."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("users", comment="who may log in"),
]

down = [
    ops.AlterTable("users", comment="people"),
]
