"""Alter enum state."""

from minimig import ops

dependencies = []

up = [
    ops.AlterEnum("state", ["live", "draft"]),
]

down = [
    ops.AlterEnum("state", ["draft", "live"]),
]
