"""Create extension citext."""

from minimig import ops

dependencies = []

up = [
    ops.CreateExtension("citext"),
]

down = [
    ops.DropExtension("citext"),
]
