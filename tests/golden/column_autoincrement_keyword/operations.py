"""Alter table users."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("users", sqlite_autoincrement=True),
]

down = [
    ops.AlterTable("users", sqlite_autoincrement=None),
]
