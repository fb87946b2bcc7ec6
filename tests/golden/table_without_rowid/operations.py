"""Alter table words."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("words", sqlite_with_rowid=False),
]

down = [
    ops.AlterTable("words", sqlite_with_rowid=None),
]
