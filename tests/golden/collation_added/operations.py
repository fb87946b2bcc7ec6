"""Create collation plain."""

from minimig import ops

dependencies = []

up = [
    ops.CreateCollation("plain", locale="C"),
]

down = [
    ops.DropCollation("plain"),
]
