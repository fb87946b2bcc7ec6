"""Create schema people."""

from minimig import ops

dependencies = []

up = [
    ops.CreateSchema("people"),
]

down = [
    ops.DropSchema("people"),
]
