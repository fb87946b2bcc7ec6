"""Add value 'review' to enum state."""

from minimig import ops

dependencies = []

up = [
    ops.AddEnumValue("state", "review", after="draft"),
]

down = [
    ops.AlterEnum("state", ["draft", "live"]),
]
