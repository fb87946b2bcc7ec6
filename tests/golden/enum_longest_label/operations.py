"""Add value 'withdrawn' to enum state."""

from minimig import ops

dependencies = []

up = [
    ops.AddEnumValue("state", "withdrawn"),
]

down = [
    ops.AlterEnum("state", ["draft", "live"]),
]
