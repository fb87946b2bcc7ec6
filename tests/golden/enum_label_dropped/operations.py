"""Alter enum state."""

from minimig import ops

dependencies = []

up = [
    ops.AlterEnum("state", ["draft", "live"]),
]

down = [
    ops.AlterEnum("state", ["draft", "review", "live"]),
]
